"""What every reader gives: calls at one stop, what was told about them when, and what was wrong.

Law: values only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from protocol.runs import Role

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from protocol.times import Instant


@dataclass(frozen=True)
class Told:
    """What became known at `at`; None says nothing.

    Attributes:
        delay_known: False: the train is late, and nobody knows how much.
    """

    at: Instant
    arrival: Instant | None = None
    departure: Instant | None = None
    arrival_track: str | None = None
    departure_track: str | None = None
    cancelled: bool | None = None
    delay_known: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    """One train's call at the stop.

    Attributes:
        key: unique in the recording.
        planned_arrival: None where the train starts.
        planned_departure: None where it ends.
        told: in any order.
        actual_arrival: None if not recorded.
        passes: does not stop.
    """

    key: str
    number: str
    category: str = ""
    origin: str
    destination: str
    planned_arrival: Instant | None = None
    planned_departure: Instant | None = None
    arrival_track: str | None = None
    departure_track: str | None = None
    told: tuple[Told, ...] = ()
    actual_arrival: Instant | None = None
    actual_departure: Instant | None = None
    passes: bool = False

    @property
    def role(self) -> Role:
        """What the train does here."""
        if self.passes:
            return Role.PASS
        if self.planned_arrival is None:
            return Role.ORIGIN
        return Role.TERMINUS if self.planned_departure is None else Role.INTERMEDIATE

    @property
    def planned(self) -> tuple[Instant, ...]:
        """The planned events, in order; at least one in every call that a reader gives."""
        return tuple(t for t in (self.planned_arrival, self.planned_departure) if t is not None)


@dataclass
class Reading:
    """What a reader found.

    Attributes:
        calls: usable.
        rejected: number of records by reason.
        examples: the first place of every reason.
        stops: calls by stop, where the files hold several.
    """

    calls: list[RecordedCall] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    stops: Counter[str] = field(default_factory=Counter)

    def reject(self, reason: str, where: str) -> None:
        """Count a record that cannot be used."""
        self.rejected[reason] += 1
        self.examples.setdefault(reason, where)

    def accept(self, call: RecordedCall, where: str) -> None:
        """Keep a call, unless its plan is no plan."""
        if not call.planned:
            self.reject("no planned time", where)
        elif list(call.planned) != sorted(call.planned):
            self.reject("planned departure before planned arrival", where)
        else:
            self.calls.append(call)


@dataclass(frozen=True)
class Options:
    """What the files do not say.

    Attributes:
        zone: of times without one.
        stop: name or code of the stop to play, needed where the files hold several.
        day: date of a timetable that has none.
    """

    zone: ZoneInfo
    stop: str | None = None
    day: date | None = None


def chosen_stop(stops: Counter[str], options: Options) -> str:
    """Return the stop to play: the one asked for, or the only one.

    Raises:
        OperatorError: several and none asked for, or another one asked for.
    """
    if options.stop is not None and options.stop in stops:
        return options.stop
    if options.stop is None and len(stops) == 1:
        return next(iter(stops))
    listed = ", ".join(f"{name} ({count})" for name, count in stops.most_common(10))
    wanted = "choose one with --stop" if options.stop is None else f"{options.stop!r} is not there"
    raise OperatorError(f"{wanted}; the most frequent stops: {listed or 'none'}")
