"""How a station reads aloud: numbers, letters, and the files of its own words.

Law: values only, a part of `station_config.announcements.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class One(StrEnum):
    """How the digit 1 is read in a row of digits (Chinese)."""

    YAO = "yao"
    """幺"""
    YI = "yi"
    """一"""


@dataclass(frozen=True)
class Numbers:
    """How train numbers are read in one language.

    Attributes:
        language: tag.
        categories: of trains; None: all that no other one is for.
        cardinal_digits: up to so many digits are read as a cardinal, more one by one; 0: always
            one by one.
        one: how the digit 1 is read among them.
    """

    language: str
    categories: frozenset[str] | None = None
    cardinal_digits: int = 0
    one: One = One.YI


@dataclass(frozen=True)
class Letter:
    """How the letters before a train number are read in one language, e.g. ``G`` as 高."""

    letters: str
    language: str
    reads: str


@dataclass(frozen=True)
class LanguageFile:
    """A file in the station's directory for one language: templates or a lexicon."""

    language: str
    file: str
