"""A board's sheet: titles, headings and the words that the page itself says.

Law: pure; built once when the process starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.model import BoardKind, Column
from subsystems.display.cells import every
from subsystems.display.honest import alone_line
from subsystems.display.model import Heading, Sheet
from subsystems.display.widths import column_widths
from subsystems.display.words import WEEK, YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from station_config.model import Board, Station
    from subsystems.display.model import Text
    from subsystems.display.words import Words

PAGE_WORDS = (
    *("expected", "planned", "bound_for", "coming_from", "next_trains", "no_trains", "gate"),
    "platform",
    *("platform_changed", "gate_changed", "page", "date"),
    *("notice_information", "notice_disruption", "notice_emergency", "notice_spoken"),
)
"""Words that the page puts itself, by key of `Words`."""


def make_sheet(station: Station, board: Board, words: Mapping[str, Words], today: date) -> Sheet:
    """Return the sheet of `board`; `today` chooses the layout that names its gate or platform."""
    widths = column_widths(station, words)
    headings = tuple(
        Heading(
            column=str(column),
            text={language: table.heading(column) for language, table in words.items()},
            width=widths[column],
        )
        for column in board.columns
    )
    return Sheet(
        board=board.id,
        kind=str(board.kind),
        station=_names(station.names, words),
        title=_names(board.names, words),
        place=_place(station, board, words, today),
        zone=station.zone,
        rows=board.rows,
        languages=tuple(words),
        page_seconds=board.page_seconds,
        language_seconds=board.language_seconds,
        columns=headings,
        words=_page_words(words),
    )


def _page_words(words: Mapping[str, Words]) -> dict[str, Text]:
    texts = {
        key: {language: table.word(key) for language, table in words.items()} for key in PAGE_WORDS
    }
    for column in (Column.ARRIVAL, Column.DEPARTURE, Column.PLATFORM):
        texts[f"column-{column}"] = {lang: table.heading(column) for lang, table in words.items()}
    texts["server_lost"] = alone_line(words)
    for n in range(WEEK):
        texts[f"weekday{n}"] = {language: table.weekdays[n] for language, table in words.items()}
    for n in range(YEAR):
        texts[f"month{n + 1}"] = {language: table.month(n) for language, table in words.items()}
    return texts


def _names(names: Mapping[str, str], words: Mapping[str, Words]) -> Text:
    """Return the name in every language of the board, any name where one is missing."""
    fallback = next(iter(names.values()), "")
    return {language: names.get(language, fallback) for language in words}


def _place(station: Station, board: Board, words: Mapping[str, Words], today: date) -> Text:
    layout = station.layout_on(today)
    if board.kind is BoardKind.GATE:
        label = next((g.label for g in layout.gates if g.id == board.gate), board.gate or "")
        return dict.fromkeys(words, label)
    if board.kind is BoardKind.PLATFORM:
        found = (p.label for p in layout.platforms if p.id == board.platform)
        label = next(found, board.platform or "")
        return every(words, lambda table: table.word("platform", label=label))
    return {}
