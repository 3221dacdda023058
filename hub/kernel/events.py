"""Events: what has just become true, for those who must act on it at once.

Law: late is worse than never. An event that is found out `FRESH` after it happened is not told; the
run itself tells the state. Arrived and departed are told by an actual report only; approaching by
the timeline. An `event_id` is made of what happened, so that telling it twice is harmless.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.messages import Event
from protocol.runs import PassengerPhase, TrainPhase
from protocol.timeline import passenger_phase
from protocol.times import from_unix, to_unix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.agenda import Moment
    from protocol.runs import CallTime, Run
    from protocol.times import Instant

LIFETIME = timedelta(seconds=30)
"""How long an event may be acted on after it was told (protocol.md)."""

FRESH = timedelta(minutes=2)
"""How old a happening may be to be told: a minute tick and a slow report, not a catching-up."""

_COMING = frozenset({TrainPhase.APPROACHING, TrainPhase.PASSING})


def approaching(run_id: str, was: TrainPhase, reached: Moment, now: Instant) -> Iterator[Event]:
    """Yield the event of a train that was not coming and now is, by its timeline."""
    at = from_unix(reached.at)
    if was is TrainPhase.EXPECTED and reached.train in _COMING and now - at <= FRESH:
        yield _event("approaching", run_id, at, reached.at)


def from_change(before: Run, after: Run, rev: int, now: Instant) -> Iterator[Event]:
    """Yield the events of a run that a row has changed; `rev` is the revision of `after`."""
    for kind, was, call in (
        ("arrived", before.arrival, after.arrival),
        ("departed", before.departure, after.departure),
    ):
        at = _newly(was, call)
        if at is not None and now - at <= FRESH:
            yield _event(kind, after.run_id, at, int(to_unix(at)))
    if _told(before) != _told(after) and passenger_phase(before, now) not in _UNSEEN:
        yield _event("changed", after.run_id, now, rev)


_UNSEEN = frozenset({PassengerPhase.PLANNED, PassengerPhase.GONE})


def _newly(was: CallTime | None, call: CallTime | None) -> Instant | None:
    if call is None or (was is not None and was.actual is not None):
        return None
    return call.actual


def _told(run: Run) -> tuple[object, ...]:
    """What a passenger must be told at once when it changes."""
    parts = tuple(call is not None and call.cancelled for call in (run.arrival, run.departure))
    return (run.platform, run.gates, run.cancelled, *parts, run.replaced_by, run.held)


def _event(kind: str, run_id: str, at: Instant, mark: int) -> Event:
    return Event(event_id=f"{run_id}.{kind}.{mark}", kind=kind, run_id=run_id, at=at)
