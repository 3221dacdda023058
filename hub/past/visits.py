"""What became of every run of some days, read from the journal: one row a visit.

Law: only what was told and when; nothing is computed by the rules of today. A train of which no
actual time was reported is unreported: it is never counted as on time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from hub.past.told import told_at
from hub.store.journal import OUTPUT, PHASE, decode_output
from protocol.messages import Plan
from protocol.runs import PassengerPhase, Role, Run
from protocol.times import minutes_between

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from hub.store.journal import Record
    from hub.store.reading import Reader
    from protocol.runs import CallTime
    from protocol.times import Instant

AFTER = timedelta(days=3)
"""How long after its service date something may still be said about a run."""

SLACK = timedelta(minutes=1)
"""Phases are noted by minutes: a window shorter by less is whole."""

_OPEN = (PassengerPhase.CHECK_IN.value, PassengerPhase.LAST_CALL.value)
_CLOSED = (PassengerPhase.CHECK_IN_CLOSED.value, PassengerPhase.GONE.value)
_plans = msgspec.json.Decoder(Plan)
_runs = msgspec.json.Decoder(Run)


@dataclass(frozen=True)
class Window:
    """A check-in: how long it was to be open, and how it was.

    Attributes:
        planned: minutes by the day's plan.
        opened: None: it never opened.
        closed: None: it never closed.
        kept: open at least as long as planned, and closed before the train left.
    """

    planned: int
    opened: Instant | None
    closed: Instant | None
    kept: bool


@dataclass(frozen=True)
class Visit:
    """One run, when its day was over.

    Attributes:
        number: on departure, at the terminus on arrival.
        hour: of the planned departure (terminus: arrival), local time.
        arrival: minutes late, negative: early; None: not reported.
        departure: likewise.
        window: None: no check-in was planned, or the train was cancelled.
    """

    run_id: str
    service_date: date
    number: str
    category: str
    role: Role
    hour: int
    arrives: bool
    departs: bool
    arrival: int | None
    departure: int | None
    cancelled: bool
    window: Window | None


@dataclass
class _Life:
    """What the journal says of one run, while it is read."""

    planned: Run | None = None
    last: bytes | None = None
    opened: Instant | None = None
    closed: Instant | None = None


def visits_of(reader: Reader, first: date, last: date, zone: ZoneInfo) -> list[Visit]:
    """Return every visit with a service date from `first` to `last`, in the order of their ids.

    Raises:
        OperatorError: the journal is empty.
    """
    lives = _lives(reader, first, last, zone)
    found = (_visit(life, zone) for _, life in sorted(lives.items()))
    return [visit for visit in found if visit is not None and visit.role is not Role.PASS]


def _lives(reader: Reader, first: date, last: date, zone: ZoneInfo) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    wanted = _Wanted(first.isoformat(), last.isoformat())
    starts = reader.starts()
    begin = [s for s in starts if s.at.astimezone(zone).date() < first] or starts[:1]
    if not begin:
        return lives
    for telling in told_at(reader, begin[-1].at).values():
        _tell(lives, wanted, telling.entity, telling.body)
    for record in reader.records(begin[-1].number, kinds=frozenset({OUTPUT, PHASE})):
        if record.at.astimezone(zone).date() > last + AFTER:
            break
        if record.kind == PHASE:
            _phase(lives, wanted, record)
        else:
            body = decode_output(record.detail).body
            if body is not None:
                _tell(lives, wanted, record.subject, body)
    return lives


@dataclass(frozen=True)
class _Wanted:
    first: str
    last: str

    def __contains__(self, run_id: str) -> bool:
        """Whether the run's service date is one of those asked for."""
        return self.first <= run_id[:10] <= self.last


def _tell(lives: dict[str, _Life], wanted: _Wanted, entity: str, body: bytes) -> None:
    kind, _, name = entity.partition("/")
    if kind == "plan" and name in wanted:
        for run_id, life in lives.items():
            if run_id.startswith(name):
                life.planned = None  # a plan is whole: what it no longer has is not planned
        for run in _plans.decode(body).runs:
            lives.setdefault(run.run_id, _Life()).planned = run
    elif kind == "run" and name in wanted:
        lives.setdefault(name, _Life()).last = body


def _phase(lives: dict[str, _Life], wanted: _Wanted, record: Record) -> None:
    if record.subject not in wanted:
        return
    life = lives.setdefault(record.subject, _Life())
    phase = record.detail.decode().partition("/")[0]
    if phase in _OPEN and life.opened is None:
        life.opened = record.at
    if phase in _OPEN:
        life.closed = None
    elif phase in _CLOSED and life.opened is not None and life.closed is None:
        life.closed = record.at


def _visit(life: _Life, zone: ZoneInfo) -> Visit | None:
    run = _runs.decode(life.last) if life.last is not None else life.planned
    comes = _taking_place(run.arrival) if run is not None else None
    leaves = _taking_place(run.departure) if run is not None else None
    call = leaves or comes
    if run is None or call is None:
        return None
    return Visit(
        run_id=run.run_id,
        service_date=run.service_date,
        number=(run.departure_number if leaves else run.arrival_number) or "",
        category=run.category,
        role=run.role,
        hour=call.planned.astimezone(zone).hour,
        arrives=comes is not None,
        departs=leaves is not None,
        arrival=_late(comes),
        departure=_late(leaves),
        cancelled=run.cancelled,
        window=_window(life, run),
    )


def _taking_place(call: CallTime | None) -> CallTime | None:
    """Return the arrival or departure unless it is cancelled: such a part is no part of the day."""
    return call if call is not None and not call.cancelled else None


def _late(call: CallTime | None) -> int | None:
    if call is None or call.actual is None:
        return None
    return minutes_between(call.planned, call.actual)


def _window(life: _Life, run: Run) -> Window | None:
    plan = (life.planned or run).timeline
    left = run.departure.actual if run.departure is not None else None
    opens, closes = plan.check_in_opens_at, plan.check_in_closes_at
    if run.cancelled or left is None or opens is None or closes is None:
        return None
    opened, closed = life.opened, life.closed
    whole = opened is not None and closed is not None and closed - opened + SLACK >= closes - opens
    kept = whole and closed is not None and closed <= left + SLACK
    return Window(minutes_between(opens, closes), opened, closed, kept)
