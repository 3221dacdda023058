"""The layouts: yards, platforms, tracks, waiting rooms, gates, and what refers to what.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.checks.tools import check_names, check_reference, check_unique, children, ids

if TYPE_CHECKING:
    from lxml import etree

    from station_config.document import Document

UNIQUE = (
    ("yard", "id", "yard"),
    ("platform", "id", "platform"),
    ("platform", "label", "platform label"),
    ("track", "id", "track"),
    ("waiting-room", "id", "waiting room"),
    ("gate", "id", "gate"),
    ("gate", "label", "gate label"),
)


def check_layouts(document: Document) -> None:
    """Note what is wrong in each layout and between them."""
    check_unique(document, document.all("layouts/layout"), "valid-from", "layout valid from")
    for layout in document.all("layouts/layout"):
        for tag, attribute, what in UNIQUE:
            check_unique(document, layout.iterfind(tag), attribute, what)
        for tag in ("yard", "waiting-room"):
            for element in layout.iterfind(tag):
                check_names(document, element)
        before = len(document.findings.mistakes)
        _check_references(document, layout)
        _check_closed(document, layout)
        if len(document.findings.mistakes) == before:  # else they would follow from that
            _check_use(document, layout)


def _check_references(document: Document, layout: etree._Element) -> None:
    yards = ids([layout], "yard")
    platforms = ids([layout], "platform")
    rooms = ids([layout], "waiting-room")
    yard_of = {p.get("id", "-"): p.get("yard") for p in layout.iterfind("platform")}
    for platform in layout.iterfind("platform"):
        check_reference(document, platform, "yard", yards, "yard")
    for track in layout.iterfind("track"):
        check_reference(document, track, "yard", yards, "yard")
        check_reference(document, track, "platform", platforms, "platform")
        yard = yard_of.get(track.get("platform", ""))
        if track.get("yard") in yards and yard in yards and track.get("yard") != yard:
            message = f"the track's platform is in yard {yard!r}: mend its yard or its platform"
            document.error(track, message, "yard")
    for gate in layout.iterfind("gate"):
        check_reference(document, gate, "waiting-room", rooms, "waiting room")
        check_reference(document, gate, "platforms", platforms, "platform")


def _check_closed(document: Document, layout: etree._Element) -> None:
    """Note tracks that no train can reach, or pass on, because they are closed."""
    open_ends = {end.get("side") for end in document.all("ends/end")}
    for track in layout.iterfind("track"):
        closed = track.get("closed")
        if closed is None:
            continue
        if track.get("kind") == "main":
            message = "a main track is passed at speed and cannot be closed: mend kind or closed"
            document.error(track, message, "closed")
        if open_ends == {closed}:
            message = f"the station's only end is {closed!r}, where the track is closed: mend one"
            document.error(track, message, "closed")


def _check_use(document: Document, layout: etree._Element) -> None:
    """Warn about platforms that no train or no passenger can reach."""
    tracked = {t.get("platform") for t in children([layout], "track")}
    gates = children([layout], "gate")
    gated = {word for gate in gates for word in gate.get("platforms", "").split()}
    for platform in layout.iterfind("platform"):
        name = platform.get("id")
        if name is not None and name not in tracked:
            document.warning(platform, f"no track stands at platform {name!r}")
        if name is not None and gates and name not in gated:
            document.warning(platform, f"no gate leads to platform {name!r}")
