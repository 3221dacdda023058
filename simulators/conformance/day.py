"""A made-up day around the present: what the played hub tells of.

Law: pure; the present is an argument. Numbers and places are of no railway, so that what a device
shows of them can be found in its text.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.messages import Plan
from protocol.notices import Notice, NoticeKind
from protocol.runs import CallTime, Named, Role, Run, Timeline

if TYPE_CHECKING:
    from protocol.times import Instant

_MINUTE = timedelta(minutes=1)
NUMBERS = ("QX701", "QX702", "QX703", "QX704", "QX705")
"""Trains of the plan; the first leaves in 25 minutes, each further one 10 later."""
PASSING = "QX790"
MARK = "conformance-notice"
NOTICE_TEXT = "QZ NOTICE 77"


def run_of(
    number: str, now: Instant, *, late: int = 0, cancelled: bool = False, role: Role | None = None
) -> Run:
    """Return the run of `number`, `late` minutes late."""
    order = NUMBERS.index(number) if number in NUMBERS else len(NUMBERS)
    arrives = _whole(now) + (20 + 10 * order) * _MINUTE
    leaves = arrives + 5 * _MINUTE
    shift = late * _MINUTE
    return Run(
        run_id=f"{now.date().isoformat()}.{number.lower()}",
        service_date=now.date(),
        arrival_number=number,
        departure_number=number,
        category="Q",
        role=role or Role.INTERMEDIATE,
        origin=Named("ORG", {"zh": "起点", "en": "Origin"}),
        destination=Named("DST", {"zh": "终点", "en": "Destination"}),
        arrival=CallTime(planned=arrives, estimated=arrives + shift if late else None),
        departure=CallTime(planned=leaves, estimated=leaves + shift if late else None),
        cancelled=cancelled,
        track=str(order + 1),
        platform=str(order + 1),
        gates=("A1",),
        timeline=_timeline(arrives + shift, leaves + shift, boards=not cancelled),
    )


def plan_of(now: Instant, *, without: frozenset[str] = frozenset()) -> Plan:
    """Return the day's plan."""
    runs = tuple(run_of(number, now) for number in NUMBERS if number not in without)
    return Plan(service_date=now.date(), runs=runs)


def notice_of(now: Instant) -> Notice:
    """Return a notice that is told for an hour."""
    return Notice(
        notice_id=MARK,
        kind=NoticeKind.INFORMATION,
        text={"zh": NOTICE_TEXT, "en": NOTICE_TEXT},
        begins_at=now - _MINUTE,
        ends_at=now + 60 * _MINUTE,
    )


def _timeline(arrives: Instant, leaves: Instant, *, boards: bool) -> Timeline:
    opens = leaves - 15 * _MINUTE if boards else None
    return Timeline(
        shown_at=arrives - 180 * _MINUTE,
        waiting_at=leaves - 60 * _MINUTE if boards else None,
        gate_shown_at=leaves - 20 * _MINUTE if boards else None,
        check_in_opens_at=opens,
        last_call_at=leaves - 7 * _MINUTE if boards else None,
        check_in_closes_at=leaves - 5 * _MINUTE if boards else None,
        approaches_at=arrives - 5 * _MINUTE,
        arrives_at=arrives,
        departs_at=leaves,
        arrival_shown_until=arrives + 10 * _MINUTE,
        departure_shown_until=leaves + _MINUTE,
    )


def _whole(at: Instant) -> Instant:
    return at.replace(second=0, microsecond=0)
