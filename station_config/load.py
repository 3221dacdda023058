"""A station from its directory: `load_station`, `check_station`.

Law: the only place that puts the files of a station together. Every mistake in every file is found
in one go; nothing is loaded while there is an error, and nothing is guessed.

    station.xml ──▶ document (tree with lines) ──▶ schema ──▶ checks ──┐
    places.csv ─────────────────────────────────▶ places ──────────────┼──▶ no error: build
    timetable.csv ──────────────────────────────▶ timetable ───────────┤
    announcements.xml ──────────────────────────▶ announcements ───────┤
    drawings (svg) ─────────────────────────────▶ diagrams ────────────┘
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from station_config.announcements.checks import Known
from station_config.announcements.load import defaults_for, read_announcements
from station_config.build import build_station
from station_config.checks import CHECKS
from station_config.checks.general import zone_of
from station_config.checks.tools import ids, languages
from station_config.diagram_files import read_diagrams
from station_config.document import Document
from station_config.mistakes import ConfigErrors, Mistake, Severity
from station_config.places import read_places
from station_config.schema import validate
from station_config.timetable import Surroundings, read_timetable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lxml import etree

    from protocol.runs import Named
    from station_config.announcements.model import Announcements
    from station_config.model import Station, TimetableRow

FILE = "station.xml"


def load_station(directory: Path) -> Station:
    """Return the station of `directory`.

    Raises:
        ConfigErrors: there are mistakes; it carries all of them, with file and line.
    """
    station, mistakes = _read(directory)
    if station is None:
        raise ConfigErrors(directory, mistakes)
    return station


def check_station(directory: Path) -> list[Mistake]:
    """Return every mistake in the configuration of `directory`, sorted by file and line."""
    return _read(directory)[1]


def _read(directory: Path) -> tuple[Station | None, list[Mistake]]:
    """Return the station (None if there is an error) and all mistakes."""
    document = Document(directory / FILE)
    validate(document)
    for check in CHECKS:
        check(document)
    places, place_mistakes = _places(document, directory)
    timetable, timetable_mistakes = _timetable(document, directory, places)
    announcements, sound_mistakes = _announcements(document, directory)
    diagrams = read_diagrams(document, directory, places)
    mistakes = sorted(
        [*document.findings.mistakes, *place_mistakes, *timetable_mistakes, *sound_mistakes]
    )
    mistakes = sorted([*mistakes, *diagrams.mistakes])
    if not document.well_formed:  # a warning may follow from what the parser could not read
        mistakes = [m for m in mistakes if m.severity is Severity.ERROR]
    root = document.root
    wrong = any(m.severity is Severity.ERROR for m in mistakes)
    if root is None or announcements is None or wrong:
        return None, mistakes
    station = build_station(root, places, timetable, directory, announcements)
    return diagrams.of(station), mistakes


def _file(document: Document, tag: str, directory: Path) -> tuple[etree._Element, Path] | None:
    """Return the element `tag` and the file that it names, None if it names none (safely)."""
    element = next(document.all(tag), None)
    name = "" if element is None else element.get("file", "")
    if element is None or not name or "/" in name or "\\" in name or name.startswith("."):
        return None
    path = directory / name
    if not path.is_file():
        document.error(element, f"there is no file {name!r} in {directory}: add it", "file")
        return None
    return element, path


def _places(document: Document, directory: Path) -> tuple[dict[str, Named], list[Mistake]]:
    found = _file(document, "places", directory)
    known = languages(document)
    if found is None or not known:
        return {}, []
    places, mistakes = read_places(found[1], known)
    return places, list(mistakes)


def _announcements(
    document: Document, directory: Path
) -> tuple[Announcements | None, Sequence[Mistake]]:
    """Return what the station announces: as its own file says, else as shipped."""
    spoken = tuple(languages(document))
    found = _file(document, "announcements", directory)
    if found is None:
        return defaults_for(spoken), []
    layouts = list(document.all("layouts/layout"))
    known = Known(
        directory=directory,
        languages=spoken,
        zones=frozenset(ids(document.all("announcement-zones"), "zone")),
        platforms=frozenset(ids(layouts, "platform")),
        gates=frozenset(ids(layouts, "gate")),
        waiting_rooms=frozenset(ids(layouts, "waiting-room")),
        categories=frozenset(ids(document.all("categories"), "category", "code")),
    )
    return read_announcements(found[1], known)


def _timetable(
    document: Document, directory: Path, places: dict[str, Named]
) -> tuple[tuple[TimetableRow, ...], list[Mistake]]:
    found = _file(document, "timetable", directory)
    if found is None:
        return (), []
    element, path = found
    try:
        service_date = date.fromisoformat(element.get("service-date", ""))
    except ValueError:
        service_date = date.max  # told by the schema; the rows are checked with the newest layout
    rows, mistakes = read_timetable(path, _surroundings(document, service_date, places))
    return rows, list(mistakes)


def _surroundings(document: Document, service_date: date, places: dict[str, Named]) -> Surroundings:
    root = document.root
    layout = _layout_on(document, service_date)
    tracks = [] if layout is None else layout.findall("track")
    names = [e.text for e in document.all("names/name")] + [
        e.text for e in document.all("codes/code")
    ]
    return Surroundings(
        service_date=service_date,
        tracks={t.get("id", ""): t.get("platform") for t in tracks},
        closed={
            t.get("id", ""): _beyond(document, t.get("closed", ""), places)
            for t in tracks
            if t.get("closed") is not None
        },
        categories=frozenset(ids(document.all("categories"), "category", "code")),
        places=frozenset(places),
        own=frozenset(name for name in names if name) if all(names) else frozenset(),
        zone=None if root is None else zone_of(root.get("zone", "")),
    )


def _beyond(document: Document, side: str, places: dict[str, Named]) -> frozenset[str]:
    """Return the names and codes of the places that are reached through the end at `side`."""
    ends = [end for end in document.all("ends/end") if end.get("side") == side]
    codes = {word for end in ends for word in end.get("places", "").split()}
    return frozenset(name for name, place in places.items() if place.code in codes)


def _layout_on(document: Document, day: date) -> etree._Element | None:
    """Return the layout in force on `day`; ISO dates sort as text."""
    layouts = sorted(document.all("layouts/layout"), key=lambda e: e.get("valid-from", ""))
    in_force = [e for e in layouts if e.get("valid-from", "") <= day.isoformat()]
    return next(iter(in_force[-1:] or layouts), None)
