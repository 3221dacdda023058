"""What the hub says in its beat of where its time comes from.

Law: values only. All instants are station time; offsets and uncertainties are seconds.
"""

from __future__ import annotations

import msgspec

from protocol.times import Instant


class MasterClock(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knows of station time, for those who pass it on to clocks.

    Attributes:
        source: name of the master clock that is followed, or was last; "": none ever was.
        uncertainty_s: ± of station time at the hub, None: nobody can say.
        stratum: of the hub in the sense of NTP, 1: it follows a reference clock; None: not known.
        since: when the master clock was last measured, None: never.
        leap_at: the midnight (UTC) before which a leap second stands, None: none is announced.
        leap: 1: a second is inserted there, -1: one is left out.
    """

    source: str = ""
    uncertainty_s: float | None = None
    stratum: int | None = None
    since: Instant | None = None
    leap_at: Instant | None = None
    leap: int = 0
