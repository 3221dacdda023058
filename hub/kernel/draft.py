"""A run in the making: what the rules hand from one to the next.

Law: values only. A rule returns a changed copy; it never changes the draft that it was given, so
the difference before and after is the explanation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from protocol.runs import CallTime, Named, Replacement, Role, Timeline
from protocol.times import Instant

if TYPE_CHECKING:
    from hub.kernel.facts import Facts
    from hub.kernel.override import Override
    from station_config.model import Layout, Station


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules have concluded so far.

    Attributes:
        category: code of the train category.
        role: what the train does here.
        cancelled: 停运.
        held: the delay is unknown; see `hub.kernel.rules.hold`.
        feeder: the run whose stock it leaves with.
        stock_unknown_since: since when nobody knows when that comes.
        replaced_by: what passengers take instead.
        track: label that staff read.
        platform_id: identifier in the layout.
        platform: label that passengers read.
        gate_ids: identifiers in the layout.
        gates: labels that passengers read.
    """

    category: str
    role: Role
    arrival: CallTime | None = None
    departure: CallTime | None = None
    cancelled: bool = False
    held: bool = False
    feeder: str | None = None
    stock_unknown_since: Instant | None = None
    replaced_by: Replacement | None = None
    track: str | None = None
    platform_id: str | None = None
    platform: str | None = None
    platform_changed_from: str | None = None
    gate_ids: frozenset[str] = frozenset()
    gates: tuple[str, ...] = ()
    gates_changed_from: tuple[str, ...] = ()
    waiting_room: Named | None = None
    timeline: Timeline = Timeline()

    @property
    def first(self) -> CallTime | None:
        """The first event here, even if it is cancelled: from then on it is told."""
        return self.arrival or self.departure

    @property
    def last(self) -> CallTime | None:
        """The last event here that takes place."""
        return self.leaves or self.comes

    @property
    def comes(self) -> CallTime | None:
        """The arrival, None if there is none or it is cancelled."""
        return self.arrival if self.arrival is not None and not self.arrival.cancelled else None

    @property
    def leaves(self) -> CallTime | None:
        """The departure, None if there is none or it is cancelled."""
        departure = self.departure
        return departure if departure is not None and not departure.cancelled else None

    @property
    def boards(self) -> bool:
        """Whether passengers can get in here."""
        return self.leaves is not None and self.role in {Role.ORIGIN, Role.INTERMEDIATE}


@dataclass(frozen=True)
class Context:
    """What a rule may look at besides the draft.

    Attributes:
        layout: the station's layout on the run's service date.
        now: station time. A rule whose outcome depends on it must say when it next changes:
            "steady" does (`hub.kernel.steady.next_settling`).
        words: persons' words in force, in the order in which they were said.
    """

    facts: Facts
    station: Station
    layout: Layout
    now: Instant
    words: tuple[Override, ...] = ()


def with_timeline(draft: Draft, **instants: Instant | None) -> Draft:
    """Return `draft` with these instants of its timeline set."""
    timeline = msgspec.structs.replace(draft.timeline, **instants)
    return msgspec.structs.replace(draft, timeline=timeline)
