"""Sample announcements: one for each template, with values of the station's own.

Law: pure. A sample is said by the same words and readings as in operation; its values come from the
station's configuration, so nothing about a station stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.runs import Named, Role
from subsystems.broadcast.facts import USES, Facts, encode_facts, roles_of
from subsystems.broadcast.model import Kind, Occasion, Priority
from subsystems.broadcast.templates import chosen, variants
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.times import Instant
    from station_config.model import Layout, Station, TimetableRow
    from subsystems.broadcast.model import Part
    from subsystems.broadcast.wording import Vocabulary

CATEGORIES_MOST = 3
"""Of a template: how train letters are read shows in a few."""
DELAY_MINUTES = 25


@dataclass(frozen=True)
class Sample:
    """A template with values.

    Attributes:
        id: the same in every language.
        kind: of announcement.
        variant: of the words.
        category: of the train, "" where no train is in it.
        occasion: says it; without languages.
    """

    id: str
    kind: Kind
    variant: str
    category: str
    occasion: Occasion


def samples_of(station: Station, vocabulary: Vocabulary) -> tuple[Sample, ...]:
    """Return the samples of a station, in the order of the kinds."""
    rows = _rows(station)
    found: dict[str, Sample] = {}
    for kind in USES:
        for variant in variants(kind):
            for sample in _samples(kind, variant, station, vocabulary, rows):
                found.setdefault(sample.id, sample)
    return tuple(found.values())


def part_of(sample: Sample, language: str, vocabulary: Vocabulary) -> Part | None:
    """Return what a sample says in a language, None if it has no words there."""
    saying = say(_in_language(sample.occasion, language), vocabulary)
    return next(iter(saying.parts), None)


def _in_language(occasion: Occasion, language: str) -> Occasion:
    return Occasion(
        key=occasion.key,
        kind=occasion.kind,
        priority=occasion.priority,
        zones=(),
        languages=(language,),
        due=occasion.due,
        latest=occasion.latest,
        facts=occasion.facts,
    )


def _samples(
    kind: Kind,
    variant: str,
    station: Station,
    vocabulary: Vocabulary,
    rows: dict[str, TimetableRow],
) -> Iterator[Sample]:
    seen: dict[str, int] = {}
    for role in roles_of(kind, variant) or (None,):
        for category, row in rows.items() if role is not None else [("", None)]:
            text = _template(kind, variant, role, category, vocabulary)
            if text and seen.setdefault(text, 0) < CATEGORIES_MOST:
                seen[text] += 1
                facts = _facts(kind, variant, role, station, row)
                yield Sample(
                    id="/".join((kind, variant, role or "", category)),
                    kind=kind,
                    variant=variant,
                    category=category,
                    occasion=_occasion(kind, facts, station),
                )


def _template(
    kind: Kind, variant: str, role: Role | None, category: str, vocabulary: Vocabulary
) -> str:
    """Return the words that are used, of the first language."""
    tongue = next(iter(vocabulary.tongues.values()), None)
    found = tongue and chosen(tongue.templates, kind, variant, role, category)
    return found.text if found else ""


def _rows(station: Station) -> dict[str, TimetableRow]:
    """Return a train of each category that stops here."""
    table = station.timetable
    found: dict[str, TimetableRow] = {}
    for row in table.rows if table is not None else ():
        if row.role is not Role.PASS and row.departure_number and row.departure:
            found.setdefault(row.category, row)
    return found


def _facts(
    kind: Kind, variant: str, role: Role | None, station: Station, row: TimetableRow | None
) -> Facts:
    everything = _everything(station, role, row)
    used = {slot.value: everything[slot.value] for slot in USES[kind] if slot.value in everything}
    return replace(Facts(role=role, variant=variant), **used)


def _everything(station: Station, role: Role | None, row: TimetableRow | None) -> dict[str, object]:
    layout = station.layout_on(_day(station).date())
    at = _at(station, row)
    names = {category.code: category.names for category in station.categories}
    values: dict[str, object] = {
        "station": Named(station.id, station.names),
        "delay": DELAY_MINUTES,
        **_places(layout),
    }
    if role is not Role.TERMINUS:
        values["departure"] = at
    if row is not None:
        values |= {
            "train": row.departure_number,
            "category": Named(row.category, names.get(row.category, {})),
            "origin": station.place(row.origin),
            "destination": station.place(row.destination),
            "arrival": at,
            "planned": at,
            "replacement": row.departure_number,
        }
    return values


def _places(layout: Layout) -> dict[str, object]:
    platforms = [platform.label for platform in layout.platforms]
    gates = [gate.label for gate in layout.gates]
    values: dict[str, object] = {"gates": tuple(gates[:2]), "former_gates": tuple(gates[-1:])}
    if platforms:
        values |= {"platform": platforms[0], "former_platform": platforms[-1]}
    if layout.waiting_rooms:
        values["waiting_room"] = layout.waiting_rooms[0].named
    return values


def _occasion(kind: Kind, facts: Facts, station: Station) -> Occasion:
    at = _at(station, None)
    return Occasion(
        key=f"sample/{kind}",
        kind=kind,
        priority=Priority.COURTESY,
        zones=(),
        languages=(),
        due=at,
        latest=at,
        facts=encode_facts(facts),
    )


def _day(station: Station) -> datetime:
    table = station.timetable
    first = min(layout.valid_from for layout in station.layouts)
    return datetime.combine(table.service_date if table is not None else first, time(8, 5))


def _at(station: Station, row: TimetableRow | None) -> Instant:
    clock = (row.departure if row is not None else None) or time(8, 5)
    day = _day(station).date()
    return datetime.combine(day, clock, tzinfo=station.zone_info).astimezone(UTC)
