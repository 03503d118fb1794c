"""Timing: when the clips of a slide start, and how often they play, as PowerPoint writes it."""

from collections.abc import Sequence
from typing import Any

from vizopt.formats.slides.slide import Slide

# A click, and what it starts; the first of them is the click's own effect, the others come with it.
SEQUENCE = """<p:seq {declared} concurrent="1" nextAc="seek">
<p:cTn id="0" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
<p:par><p:cTn id="0" fill="hold"><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst>
<p:childTnLst><p:par><p:cTn id="0" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst>
<p:childTnLst>{effects}</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>
</p:childTnLst></p:cTn>
<p:prevCondLst>
<p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
<p:nextCondLst>
<p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst>
</p:seq>"""
EFFECT = """<p:par><p:cTn id="0" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold"
nodeType="{node}"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr><p:cTn id="0" dur="{millis}" fill="hold"/>
<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cBhvr></p:cmd></p:childTnLst></p:cTn></p:par>"""


def timed(page: Any, slide: Slide, shapes: Sequence[Any]) -> None:
    """Say when the clips of a page play, of those that a page can tell.

    One that does not flash starts with its slide; two start together, with one click. They repeat
    as often as they say, or until the next slide.
    """
    films = page.element.xpath("./p:timing//p:video")
    if slide.loop != 1:
        for stream in films:
            stream.xpath(".//p:cTn")[0].set("repeatCount", str(1000 * slide.loop or "indefinite"))
    if len(films) > 1:
        films[0].addprevious(_sequence(slide, shapes))
        for number, node in enumerate(page.element.xpath("./p:timing//p:cTn"), 1):
            node.set("id", str(number))
    elif films and not slide.warning:
        films[0].xpath(".//p:cond")[0].set("delay", "0")


def _sequence(slide: Slide, shapes: Sequence[Any]) -> Any:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    nodes = ["clickEffect"] + ["withEffect"] * (len(shapes) - 1)
    effects = [
        EFFECT.format(node=node, millis=round(part.seconds * 1000), shape=shape.shape_id)
        for node, part, shape in zip(nodes, slide.parts, shapes, strict=True)
    ]
    return parse_xml(SEQUENCE.format(declared=nsdecls("p"), effects="".join(effects)))
