"""What a prepared scenario does, and what of it is under way.

Law: values only. Everything that a scenario does has an end. A drill is a scenario that commands
nothing: no message leaves the hub for it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from protocol.times import Instant

LONGEST_MINUTES = 720
_ID = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_MINUTES = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_MINUTES)]
_PLACES = Annotated[tuple[_ID, ...], msgspec.Meta(max_length=200)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scenario that somebody wants.

    Attributes:
        scenario: id of a prepared text of the station.
        zones: of the station where it is told; empty: everywhere.
        tracks: whose trains are held, their delay unknown; e.g. of a blocked track.
        manual: the whole station becomes manual.
        minutes: for how long, of station time; afterwards it ends by itself.
        drill: rehearsed: on consoles only.
    """

    scenario: _ID
    zones: _PLACES = ()
    tracks: _PLACES = ()
    manual: bool = False
    minutes: _MINUTES = 60
    drill: bool = False


class Running(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scenario under way.

    Attributes:
        id: of this time.
        wanted: what was asked for.
        names: of the scenario, by language.
        texts: that are told, by language.
        who: began it.
        why: the reason.
        since: when, station time.
        until: when it ends by itself.
        notice_id: of its notice, "" in a drill.
        held: ids of the runs that it holds; in a drill: that it would hold.
    """

    id: str
    wanted: Wanted
    names: dict[str, str]
    texts: dict[str, str]
    who: str
    why: str
    since: Instant
    until: Instant
    notice_id: str = ""
    held: tuple[str, ...] = ()
