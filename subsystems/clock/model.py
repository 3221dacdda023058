"""What a clock's page is given.

Law: frozen values only. They go to the browser as JSON; instants are station time as whole
milliseconds since 1970 UTC, offsets are milliseconds of real time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from subsystems.kit.status import StatusLine
    from subsystems.kit.timekeeper import ClockQuality


@dataclass(frozen=True)
class Knowledge:
    """What the clock knows, apart from the time itself.

    Attributes:
        line: the honest line.
        clock: what is known about station time.
    """

    line: StatusLine
    clock: ClockQuality


Text = dict[str, str]
"""A text by language tag, in the order of the station's languages."""


class Line(msgspec.Struct, frozen=True):
    """The honest line as a page shows it; `code` chooses shape and colour."""

    code: str
    live: bool
    text: Text


class Measure(msgspec.Struct, frozen=True):
    """How good the time is.

    Attributes:
        quality: a member of `subsystems.kit.timekeeper.Quality`.
        text: the same for people.
        offset_ms: own clock minus the hub's, None: never measured.
        uncertainty_ms: ± of it.
        drift_ppm: own oscillator against the hub's, None: not known yet.
        off: own clock wrong by more than a second.
    """

    quality: str
    text: Text
    offset_ms: float | None
    uncertainty_ms: float | None
    drift_ppm: float | None
    off: bool


class Master(msgspec.Struct, frozen=True):
    """How the hub knows the time.

    Attributes:
        word: of the beat; "": the hub was not heard yet.
        text: the same for people.
        source: name of the master clock, "": none.
        uncertainty_ms: ± of the hub's time, None: nobody can say.
    """

    word: str
    text: Text
    source: str
    uncertainty_ms: float | None


class Face(msgspec.Struct, frozen=True):
    """Everything that a page needs to show the time by itself from now on.

    Attributes:
        now: station time of sending.
        rate: station milliseconds per real millisecond.
        zone: IANA name.
        names: of the station, by language.
        languages: of the station, in their order.
        line: where the time comes from.
        clock: how good it is.
        master: how good the hub's is.
        leap_at: the midnight before which a leap second stands, None: there is none.
        leap: 1: it is inserted, -1: left out.
        leap_second: it is that second, and `now` stands still.
        holding: what the page says of its time when it has lost its server.
        alone: what the page says when it has lost its server, with a place ``{time}``.
        words: what the page says by itself, by `subsystems.clock.words.PAGE_WORDS`.
    """

    now: int
    rate: float
    zone: str
    names: dict[str, str]
    languages: tuple[str, ...]
    line: Line
    clock: Measure
    master: Master
    leap_at: int | None
    leap: int
    leap_second: bool
    holding: Text
    alone: Text
    words: dict[str, Text]
