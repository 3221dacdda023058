"""What a clause is.

Law: values only; the words MUST, SHOULD and MAY are those of RFC 2119.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """Whom a clause binds."""

    HUB = "hub"
    DEVICE = "device"
    BOTH = "hub and device"
    BROKER = "broker"


class Level(StrEnum):
    """How strongly."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True)
class Clause:
    """One normative sentence, with what belongs to it.

    Attributes:
        id: ``C-{section}.{number}``.
        party: whom it binds.
        level: how strongly.
        zh: title in Chinese.
        en: title in English.
        text: the clause itself, in English; may use `code` marks.
    """

    id: str
    party: Party
    level: Level
    zh: str
    en: str
    text: str


@dataclass(frozen=True)
class Section:
    """A chapter of the protocol.

    Attributes:
        number: stands in the ids of its clauses.
        zh: title in Chinese.
        en: title in English.
        intro: what it is about; not normative.
        clauses: in order.
    """

    number: int
    zh: str
    en: str
    intro: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Row:
    """A clause before it knows its section."""

    number: int
    party: Party
    level: Level
    zh: str
    en: str
    text: str


def section(number: int, titles: tuple[str, str], intro: str, *rows: Row) -> Section:
    """Return a section whose clauses are `rows`."""
    clauses = tuple(
        Clause(f"C-{number}.{r.number}", r.party, r.level, r.zh, r.en, r.text) for r in rows
    )
    return Section(number, *titles, intro, clauses)
