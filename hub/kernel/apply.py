"""What a believed row makes of the facts.

Law: pure, total and idempotent: the same row twice gives the same facts. `now` enters only as the
instant at which something was first heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.facts import Early
from protocol.runs import PassengerPhase
from protocol.timeline import passenger_phase

if TYPE_CHECKING:
    from hub.kernel.facts import Facts, Planned
    from one_way_feed.rows import StagePlanRow, TrafficLogRow
    from protocol.runs import Run
    from protocol.times import Instant


def with_plan(facts: Facts, row: StagePlanRow, now: Instant) -> Facts:
    """Return `facts` after dispatching said `row` at `now`."""
    held_since, known_before = None, None
    if not row.delay_known:
        held_since = facts.held_since or now
        known_before = facts.known_before_hold if facts.held_since else facts.plan
    return replace(
        facts,
        plan=row,
        held_since=held_since,
        known_before_hold=known_before,
        cancelled_since=(facts.cancelled_since or now) if row.cancelled else None,
        heard=True,
        withdrawn=False,
    )


def with_log(facts: Facts, row: TrafficLogRow) -> Facts:
    """Return `facts` after the traffic log said `row`."""
    return replace(without_early(facts, row.key), log=row, heard=True)


def with_early(facts: Facts, key: str, at: Instant) -> Facts:
    """Return `facts` knowing that the log's row `key` is to be looked at again at `at`."""
    return replace(facts, early=Early(key, at))


def without_early(facts: Facts, key: str) -> Facts:
    """Return `facts` after the log's row `key` was looked at, or was deleted."""
    if facts.early is None or facts.early.key != key:
        return facts
    return replace(facts, early=None)


def without_looked_at(facts: Facts, now: Instant) -> Facts:
    """Return `facts` that wait for no row whose time has come: it was looked at, or is no more."""
    if facts.early is None or facts.early.at > now:
        return facts
    return replace(facts, early=None)


def with_timetable(facts: Facts, planned: Planned | None) -> Facts:
    """Return `facts` after the timetable was read again; without any word left it is withdrawn.

    A train that dispatching deleted and that the timetable now has is told as the timetable says.
    """
    if planned is None and facts.plan is None and facts.added is None:
        return replace(facts, withdrawn=True)
    if planned is not None and facts.withdrawn:
        return replace(
            facts,
            timetable=planned,
            plan=None,
            held_since=None,
            known_before_hold=None,
            cancelled_since=None,
            withdrawn=False,
        )
    return replace(facts, timetable=planned)


def without_plan(facts: Facts, before: Run, now: Instant) -> Facts:
    """Return `facts` after dispatching deleted the plan row; `before` is the run until now.

    A plan that rolls on deletes what is behind it, so a deletion after the train came or left the
    boards forgets nothing. Nor does one of a train that deviates and stands in the timetable: a
    cancelled train would come back to life, a late one would be told by its printed time. Else the
    run is what the timetable says, or is withdrawn if that does not have it.
    """
    if _over(before, now):
        return facts
    if facts.printed is None:
        return replace(facts, withdrawn=True)
    if before.deviates:
        return facts
    return replace(facts, plan=None, held_since=None, known_before_hold=None)


def without_log(facts: Facts, before: Run, now: Instant) -> Facts:
    """Return `facts` after the log row was deleted: a correction, unless the train has left."""
    last = before.departure or before.arrival
    left = last is not None and last.actual is not None
    if left or passenger_phase(before, now) is PassengerPhase.GONE:
        return facts
    return replace(facts, log=None)


def retold(facts: Facts, before: Run, after: Run, now: Instant) -> Facts:
    """Return `facts` knowing which platform and gates passengers were told before `after`.

    Only what stood on a board was told: a platform that changes before that was never another one.
    """
    moved = before.platform is not None and before.platform != after.platform
    led_elsewhere = bool(before.gates) and set(before.gates) != set(after.gates)
    if not (moved or led_elsewhere) or not _on_boards(before, now):
        return facts
    return replace(
        facts,
        platform_told=before.platform if moved else facts.platform_told,
        gates_told=before.gates if led_elsewhere else facts.gates_told,
    )


def _over(run: Run, now: Instant) -> bool:
    calls = (run.arrival, run.departure)
    happened = any(call is not None and call.actual is not None for call in calls)
    return happened or passenger_phase(run, now) is PassengerPhase.GONE


def _on_boards(run: Run, now: Instant) -> bool:
    return passenger_phase(run, now) not in {PassengerPhase.PLANNED, PassengerPhase.GONE}
