"""The clock's words: one file per language in ``words/``.

Law: no word that a person reads on the clock stands in Python or JavaScript. Every key must be
there in every language, checked when the process starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from subsystems.kit.words import LineWords, check_places, decode_table, load_lines, load_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE_WORDS = (
    *("title", "year", "month", "day", "offset", "drift", "master", "within", "leap"),
    *("look", "theme", "full"),
)
"""What the page says by itself."""

HUB_WORDS = ("synced", "holdover", "suspect", "unset", "system", "simulated")
"""What a hub may say of its time; another word is shown as it is."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a clock says in one language.

    Attributes:
        title: what it is.
        waiting: before it knows the time.
        synced, holdover, suspect, unset: by `subsystems.kit.timekeeper.Quality`.
        year, month, day: beside their digits.
        offset: of the own clock from the hub's.
        drift: of the own clock.
        master: the hub's master clock.
        within: what all of it may be off by.
        leap: a leap second is inserted today.
        look, theme, full: buttons.
        hub_synced … hub_simulated: how the hub knows the time, by its word in the beat.
    """

    title: str
    waiting: str
    synced: str
    holdover: str
    suspect: str
    unset: str
    year: str
    month: str
    day: str
    offset: str
    drift: str
    master: str
    within: str
    leap: str
    look: str
    theme: str
    full: str
    hub_synced: str
    hub_holdover: str
    hub_suspect: str
    hub_unset: str
    hub_system: str
    hub_simulated: str


class Language(msgspec.Struct, frozen=True):
    """A language of the clock: its own words, and the honest line."""

    words: Words
    line: LineWords


def load_words(languages: Iterable[str]) -> dict[str, Language]:
    """Return what the clock says in `languages`, in their order.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    asked = list(languages)
    words = load_tables("subsystems.clock", asked, parse_words, who="the clocks")
    lines = load_lines(asked)
    return {language: Language(words[language], lines[language]) for language in asked}


def parse_words(data: bytes, where: str) -> Words:
    """Return the table in `data` (TOML).

    Raises:
        OperatorError: a key is missing, unknown or empty, or a word has a place for a value.
    """
    words = decode_table(data, Words, where)
    for name in words.__struct_fields__:
        check_places(name, getattr(words, name), set(), where=where)
    return words
