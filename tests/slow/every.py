"""Every kind of inputs that vizopt is attacked with, by its name."""

from slow.kinds import clips, decks, headers, recipes, recordings, scenes
from slow.lines import commands
from slow.own import data, looks, runs
from slow.several import compares, races, tunes

KINDS = {
    kind.__name__: kind
    for kind in (
        *(scenes, commands, recordings, headers, clips, recipes, decks),
        *(races, tunes, compares, runs, looks, data),
    )
}
