"""`python -m vizopt` is the `vizopt` command."""

from vizopt.cli import main

main()
