"""The story of a run: its text alternative, for those who cannot see the clip.

Written from the recording alone; no snapshot is read.
"""

from vizopt.story.compose import Story, of

__all__ = ["Story", "of"]
