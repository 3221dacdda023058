"""A valid document to values.

Law: called only when the schema and all checks found no error; reads, decides nothing. Default
values come from the schema.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from protocol.runs import Named, Role
from station_config.diagram import Side
from station_config.durations import duration
from station_config.model import (
    Anchor,
    AnnouncementZone,
    Board,
    BoardKind,
    Category,
    Column,
    Gate,
    Layout,
    LeadTime,
    Platform,
    Station,
    Timetable,
    TimetableRow,
    Track,
    TrackKind,
    WaitingRoom,
    Windows,
    Yard,
)
from station_config.policies import Policies, TurnRound
from station_config.posts.build import build_posts

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import etree

    from station_config.announcements.model import Announcements

__all__ = ["build_station", "duration", "own_place"]
"""`duration` stands in `station_config.durations`; older modules ask for it here."""


def build_station(
    root: etree._Element,
    places: dict[str, Named],
    timetable: tuple[TimetableRow, ...],
    directory: Path,
    announcements: Announcements,
) -> Station:
    """Return the station of `root`.

    Args:
        root: the ``station`` element, valid, defaults filled in.
        places: from the places file, empty without one.
        timetable: rows of the timetable file, empty without one.
        directory: where it was loaded from.
        announcements: from the announcements file, or as shipped.
    """
    languages = tuple(root.attrib["languages"].split())
    codes = {c.attrib["scheme"]: c.text or "" for c in root.iterfind("codes/code")}
    names = _names(_only(root, "names"))
    return Station(
        id=root.attrib["id"],
        names=names,
        codes=codes,
        zone=root.attrib["zone"],
        languages=languages,
        layouts=tuple(_layout(e) for e in root.iterfind("layouts/layout")),
        announcement_zones=tuple(
            AnnouncementZone(e.attrib["id"], _names(e))
            for e in root.iterfind("announcement-zones/zone")
        ),
        boards=tuple(_board(e, languages) for e in root.iterfind("boards/board")),
        categories=tuple(_category(e) for e in root.iterfind("categories/category")),
        lead_times=tuple(_lead_time(e) for e in root.iterfind("lead-times/lead-time")),
        windows=_windows(_only(root, "windows")),
        policies=_policies(_only(root, "policies")),
        places=own_place(root.attrib["id"], names, codes, languages[0]) | places,
        timetable=_timetable(root.find("timetable"), timetable),
        directory=directory,
        posts=build_posts(root.find("posts")),
        announcements=announcements,
    )


def own_place(
    station_id: str, names: dict[str, str], codes: dict[str, str], language: str
) -> dict[str, Named]:
    """Return the station itself as a place, by its codes and its name in the first language."""
    named = Named(next(iter(codes.values()), station_id), names)
    return dict.fromkeys((*codes.values(), names[language]), named)


def _only(root: etree._Element, tag: str) -> etree._Element:
    return next(root.iterfind(tag))


def _names(element: etree._Element) -> dict[str, str]:
    return {e.attrib["lang"]: e.text or "" for e in element.iterfind("name")}


def _words(element: etree._Element, attribute: str) -> tuple[str, ...]:
    return tuple(element.get(attribute, "").split())


def _layout(element: etree._Element) -> Layout:
    return Layout(
        valid_from=date.fromisoformat(element.attrib["valid-from"]),
        yards=tuple(Yard(e.attrib["id"], _names(e)) for e in element.iterfind("yard")),
        platforms=tuple(_platform(e) for e in element.iterfind("platform")),
        tracks=tuple(_track(e) for e in element.iterfind("track")),
        waiting_rooms=tuple(
            WaitingRoom(e.attrib["id"], _names(e)) for e in element.iterfind("waiting-room")
        ),
        gates=tuple(_gate(e) for e in element.iterfind("gate")),
    )


def _platform(element: etree._Element) -> Platform:
    a = element.attrib
    return Platform(a["id"], a["label"], a["yard"], int(a["length-m"]))


def _track(element: etree._Element) -> Track:
    a = element.attrib
    return Track(
        id=a["id"],
        label=a["label"],
        yard=a["yard"],
        kind=TrackKind(a["kind"]),
        platform=a.get("platform"),
        length_m=int(a["length-m"]),
        closed=Side(a["closed"]) if "closed" in a else None,
    )


def _gate(element: etree._Element) -> Gate:
    a = element.attrib
    return Gate(a["id"], a["label"], a["waiting-room"], _words(element, "platforms"))


def _board(element: etree._Element, languages: tuple[str, ...]) -> Board:
    a = element.attrib
    return Board(
        id=a["id"],
        kind=BoardKind(a["kind"]),
        names=_names(element),
        columns=tuple(Column(c) for c in _words(element, "columns")),
        rows=int(a["rows"]),
        languages=_words(element, "languages") or languages,
        page_seconds=duration(a["page-time"]).total_seconds(),
        language_seconds=duration(a["language-time"]).total_seconds(),
        gate=a.get("gate"),
        platform=a.get("platform"),
        waiting_room=a.get("waiting-room"),
    )


def _category(element: etree._Element) -> Category:
    return Category(element.attrib["code"], _names(element), _words(element, "prefixes"))


def _lead_time(element: etree._Element) -> LeadTime:
    a = element.attrib
    categories = _words(element, "categories")
    return LeadTime(
        opens=duration(a["opens"]),
        last_call=duration(a["last-call"]),
        closes=duration(a["closes"]),
        opens_before=Anchor(a["opens-before"]),
        categories=frozenset(categories) if categories else None,
        role=Role(a["role"]) if "role" in a else None,
        platform=a.get("platform"),
        gate=a.get("gate"),
    )


def _windows(element: etree._Element) -> Windows:
    a = element.attrib
    return Windows(
        shown=duration(a["shown"]),
        waiting=duration(a["waiting"]),
        gate=duration(a["gate"]),
        approach=duration(a["approach"]),
        departure_linger=duration(a["departure-linger"]),
        arrival_linger=duration(a["arrival-linger"]),
    )


def _policies(element: etree._Element) -> Policies:
    a = element.attrib
    return Policies(
        estimate_lifetime=duration(a["estimate-lifetime"]),
        minimum_dwell=duration(a["minimum-dwell"]),
        rules=_words(element, "rules"),
        estimate_step=duration(a["estimate-step"]),
        estimate_settle=duration(a["estimate-settle"]),
        estimate_uncertainty=duration(a["estimate-uncertainty"]),
        propagation_uncertainty=duration(a["propagation-uncertainty"]),
        turn_rounds=tuple(_turn_round(e) for e in element.iterfind("turn-round")),
    )


def _turn_round(element: etree._Element) -> TurnRound:
    categories = _words(element, "categories")
    minimum = duration(element.attrib["minimum"])
    return TurnRound(minimum, frozenset(categories) if categories else None)


def _timetable(element: etree._Element | None, rows: tuple[TimetableRow, ...]) -> Timetable | None:
    if element is None:
        return None
    return Timetable(date.fromisoformat(element.attrib["service-date"]), rows)
