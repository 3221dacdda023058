"""剔除无效数据: which rows of dispatching are believed.

Law: pure; a row is judged against the facts and the station, never changed in meaning. A row whose
times cannot be true is rejected whole, for then nothing in it can be trusted. An unknown track
alone leaves the rest of the row in use with the last good track: a wrong cell in one column does
not make a delay untrue. An estimated departure before the estimated arrival is left out alone, too:
it is a guess beside a guess, and the row may bring a cancellation. A planned time that moves by
more than `NEAR` is a key used again for another day's train, and would overwrite this one: a jump.
A departure that is logged up to a minute before the arrival is two clocks, or two people: it is
read as the arrival's. A rejected row changes nothing of what is known; of one that tells of
what is still to happen it is remembered when to look again. Of several reasons the first is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace as changed

from hub.kernel.agenda import RETAINED
from hub.kernel.days import NEAR, Days, numbers_of
from hub.kernel.reasons import Reason, Rejected
from one_way_feed.rows import StagePlanRow, Step, TrafficLogRow, row_key
from protocol.identifiers import make_run_id
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.facts import Facts, Planned
    from protocol.times import Instant
    from station_config.model import Station

DAY = timedelta(hours=24)
AHEAD_DAYS = 2
"""A stage plan looks hours ahead; the day after tomorrow is a mistake."""
CLOCKS_APART = timedelta(minutes=15)
"""How far an actual time may be ahead of a step: clocks apart, or a step that is catching up."""
CROSSED = timedelta(minutes=1)
"""How far a departure may be logged before the arrival; in recorded days 1 call of 200 is so."""

_R = TypeVar("_R", StagePlanRow, TrafficLogRow)
_STEPS = {step: order for order, step in enumerate(Step)}
_PLAN_TIMES = ("planned_arrival", "planned_departure", "estimated_arrival", "estimated_departure")
_LOG_TIMES = ("actual_arrival", "actual_departure")


@dataclass(frozen=True)
class Identity:
    """Which run a row is about.

    Attributes:
        number: the train number in the run's identifier.
        planned: the timetable's entry, None for a train that only dispatching knows.
    """

    run_id: str
    service_date: date
    number: str
    planned: Planned | None = None

    def nth(self, nth: int) -> Identity:
        """Return the identity of the n-th visit of the same train on the same date."""
        run_id = make_run_id(self.service_date, self.number, nth)
        return replace(self, run_id=run_id, planned=None)


@dataclass(frozen=True)
class Examined:
    """What was made of a row.

    Attributes:
        row: the believed part, None: nothing.
        rejected: what was not.
        again_at: from when on the same row may be believed, None: never.
    """

    row: StagePlanRow | TrafficLogRow | None
    rejected: tuple[Rejected, ...] = ()
    again_at: Instant | None = None


def identify(row: StagePlanRow, days: Days, now: Instant) -> Identity | None:
    """Return the run that a row of a new key is about, None if the row has no train number.

    The timetable's entry of that number next to the row's planned time, else a new run on the
    local date of the row's first event.
    """
    numbers = numbers_of(row.arrival_number, row.departure_number)
    number = row.departure_number or row.arrival_number
    if not numbers or not number:
        return None
    near = _first_time(row) or now
    found = days.find(numbers, near)
    if found is not None:
        service_date, run_id = found
    else:
        service_date = days.local_date(near)
        run_id = make_run_id(service_date, number)
    return Identity(run_id, service_date, number, days.entry(service_date, run_id))


def same_visit(row: StagePlanRow, other: Facts) -> bool:
    """Return whether `row` plans the same visit as `other`, a run of the same number and date."""
    mine = _first_time(row)
    theirs = _first_time(other.plan) if other.plan else None
    return mine is None or theirs is None or abs(mine - theirs) < timedelta(hours=1)


def examine_plan(
    row: StagePlanRow, known: Facts, station: Station, days: Days, now: Instant
) -> Examined:
    """Return what is believed of a stage plan row about the run of `known`."""
    row = _whole_seconds(row, _PLAN_TIMES)
    key = row_key(row)
    for reason, found in _plan_faults(row, known, days, now):
        return Examined(None, (Rejected(key=key, reason=reason, found=found),))
    layout = station.layout_on(known.service_date)
    rejected: list[Rejected] = []
    for column in ("arrival_track", "departure_track"):
        track = getattr(row, column)
        if track is not None and layout.track(track) is None:
            row = changed(row, **{column: known.plan and getattr(known.plan, column)})
            rejected.append(_unknown_track(key, track))
    impossible = _impossible_estimate(row, known)
    if impossible:
        row = changed(row, estimated_departure=None)
        reason = Reason.DEPARTURE_BEFORE_ARRIVAL
        rejected.append(Rejected(key=key, reason=reason, found=impossible, partial=True))
    return Examined(row, tuple(rejected))


def examine_log(row: TrafficLogRow, known: Facts, station: Station, now: Instant) -> Examined:
    """Return what is believed of a traffic log row about the run of `known`."""
    row = _whole_seconds(row, _LOG_TIMES)
    key = row_key(row)
    rejected: list[Rejected] = []
    crossed = _crossed(row)
    if crossed:
        row = changed(row, actual_departure=row.actual_arrival)
        rejected.append(Rejected(key=key, reason=Reason.CROSSED, found=crossed, partial=True))
    for reason, found in _log_faults(row, known, now):
        whole = Rejected(key=key, reason=reason, found=found)
        return Examined(None, (whole,), _again_at(row) if reason is Reason.NOT_YET else None)
    track = row.track
    if track is not None and station.layout_on(known.service_date).track(track) is None:
        row = changed(row, track=known.log and known.log.track)
        rejected.append(_unknown_track(key, track))
    return Examined(row, tuple(rejected))


def _plan_faults(
    row: StagePlanRow, known: Facts, days: Days, now: Instant
) -> Iterator[tuple[Reason, str]]:
    if not (row.departure_number or row.arrival_number):
        yield Reason.NO_NUMBER, ""
    table = known.printed
    arrival = row.planned_arrival or (table.arrival if table else None)
    departure = row.planned_departure or (table.departure if table else None)
    missing = _missing(row.role, arrival, departure)
    if missing:
        yield Reason.MISSING_TIME, missing
    yield from _disorder(row, arrival, departure)
    yield from _jumps(row, known, arrival, departure)
    times = [at for name in _PLAN_TIMES if (at := getattr(row, name))]
    planned = [at for at in (arrival, departure) if at]
    last = max([*times, *planned], default=now)
    if days.local_date(last) < days.local_date(now) and last + RETAINED < now:
        yield Reason.PAST_DAY, last.isoformat()
    if min(planned, default=now) > now + AHEAD_DAYS * DAY:
        yield Reason.FAR_AHEAD, min(planned).isoformat()


def _missing(role: Role, arrival: Instant | None, departure: Instant | None) -> str:
    """Name the planned time that a train of `role` cannot be told without, "" if it has all."""
    if role is Role.PASS:
        return "" if arrival or departure else "arrival, departure"
    if arrival is None and role is not Role.ORIGIN:
        return "arrival"
    return "departure" if departure is None and role is not Role.TERMINUS else ""


def _disorder(
    row: StagePlanRow, arrival: Instant | None, departure: Instant | None
) -> Iterator[tuple[Reason, str]]:
    found = _before(row, arrival, departure)
    if found:
        yield Reason.DEPARTURE_BEFORE_ARRIVAL, found


def _impossible_estimate(row: StagePlanRow, known: Facts) -> str:
    """Say how the estimated departure contradicts the arrival of the same row, "" if it does not.

    Real feeds have some: each end is estimated and rounded by itself. What the log says is not
    looked at: an estimate that a late arrival has overtaken is old, not untrue, and the rule
    "propagate" puts it right.
    """
    table = known.printed
    arrival = row.estimated_arrival or row.planned_arrival or (table.arrival if table else None)
    return _before(row, arrival, row.estimated_departure)


def _before(row: StagePlanRow, arrival: Instant | None, departure: Instant | None) -> str:
    both = row.role in {Role.INTERMEDIATE, Role.PASS}
    if not both or arrival is None or departure is None or departure >= arrival:
        return ""
    return f"{departure.isoformat()} < {arrival.isoformat()}"


def _jumps(
    row: StagePlanRow, known: Facts, arrival: Instant | None, departure: Instant | None
) -> Iterator[tuple[Reason, str]]:
    pairs = (
        (arrival, row.estimated_arrival),
        (departure, row.estimated_departure),
        (arrival, departure if row.role in {Role.INTERMEDIATE, Role.PASS} else None),
    )
    yield from _too_far(pairs, DAY)
    replanned = (
        (known.planned_arrival, row.planned_arrival),
        (known.planned_departure, row.planned_departure),
    )
    yield from _too_far(replanned, NEAR)


def _log_faults(row: TrafficLogRow, known: Facts, now: Instant) -> Iterator[tuple[Reason, str]]:
    came, left = row.actual_arrival, row.actual_departure
    if came is not None and left is not None and left < came:
        found = f"{left.isoformat()} < {came.isoformat()}"
        yield Reason.DEPARTURE_BEFORE_ARRIVAL, found
    for at in (came, left):
        if at is not None and at > now + CLOCKS_APART:
            yield Reason.NOT_YET, at.isoformat()
    pairs = ((known.planned_arrival, came), (known.planned_departure, left))
    yield from _too_far(pairs, DAY)
    yield from _backwards(row, known.log)


def _crossed(row: TrafficLogRow) -> str:
    """Say how the departure was logged a little before the arrival, "" if it was not."""
    came, left = row.actual_arrival, row.actual_departure
    if came is None or left is None or not left < came <= left + CROSSED:
        return ""
    return f"{left.isoformat()} < {came.isoformat()}"


def _again_at(row: TrafficLogRow) -> Instant:
    return max(at for at in (row.actual_arrival, row.actual_departure) if at) - CLOCKS_APART


def _backwards(row: TrafficLogRow, known: TrafficLogRow | None) -> Iterator[tuple[Reason, str]]:
    if known is None:
        return
    if known.step is not None and (row.step is None or _STEPS[row.step] < _STEPS[known.step]):
        yield Reason.BACKWARDS, f"{known.step} → {row.step or '-'}"
    for name in _LOG_TIMES:
        if getattr(known, name) is not None and getattr(row, name) is None:
            yield Reason.BACKWARDS, f"{name} → -"


def _too_far(
    pairs: tuple[tuple[Instant | None, Instant | None], ...], limit: timedelta
) -> Iterator[tuple[Reason, str]]:
    for expected, said in pairs:
        if expected is not None and said is not None and abs(said - expected) > limit:
            yield Reason.JUMP, f"{expected.isoformat()} → {said.isoformat()}"


def _first_time(row: StagePlanRow) -> Instant | None:
    return (
        row.planned_arrival
        or row.planned_departure
        or row.estimated_arrival
        or row.estimated_departure
    )


def _whole_seconds(row: _R, names: tuple[str, ...]) -> _R:
    times = ((name, getattr(row, name)) for name in names)
    whole = {name: at.replace(microsecond=0) for name, at in times if at and at.microsecond}
    return changed(row, **whole) if whole else row


def _unknown_track(key: tuple[str, str], track: str) -> Rejected:
    return Rejected(key=key, reason=Reason.UNKNOWN_TRACK, found=track, partial=True)
