"""Instants of a run that announcements count from, and what passengers wait for.

Law: pure. Instants are the timeline's, read as the boards read them; none is made up. What is None
has no moment, and nothing is announced by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.runs import Role
from station_config.announcements.model import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.runs import CallTime, Run
    from protocol.times import Instant


def leaves(run: Run) -> CallTime | None:
    """Return the departure that passengers may take, None if there is none."""
    departure = run.departure
    taken = departure is not None and not departure.cancelled
    return departure if taken and run.role not in {Role.TERMINUS, Role.PASS} else None


def comes(run: Run) -> CallTime | None:
    """Return the arrival that takes place, None if there is none."""
    arrival = run.arrival
    return arrival if arrival is not None and not arrival.cancelled else None


def ends_here(run: Run) -> bool:
    """Return whether it ends here though it goes on by its timetable."""
    departure = run.departure
    return run.role is Role.TERMINUS and departure is not None and departure.cancelled


def starts_here(run: Run) -> bool:
    """Return whether it starts here though it comes from elsewhere by its timetable."""
    arrival = run.arrival
    return run.role is Role.ORIGIN and arrival is not None and arrival.cancelled


def awaited(run: Run) -> CallTime | None:
    """Return what passengers here wait for: its departure, or its arrival if it ends here."""
    return leaves(run) or (comes(run) if run.role is not Role.PASS else None)


def moment(run: Run, which: Moment) -> Instant | None:
    """Return the instant of `which`, None if the run has none."""
    found = _MOMENTS.get(which)
    return None if found is None else found(run)


def _middle(run: Run) -> Instant | None:
    opens, last = run.timeline.check_in_opens_at, run.timeline.last_call_at
    if opens is None or last is None or last <= opens:
        return None
    return opens + (last - opens) / 2


def _arrived(run: Run) -> Instant | None:
    arrival = comes(run)
    return None if arrival is None else arrival.actual


def _call(run: Run) -> Instant | None:
    times = run.timeline
    return times.departs_at if leaves(run) is not None else times.arrives_at


_MOMENTS: dict[Moment, Callable[[Run], Instant | None]] = {
    Moment.SHOWN: lambda run: run.timeline.shown_at,
    Moment.WAITING: lambda run: run.timeline.waiting_at,
    Moment.GATE_SHOWN: lambda run: run.timeline.gate_shown_at,
    Moment.CHECK_IN_OPENS: lambda run: run.timeline.check_in_opens_at,
    Moment.CHECK_IN_MIDDLE: _middle,
    Moment.LAST_CALL: lambda run: run.timeline.last_call_at,
    Moment.CHECK_IN_CLOSES: lambda run: run.timeline.check_in_closes_at,
    Moment.APPROACHES: lambda run: run.timeline.approaches_at,
    Moment.ARRIVES: lambda run: run.timeline.arrives_at,
    Moment.ARRIVED: _arrived,
    Moment.DEPARTS: lambda run: run.timeline.departs_at,
    Moment.CALL: _call,
}
"""All but the clock's schedule."""
