"""How wide a board's columns are, in half characters (a Chinese character is two).

Law: pure, from the station's own names and the words; the page only scales it to its screen. A text
that is longer still is set smaller by the page, never cut.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from station_config.model import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from station_config.model import Station
    from subsystems.display.words import Words

TIME = 11
"""``07:35 07:52``: the planned and the expected time."""
MARK = 3
"""The shape before a status, and its gap."""
LIMITS = {
    Column.TRAIN: (5, 9),
    Column.ORIGIN: (8, 12),
    Column.DESTINATION: (8, 12),
    Column.GATE: (5, 11),
    Column.PLATFORM: (5, 8),
    Column.WAITING_ROOM: (6, 12),
}
STATUS = (
    *("waiting", "check_in", "last_call", "check_in_closed", "departed", "arrived", "approaching"),
    *("at_platform", "on_time", "delay_unknown", "cancelled"),
)
"""Words that a status column must hold in one line."""


def half_characters(text: str) -> int:
    """Return the width of `text` in half characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def column_widths(station: Station, words: Mapping[str, Words]) -> dict[Column, int]:
    """Return the width of every column for `station` in the languages of `words`."""
    rows = station.timetable.rows if station.timetable else ()
    numbers = [n for row in rows for n in (row.arrival_number, row.departure_number) if n]
    places = [named.name(language) for named in station.places.values() for language in words]
    gates = [
        " ".join(gate.label for gate in layout.gates_to(platform.id))
        for layout in station.layouts
        for platform in layout.platforms
    ]
    platforms = [p.label for layout in station.layouts for p in layout.platforms]
    rooms = [
        room.named.name(language)
        for layout in station.layouts
        for room in layout.waiting_rooms
        for language in words
    ]
    changed = [f"{label} {label}" for label in platforms]
    led_elsewhere = [f"{label} {label}" for label in gates]
    widths = {
        Column.TRAIN: _within(Column.TRAIN, numbers),
        Column.ORIGIN: _within(Column.ORIGIN, places),
        Column.DESTINATION: _within(Column.DESTINATION, places),
        Column.GATE: _within(Column.GATE, led_elsewhere),
        Column.PLATFORM: _within(Column.PLATFORM, changed),
        Column.WAITING_ROOM: _within(Column.WAITING_ROOM, rooms),
    }
    statuses = [table.word(key) for table in words.values() for key in STATUS]
    status = max(map(half_characters, statuses)) + MARK
    return {**widths, Column.ARRIVAL: TIME, Column.DEPARTURE: TIME, Column.STATUS: status}


def _within(column: Column, texts: Iterable[str]) -> int:
    low, high = LIMITS[column]
    return min(high, max([low, *map(half_characters, texts)]))
