"""A valid file of announcements to values.

Law: called only when the schema found no error; reads, decides nothing. Default values come from
the schema.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from protocol.runs import Role
from station_config.announcements.model import (
    AnnouncementRule,
    Announcements,
    Area,
    Chime,
    Moment,
    Place,
    Prepared,
    Quiet,
    ZonePlace,
)
from station_config.announcements.reading import LanguageFile, Letter, Numbers, One
from station_config.build import duration

if TYPE_CHECKING:
    from lxml import etree


def build_announcements(root: etree._Element) -> Announcements:
    """Return what stands in `root`, the ``announcements`` element, defaults filled in."""
    return Announcements(
        rules=tuple(_rule(e) for e in root.iterfind("rules/rule")),
        zones=tuple(_zone(e) for e in root.iterfind("heard/zone")),
        chimes=tuple(_chime(e) for e in root.iterfind("chimes/chime")),
        prepared=tuple(_prepared(e) for e in root.iterfind("prepared/emergency")),
        numbers=tuple(_numbers(e) for e in root.iterfind("reading/numbers")),
        letters=tuple(_letter(e) for e in root.iterfind("reading/letters")),
        templates=tuple(_file(e) for e in root.iterfind("words/templates")),
        lexicons=tuple(_file(e) for e in root.iterfind("words/lexicon")),
        languages=_words(root, "languages"),
    )


def shift(text: str) -> timedelta:
    """Return the duration that ``PT2M`` stands for, or, before something, ``-PT2M``."""
    return -duration(text[1:]) if text.startswith("-") else duration(text)


def tones(text: str) -> tuple[tuple[float, float], ...]:
    """Return the tones that ``880/0.4 660/0.6`` stands for: (Hz, seconds)."""
    pairs = (tone.partition("/") for tone in text.split())
    return tuple((float(hertz), float(seconds)) for hertz, _, seconds in pairs)


def _words(element: etree._Element, attribute: str) -> tuple[str, ...]:
    return tuple(element.get(attribute, "").split())


def _texts(element: etree._Element, tag: str) -> dict[str, str]:
    return {e.attrib["lang"]: e.text or "" for e in element.iterfind(tag)}


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _true(text: str) -> bool:
    return text.strip() in {"true", "1"}


def _rule(element: etree._Element) -> AnnouncementRule:
    a = element.attrib
    categories = _words(element, "categories")
    return AnnouncementRule(
        kind=a["kind"],
        nth=int(a["nth"]),
        at=Moment(a.get("at", Moment.SHOWN)),
        after=shift(a["after"]),
        useful=duration(a.get("useful", "PT0S")),
        until=Moment(a["until"]) if "until" in a else None,
        to=tuple(Place(p) for p in _words(element, "to")),
        priority=a.get("priority", "courtesy"),
        chime=a.get("chime", ""),
        groups=_true(a["groups"]),
        repeats=int(a["repeats"]),
        repeat_after=duration(a["repeat-after"]),
        again_after=duration(a["again-after"]) if "again-after" in a else None,
        again_at_most=int(a["again-at-most"]),
        again_by=int(a["again-by"]),
        reason_over=int(a["reason-over"]),
        apart=duration(a["apart"]),
        every=duration(a["every"]) if "every" in a else None,
        begins=_time(a.get("from")),
        ends=_time(a.get("to-time")),
        categories=frozenset(categories) if categories else None,
        role=Role(a["role"]) if "role" in a else None,
        minimum_delay=_whole(a.get("minimum-delay")),
        maximum_delay=_whole(a.get("maximum-delay")),
        languages=_words(element, "languages"),
        never=_true(a["never"]),
    )


def _zone(element: etree._Element) -> ZonePlace:
    a = element.attrib
    return ZonePlace(
        zone=a["id"],
        area=Area(a["area"]),
        platforms=_words(element, "platforms"),
        gates=_words(element, "gates"),
        waiting_rooms=_words(element, "waiting-rooms"),
        neighbours=_words(element, "neighbours"),
        gain_db=float(a["gain-db"]),
        quiet=tuple(_quiet(e) for e in element.iterfind("quiet")),
    )


def _quiet(element: etree._Element) -> Quiet:
    a = element.attrib
    return Quiet(
        begins=time.fromisoformat(a["from"]),
        ends=time.fromisoformat(a["to"]),
        priorities=frozenset(_words(element, "speaks")),
        gain_db=float(a["gain-db"]),
    )


def _chime(element: etree._Element) -> Chime:
    return Chime(element.attrib["id"], tones(element.get("notes", "")), element.get("file", ""))


def _prepared(element: etree._Element) -> Prepared:
    a = element.attrib
    return Prepared(
        id=a["id"],
        names=_texts(element, "name"),
        texts=_texts(element, "text"),
        chime=a.get("chime", ""),
        repeats=int(a["repeats"]),
        repeat_after=duration(a["repeat-after"]),
    )


def _numbers(element: etree._Element) -> Numbers:
    a = element.attrib
    categories = _words(element, "categories")
    return Numbers(
        language=a["lang"],
        categories=frozenset(categories) if categories else None,
        cardinal_digits=int(a["cardinal-digits"]),
        one=One(a["one"]),
    )


def _letter(element: etree._Element) -> Letter:
    a = element.attrib
    return Letter(a["letters"], a["lang"], a["reads"])


def _file(element: etree._Element) -> LanguageFile:
    return LanguageFile(element.attrib["lang"], element.attrib["file"])
