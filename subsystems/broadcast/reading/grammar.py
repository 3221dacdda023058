"""How a language says numbers and times: the port, and which languages have one.

Law: pure. Words stand in ``words/LANGUAGE.toml``; here and in the grammars is only how they are
put together. Shown is what boards show, spoken is what is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from station_config.announcements.reading import One


class NumberWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of numbers in one language.

    Attributes:
        grammar: name of how they are put together.
        digits: 0 to 9, one by one.
        yao: the digit 1 where it might be misheard (Chinese); "" if there is none.
        teens: 10 to 19, where they are words of their own.
        tens: 10, 20 … 90, likewise.
        hundred: word.
        thousand: word.
        a_pair: two of something (Chinese 两); "" if it is the digit.
        a_one: one before a unit (German *ein*, *eine*); "" if it is the digit.
        minute: of one.
        minutes: of several.
        hour: of one.
        hours: of several.
        oclock: at the full hour; ``{hour}``.
        at: with minutes; ``{hour}``, ``{minute}``.
        at_full: a full hour that has no word for itself, ``{hour}``; "": as `oclock`.
        zero_minute: before a minute below 10 (零, *oh*); "" for nothing.
        joined: how parts of a duration are joined; ``{hours}``, ``{minutes}``.
    """

    grammar: str
    digits: tuple[str, ...]
    hundred: str
    thousand: str
    minute: str
    minutes: str
    hour: str
    hours: str
    oclock: str
    at: str
    joined: str
    yao: str = ""
    teens: tuple[str, ...] = ()
    tens: tuple[str, ...] = ()
    a_pair: str = ""
    a_one: str = ""
    at_full: str = ""
    zero_minute: str = ""


class Grammar(Protocol):
    """Says numbers of one language."""

    def cardinal(self, number: int) -> str:
        """Return `number`, 0 to 9999, as one number."""
        ...

    def digits(self, digits: str, one: One) -> str:
        """Return `digits`, one by one."""
        ...

    def clock(self, hour: int, minute: int) -> str:
        """Return a time of the 24-hour clock."""
        ...

    def duration(self, minutes: int) -> str:
        """Return a number of minutes as it is said."""
        ...

    def duration_shown(self, minutes: int) -> str:
        """Return a number of minutes as it is written."""
        ...
