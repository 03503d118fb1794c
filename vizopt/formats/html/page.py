"""Page: the text of the player, everything in it escaped for the place where it stands."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.metadata import version
from importlib.resources import files
from itertools import groupby
from string import Template
from typing import Any, TypeAlias

import numpy as np

from vizopt.core.numbers import count
from vizopt.core.words import Language, phrase, table
from vizopt.flashes import Verdict
from vizopt.formats.html.colours import rules
from vizopt.formats.html.scale import scale
from vizopt.formats.html.shots import Shot, posters, sources, spots
from vizopt.formats.stream import ClipMetadata, StreamSpec
from vizopt.recording.quantities import title

FIRST = ("x", "loss", "accuracy", "lr")  # the order under the picture; others follow by name
ALLOWED = 3  # flashes a second, WCAG 2.2, 2.3.1
SPOKEN = ("play", "pause", "speed", "loop_on", "loop_off", "frame", "at", "copied", "in_address")
STYLE = ("page", "controls", "screens")
SCRIPT = ("frame", "playing", "places", "runs", "viewer", "begin")
Columns: TypeAlias = list[tuple[str, list[str]]]  # names, with the values of each frame
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


def page(stream: StreamSpec, shots: Sequence[Shot], verdict: Verdict | None) -> str:
    """The whole page.

    Args:
        stream: what the clip is; its metadata may hold anything.
        shots: its drawings; the last is for narrow screens where there are two.
        verdict: what the flash check finds in it; a clip that nobody checked waits for the viewer.
    """
    metadata, frames = stream.metadata, shots[0].frames
    style = "".join(_part(f"style/{part}.css") for part in STYLE) + rules(metadata.around)
    address = _part("script/address.js")
    script = "\n".join(_part(f"script/{part}.js") for part in SCRIPT)
    warning = metadata.words.told(metadata.warning or _failed(verdict))
    said = _said(metadata.words, _called(metadata.unit, metadata))
    columns = _numbers(metadata, frames)
    starts = verdict is not None and not warning
    data = _data(stream, shots[0], columns, said) | {"starts": starts, "spots": spots(shots)}
    shown = slice(1) if metadata.pauses else slice(-1, None)  # the last is an answer
    told, poster = _told(metadata, said), metadata.poster
    stills = shots if poster is None else [shots[0]._replace(poster=poster)]
    return Template(_part("page.html")).substitute(
        policy=_policy(style, address, script),
        version=escape(version("vizopt")),
        embed=' class="embed"' if stream.embed else "",
        style=style,
        coloured="" if metadata.around else " hidden",
        address=address,
        script=script,
        **dict(zip(("width", "height"), stream.size, strict=True)),
        posters=posters(stills, told["seen"]),
        clips=sources(shots),
        warning=f'<p class="warning" id="warning">{escape(warning)}</p>' if warning else "",
        numbers="\n".join(_row(name, values[shown], metadata) for name, values in columns),
        runs=_runs(metadata, said["page_runs"]),
        last=max(frames - 1, 0),
        most=max(data["at"], default=0),
        step=1 if all(isinstance(at, int) for at in data["at"]) else "any",
        speeds="\n".join(_speed(speed, verdict, said) for speed in SPEEDS),
        events=_events(metadata, columns, frames),
        data=_json(data),
        **told,
        **{key: escape(text) for key, text in said.items()},
    )


def _told(metadata: ClipMetadata, said: Mapping[str, str]) -> dict[str, str]:
    """What the page tells of its clip; where the viewer is asked, no label tells the answer."""
    return {
        "title": escape(metadata.title or said["page_animation"]),
        "alt": escape(metadata.alt or metadata.title),
        "seen": escape((not metadata.pauses and metadata.alt) or metadata.title),
        "story": "\n".join(f"<p>{escape(t)}</p>" for t in metadata.paragraphs or (metadata.alt,)),
        "recipe": escape(metadata.recipe),
    }


def _said(words: Language, unit: str) -> dict[str, str]:
    """The page's own words by their keys."""
    keys = [key for key in table("en") if key == "tag" or key.startswith("page_")]
    counted = ("page_go_to", "page_copy_link")
    return {key: words.text(key) for key in keys} | {
        key: words.say(key, unit=unit) for key in counted
    }


def _data(
    stream: StreamSpec, shot: Shot, columns: Columns, said: Mapping[str, str]
) -> dict[str, Any]:
    """What the script knows of the frames."""
    metadata = stream.metadata
    epochs = metadata.numbers.get(metadata.unit, np.zeros(0, int))[: shot.frames]
    return {
        "fps": stream.fps,
        "frames": shot.frames,
        "plays": metadata.loop,
        "changes": shot.changes,
        "unit": _called(metadata.unit, metadata),
        "counts": metadata.unit,
        "at": epochs.tolist(),
        "names": [name for name, _ in columns],
        "numbers": [values for _, values in columns],
        "labels": [mark._asdict() for mark in scale(epochs)],
        "pauses": _pauses(metadata),
        "words": {name: said[f"page_{name}"] for name in SPOKEN},
    }


