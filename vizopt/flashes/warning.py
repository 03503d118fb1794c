"""What is said in front of a clip that may flash, and beside it."""

from vizopt.core.words import phrase

WARNING = phrase("may_flash")
WHY = phrase("seizures"), phrase("too_fast")
CARD_WORDS = phrase("card", may_flash=WARNING, seizures=WHY[0], too_fast=WHY[1])  # in one paragraph
