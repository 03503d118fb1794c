"""Package: what PowerPoint itself writes into a deck, and python-pptx's own template does not.

Keynote and strict readers refuse a deck that names another shape of slides than it has, or whose
notes have a master that the deck does not list.
"""

from typing import Any

SIDES = {"16:9": (12_192_000, 6_858_000), "4:3": (9_144_000, 6_858_000)}  # EMU, as PowerPoint has


def sized(deck: Any, ratio: str) -> None:
    """Give an empty deck the slides of a ratio, a key of SIDES, and nothing of its template's."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND

    deck.slide_width, deck.slide_height = SIDES[ratio]
    size = deck.element.find("{*}sldSz")
    size.attrib.pop("type")
    if ratio == "4:3":
        size.set("type", "screen4x3")
    package, part = deck.part.package, deck.part
    package.drop_rel(_name(package, KIND.THUMBNAIL))  # an empty slide, which previews would show
    part.rels.pop(_name(part, KIND.PRINTER_SETTINGS))  # of the machine that made the template


def listed(deck: Any) -> None:
    """List the master of the notes, which python-pptx adds and does not name."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    kinds = [to.reltype for to in deck.part.rels.values()]
    if KIND.NOTES_MASTER not in kinds or deck.element.find("{*}notesMasterIdLst") is not None:
        return
    name = _name(deck.part, KIND.NOTES_MASTER)
    xml = f"<p:notesMasterIdLst {nsdecls('p', 'r')}><p:notesMasterId r:id='{name}'/>"
    masters = deck.element.find("{*}sldMasterIdLst")
    masters.addnext(parse_xml(f"{xml}</p:notesMasterIdLst>"))


def _name(owner: Any, kind: str) -> str:
    """The id of the one relationship of a kind that a part or package has."""
    return str(owner.relate_to(owner.part_related_by(kind), kind))
