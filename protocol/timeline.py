"""What a run is at an instant: pure functions of (run, now).

Law: every screen, loudspeaker and clock asks here, the hub's kernel too, so all say the same. A
subsystem that lost the hub goes on asking with its own disciplined clock; nothing here knows if
the hub lives. An instant belongs to what begins at it: at `check_in_opens_at` check-in IS open.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from protocol.runs import PassengerPhase, Role, Run, Timeline, TrainPhase

if TYPE_CHECKING:
    from datetime import timedelta

    from protocol.times import Instant


def passenger_phase(run: Run, now: Instant) -> PassengerPhase:
    """Return the phase that passengers are in at `now`.

    A cancelled run is SHOWN until it leaves the board: it is told, and nothing opens.
    """
    return _reached(_passenger_instants(run), now)


def train_phase(run: Run, now: Instant) -> TrainPhase:
    """Return where the train is at `now`, as far as its timeline tells."""
    times = run.timeline
    if run.cancelled:
        return TrainPhase.EXPECTED
    if times.departs_at is not None and times.departs_at <= now:
        return TrainPhase.DEPARTED
    if times.arrives_at is not None and times.arrives_at <= now:
        return _arrived(run, now)
    if times.approaches_at is not None and times.approaches_at <= now:
        return TrainPhase.PASSING if run.role is Role.PASS else TrainPhase.APPROACHING
    return TrainPhase.EXPECTED


def on_departure_board(run: Run, now: Instant) -> bool:
    """Return whether the departure board has a row for the run at `now`."""
    if run.departure is None or run.role is Role.PASS:
        return False
    return _within(run.timeline.shown_at, now, run.timeline.departure_shown_until)


def on_arrival_board(run: Run, now: Instant) -> bool:
    """Return whether the arrival board has a row for the run at `now`."""
    if run.arrival is None or run.role is Role.PASS:
        return False
    return _within(run.timeline.shown_at, now, run.timeline.arrival_shown_until)


def at_gate(run: Run, now: Instant) -> bool:
    """Return whether the screens of the run's gates show it at `now`."""
    if run.departure is None or run.role is Role.PASS:
        return False
    return _within(run.timeline.gate_shown_at, now, run.timeline.departure_shown_until)


def stand_back(run: Run, now: Instant) -> bool:
    """Return whether people on the run's platform must stand back at `now`: it does not stop there.

    From its approach until it would have left a board, so a little longer than expected: a train
    that passes late is there, too. No board has it; a platform's display and loudspeakers warn.
    """
    if run.role is not Role.PASS or run.cancelled or run.platform is None:
        return False
    return _within(run.timeline.approaches_at, now, run.timeline.departure_shown_until)


def lapsed(run: Run, now: Instant, confirmed_at: Instant | None, lifetime: timedelta) -> bool:
    """Return whether what is told beyond the timetable has been unconfirmed for too long.

    Args:
        run: what was last published.
        now: station time.
        confirmed_at: when the dispatching source was last known to be fresh (the hub's beat says).
        lifetime: how long a deviation stays true without confirmation (the hub's state says).

    A lapsed run is told as "time to be confirmed, ask the staff": dropped, never frozen, and never
    turned back into its printed time, which would be a guess. What has happened does not lapse.
    """
    if not run.uncertain:
        return False
    return confirmed_at is None or now > confirmed_at + lifetime


def change_instants(timeline: Timeline) -> list[Instant]:
    """Return the distinct instants of `timeline`, ascending."""
    present = set(astuple(timeline))
    present.discard(None)
    return sorted(present)


def phases(run: Run, instants: list[Instant]) -> list[tuple[Instant, PassengerPhase, TrainPhase]]:
    """Return both phases of `run` at each of `instants`."""
    begins = _passenger_instants(run)
    return [(at, _reached(begins, at), train_phase(run, at)) for at in instants]


def next_change(run: Run, now: Instant) -> Instant | None:
    """Return the smallest instant after `now` at which the run changes, None if there is none."""
    return next((at for at in change_instants(run.timeline) if at > now), None)


def disorder(timeline: Timeline) -> str | None:
    """Return what is out of order in `timeline`, None if its check-in instants ascend."""
    order = ("check_in_opens_at", "last_call_at", "check_in_closes_at", "departs_at")
    known = [(name, at) for name in order if (at := getattr(timeline, name)) is not None]
    for (first, first_at), (second, second_at) in pairwise(known):
        if first_at > second_at:
            return f"{first} is after {second}"
    return None


def _passenger_instants(run: Run) -> tuple[tuple[Instant | None, PassengerPhase], ...]:
    times = run.timeline
    gone_at = _gone_at(run)
    shown = (times.shown_at, PassengerPhase.SHOWN)
    gone = (gone_at, PassengerPhase.GONE)
    if run.cancelled or run.role in {Role.TERMINUS, Role.PASS}:
        return shown, gone
    return (
        shown,
        (times.waiting_at, PassengerPhase.WAITING),
        (times.check_in_opens_at, PassengerPhase.CHECK_IN),
        (times.last_call_at, PassengerPhase.LAST_CALL),
        (times.check_in_closes_at, PassengerPhase.CHECK_IN_CLOSED),
        gone,
    )


def _gone_at(run: Run) -> Instant | None:
    """Return when the run is on no board any more: one that ends here may be on both."""
    times = run.timeline
    if run.role is not Role.TERMINUS:
        return times.departure_shown_until
    if times.arrival_shown_until is None or times.departure_shown_until is None:
        return times.arrival_shown_until
    return max(times.arrival_shown_until, times.departure_shown_until)


def _reached(
    begins: tuple[tuple[Instant | None, PassengerPhase], ...], now: Instant
) -> PassengerPhase:
    phase = PassengerPhase.PLANNED
    for at, begun in begins:
        if at is not None and at <= now:
            phase = begun
    return phase


def _arrived(run: Run, now: Instant) -> TrainPhase:
    if run.role is Role.PASS:
        return TrainPhase.PASSING
    if run.role is not Role.TERMINUS:
        return TrainPhase.AT_PLATFORM
    until = run.timeline.arrival_shown_until
    return TrainPhase.TERMINATED if until is not None and until <= now else TrainPhase.AT_PLATFORM


def _within(start: Instant | None, now: Instant, end: Instant | None) -> bool:
    return start is not None and start <= now and (end is None or now < end)
