"""The boards' words: one file per language in ``words/``.

Law: no word that a passenger reads stands in Python or JavaScript. Every key must be there in every
language, checked when the process starts; a word with a place for a value has exactly that place.
Adding a language is adding a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from subsystems.kit.words import (
    LineWords,
    check_places,
    decode_table,
    load_lines,
    load_tables,
    places,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

WEEK = 7
YEAR = 12
PLACES = {
    "delayed_by": {"minutes"},
    "early_by": {"minutes"},
    "replaced_by_train": {"train"},
    "moved_to": {"platform"},
    "moved_to_gate": {"gates"},
    "platform": {"label"},
    "page": {"page", "pages"},
}
"""Values that a word must have a place for. `date` chooses among its own."""
DATE_PLACES = {"year", "month", "monthname", "day", "weekday"}


class ColumnWords(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """Headings, by column (`station_config.model.Column`)."""

    train: str
    origin: str
    destination: str
    arrival: str
    departure: str
    gate: str
    platform: str
    waiting_room: str
    status: str


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a board says in one language.

    Attributes:
        columns: headings.
        weekdays: Sunday first.
        monthnames: January first; empty when `date` does not use them.
        line: the honest line; not in the file, the kit has it for all subsystems.
    """

    waiting: str
    check_in: str
    last_call: str
    check_in_closed: str
    departed: str
    arrived: str
    approaching: str
    at_platform: str
    terminates: str
    on_time: str
    delayed_by: str
    early_by: str
    delay_unknown: str
    cancelled: str
    ends_here: str
    starts_here: str
    replaced_by_train: str
    replaced_by_bus: str
    unconfirmed: str
    ask_staff: str
    to_be_confirmed: str
    moved_to: str
    moved_to_gate: str
    platform_changed: str
    gate_changed: str
    expected: str
    planned: str
    bound_for: str
    coming_from: str
    next_trains: str
    no_trains: str
    gate: str
    platform: str
    page: str
    date: str
    weekdays: tuple[str, ...]
    monthnames: tuple[str, ...] = ()
    notice_information: str
    notice_disruption: str
    notice_emergency: str
    notice_spoken: str
    boards: str
    plain_view: str
    columns: ColumnWords
    line: LineWords = LineWords()

    def word(self, key: str, **values: object) -> str:
        """Return the word `key` with `values` in their places."""
        text: str = getattr(self, key)
        return text.format(**values) if values else text

    def heading(self, column: str) -> str:
        """Return what `column` (`station_config.model.Column`) is called."""
        text: str = getattr(self.columns, column.replace("-", "_"))
        return text

    def month(self, number: int) -> str:
        """Return the name of month `number`, 0 is January; "" in a language that counts them."""
        return self.monthnames[number] if self.monthnames else ""


def parse_words(data: bytes, where: str) -> Words:
    """Return the table in `data` (TOML).

    Raises:
        OperatorError: a key is missing, unknown or empty, or a word lacks the place for its value.
    """
    words = decode_table(data, Words, where)
    for name in words.__struct_fields__:
        _check(name, getattr(words, name), where)
    _check_names(words, where)
    return words


def load_words(languages: Iterable[str]) -> dict[str, Words]:
    """Return the tables of `languages`.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    asked = list(languages)
    tables = load_tables("subsystems.display", asked, parse_words, who="the boards")
    lines = load_lines(asked)
    return {
        language: msgspec.structs.replace(tables[language], line=lines[language])
        for language in asked
    }


def _check(name: str, value: object, where: str) -> None:
    if isinstance(value, str):
        wanted = places(value) & DATE_PLACES if name == "date" else PLACES.get(name, set())
        check_places(name, value, wanted, where=where)


def _check_names(words: Words, where: str) -> None:
    if len(words.weekdays) != WEEK:
        raise OperatorError(f"'weekdays' must be {WEEK} names, Sunday first", where=where)
    if len(words.monthnames) != YEAR and "{monthname}" in words.date:
        raise OperatorError(f"'monthnames' must be {YEAR} names, January first", where=where)
