"""Curves: values of every epoch against the epoch."""

from vizopt.draw.panels.curves.panel import Curves

__all__ = ["Curves"]