def _part(name: str) -> str:
    return files("vizopt.formats.html").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, *scripts: str) -> str:
    """What the page may do: its own style and scripts, its own pictures and clips, nothing else."""
    allowed = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; media-src blob: data:; "
        f"img-src data:; style-src 'sha256-{_hash(style)}'; script-src {allowed}"
    )


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _failed(verdict: Verdict | None) -> str:
    """The warning of a clip that failed the flash check."""
    if verdict is None or verdict.passed:
        return ""
    flashes = phrase("page_flashes", flashes=f"{_flashes(verdict):g}", allowed=ALLOWED)
    return phrase("page_warning", flashes=flashes, seizures=phrase("seizures"))


def _flashes(verdict: Verdict) -> float:
    return max(verdict.general.flashes, verdict.red.flashes)


def _numbers(metadata: ClipMetadata, frames: int) -> Columns:
    """Names and values of each frame, as the picture writes them; of several runs in order."""

    def place(name: str) -> tuple[int, str]:
        order = (metadata.unit, *FIRST)
        return (order.index(name) if name in order else len(order), "" if metadata.runs else name)

    return [
        (
            _called(name, metadata),
            metadata.written(name)[:frames],
        )
        for name in sorted(metadata.numbers, key=place)
    ]


def _called(name: str, metadata: ClipMetadata) -> str:
    """A number's name, or that of what the clip counts."""
    counted = name == metadata.unit and name in table("en")
    return metadata.words.told(phrase(name) if counted else title(name, metadata.kind))


def _pauses(metadata: ClipMetadata) -> list[dict[str, Any]]:
    """Pauses in the order of their frames; those of one frame are one."""
    ordered = sorted(metadata.pauses, key=lambda pause: pause[0])
    return [
        {"frame": frame, "text": "\n".join(text for _, text in group)}
        for frame, group in groupby(ordered, key=lambda pause: pause[0])
    ]


def _row(name: str, value: Sequence[str], metadata: ClipMetadata) -> str:
    """A number and its name, which begins with that of its run, where there are several."""
    runs = [(len(run), k) for k, run in enumerate(metadata.runs, 1) if name.startswith(f"{run} ")]
    of = f' data-run="{max(runs)[1]}"' if runs else ""
    return f"<div{of}><dt>{escape(name)}</dt><dd>{escape(''.join(value))}</dd></div>"


def _runs(metadata: ClipMetadata, said: str) -> str:
    """Buttons that let one of several runs stand out; nothing where there is one."""
    if not metadata.runs:
        return ""
    buttons = [
        f'<button type="button" aria-pressed="false" data-run="{k}">'
        f"<b>{k}</b> {escape(name)}</button>"
        for k, name in enumerate(metadata.runs, 1)
    ]
    told = f'role="group" aria-label="{escape(said)}"'
    return f'<div class="runs" id="runs" {told}>{"".join(buttons)}</div>'


def _speed(speed: float, verdict: Verdict | None, said: Mapping[str, str]) -> str:
    """A choice of speed; a faster clip flashes more often."""
    chosen = " selected" if speed == 1 else ""
    flashes = verdict is not None and verdict.passed and _flashes(verdict) * speed > ALLOWED
    words = f"{speed:g}×" + (f" – {escape(said['page_may_flash'])}" if flashes else "")
    return f'<option value="{speed:g}"{chosen}>{words}</option>'


def _events(metadata: ClipMetadata, columns: Columns, frames: int) -> str:
    """Buttons that lead to what happened and to the pauses; nothing where there is none."""
    unit, shown = metadata.words.say("page_frame"), [count(k + 1) for k in range(frames)]
    has_unit = metadata.unit in metadata.numbers
    if has_unit:
        unit, shown = columns[0]
    items = [
        (mark.frame, "mark", metadata.words.told(mark.words), mark.at if has_unit else "")
        for mark in metadata.marks
    ]
    items += [(pause["frame"], "pause", pause["text"], "") for pause in _pauses(metadata)]
    return "\n".join(
        f'<li><button type="button" class="{kind}" data-frame="{frame}">'
        f"<b>{escape(unit)} {escape(at or shown[frame])}</b> <span>{escape(text)}</span>"
        "</button></li>"
        for frame, kind, text, at in sorted(items, key=lambda item: item[0])
        if frame < len(shown)
    )


def _json(data: Any) -> str:
    """JSON that cannot end the script element it stands in, or open a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003C")
