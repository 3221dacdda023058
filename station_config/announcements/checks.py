"""What the schema cannot say about a file of announcements.

Law: notes every mistake with its place and raises none, whatever the file holds; changes nothing.
Whether there are words for everything that is announced is checked by who speaks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_config.checks.tools import check_reference, check_unique, check_words

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import etree

    from station_config.announcements.model import Announcements
    from station_config.document import Document

_NEEDED = ("at", "useful", "to", "priority")
_BY_THE_CLOCK = frozenset({"safety", "lost-and-found"})
"""Kinds about the station, not about a train."""


@dataclass(frozen=True)
class Known:
    """What a file of announcements may refer to.

    Attributes:
        directory: of the station.
        languages: of the station.
        zones: ids of its announcement zones.
        platforms: ids in any layout, like `gates` and `waiting_rooms`.
        categories: codes.
    """

    directory: Path
    languages: tuple[str, ...]
    zones: frozenset[str]
    platforms: frozenset[str]
    gates: frozenset[str]
    waiting_rooms: frozenset[str]
    categories: frozenset[str]


def check_announcements(document: Document, known: Known, shipped: Announcements) -> None:
    """Note what is wrong in `document`, which stands over `shipped`."""
    root = document.root
    if root is None:
        return
    if root.tag != "announcements":  # station.xsd is included, so a station would be valid
        document.error(root, f"<{root.tag!s}> is no file of announcements: begin <announcements>")
        return
    check_words(document, root, "languages")
    check_reference(document, root, "languages", set(known.languages), "language of the station")
    _check_zones(document, known)
    _check_chimes(document, shipped)
    for rule in document.all("rules/rule"):
        _check_rule(document, rule, known)
    _check_prepared(document, known, root.get("languages", "").split())
    _check_files(document, known)


def _check_zones(document: Document, known: Known) -> None:
    zones = list(document.all("heard/zone"))
    check_unique(document, zones, "id", "announcement zone")
    for zone in zones:
        check_reference(document, zone, "id", set(known.zones), "announcement zone")
        check_reference(document, zone, "platforms", set(known.platforms), "platform")
        check_reference(document, zone, "gates", set(known.gates), "gate")
        check_reference(document, zone, "waiting-rooms", set(known.waiting_rooms), "waiting room")
        check_reference(document, zone, "neighbours", set(known.zones), "announcement zone")
        for attribute in ("platforms", "gates", "waiting-rooms", "neighbours"):
            check_words(document, zone, attribute)
        if zone.get("id", "-") in zone.get("neighbours", "").split():
            document.error(zone, "a zone is not its own neighbour: take it out", "neighbours")
        for quiet in zone.iterfind("quiet"):
            if quiet.get("from") == quiet.get("to"):
                document.error(quiet, "quiet hours that end when they begin: give another end")
    _check_all_heard(document, known, {zone.get("id") for zone in zones})


def _check_all_heard(document: Document, known: Known, placed: set[str | None]) -> None:
    heard = next(document.all("heard"), None)
    missing = sorted(known.zones - placed)
    if heard is not None and missing:
        names = ", ".join(missing)
        message = f"nothing is said of {names}: they hear what any place is told"
        document.warning(heard, message)


def _check_chimes(document: Document, shipped: Announcements) -> None:
    chimes = list(document.all("chimes/chime"))
    check_unique(document, chimes, "id", "chime")
    for chime in chimes:
        if (chime.get("notes") is None) == (chime.get("file") is None):
            document.error(chime, "a chime has either notes or a file: give one of them")
    names = {chime.get("id", "") for chime in chimes} | {chime.id for chime in shipped.chimes}
    for path in ("rules/rule", "prepared/emergency"):
        for element in document.all(path):
            check_reference(document, element, "chime", names, "chime")


def _check_rule(document: Document, rule: etree._Element, known: Known) -> None:
    check_words(document, rule, "categories")
    check_words(document, rule, "to")
    check_words(document, rule, "languages")
    check_reference(document, rule, "categories", set(known.categories), "category")
    check_reference(document, rule, "languages", set(known.languages), "language of the station")
    if rule.get("never") in {"true", "1"}:
        return
    for name in _NEEDED:
        if rule.get(name) is None:
            document.error(rule, f'<rule> needs the attribute {name}, or never="true"')
    _check_clock(document, rule)
    low, high = (_number(rule.get(name)) for name in ("minimum-delay", "maximum-delay"))
    if low is not None and high is not None and low >= high:
        document.error(rule, "no delay is so: minimum-delay must be below maximum-delay")


def _check_clock(document: Document, rule: etree._Element) -> None:
    by_the_clock = rule.get("at") == "schedule"
    kind = rule.get("kind", "")
    if by_the_clock != (kind in _BY_THE_CLOCK) and rule.get("at") is not None:
        wanted = 'at="schedule"' if kind in _BY_THE_CLOCK else "a moment of a train"
        document.error(rule, f"{kind} needs {wanted}", "at")
    if by_the_clock and rule.get("every") is None:
        document.error(rule, 'at="schedule" needs the attribute every: say how often')


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None  # told by the schema


def _check_prepared(document: Document, known: Known, spoken: list[str]) -> None:
    prepared = list(document.all("prepared/emergency"))
    check_unique(document, prepared, "id", "prepared text")
    for each in prepared:
        for tag in ("name", "text"):
            given = {element.get("lang") for element in each.iterfind(tag)}
            missing = [language for language in spoken or known.languages if language not in given]
            if missing:
                message = f"<emergency> has no {tag} in {', '.join(missing)}: add it"
                document.error(each, message)


def _check_files(document: Document, known: Known) -> None:
    files = [*document.all("words/templates"), *document.all("words/lexicon")]
    for element in files:
        check_reference(document, element, "lang", set(known.languages), "language of the station")
    for element in [*files, *document.all("chimes/chime")]:
        name = element.get("file", "")
        plain = name and "/" not in name and "\\" not in name and not name.startswith(".")
        if plain and not (known.directory / name).is_file():
            message = f"there is no file {name!r} in {known.directory}: add it"
            document.error(element, message, "file")
