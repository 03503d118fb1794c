"""The story of a run or a race: its text alternative, for those who cannot see the clip.

Written from the recordings alone; no snapshot is read.
"""

from vizopt.story.compose import Story, of
from vizopt.story.race import of_race

__all__ = ["Story", "of", "of_race"]
