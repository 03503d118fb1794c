"""Whether a clip is safe to show, by WCAG 2.2 success criterion 2.3.1."""

from vizopt.flashes.check import Measure, Verdict, check_flashes, worst

__all__ = ["Measure", "Verdict", "check_flashes", "worst"]
