"""Building the days: the timetable's runs of yesterday, today and tomorrow, and their plans.

Law: idempotent. A run that dispatching has spoken about keeps what it said; only its timetable
entry is renewed. Yesterday is built only as far as its runs are still of use: one that arrives
before midnight and leaves after it belongs to the day before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.kernel.agenda import forget_at
from hub.kernel.apply import with_timetable
from hub.kernel.derive import derive
from hub.store.records import to_micros, to_stored
from protocol.codec import encode_body
from protocol.messages import Plan
from protocol.topics import plan_entity

if TYPE_CHECKING:
    from datetime import date

    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts
    from hub.store.step import Step

CAUSE = "timetable"
_DAY = timedelta(days=1)


def build_days(step: Step, *, anew: bool) -> None:
    """Build the days around the step's `now`.

    Args:
        step: the open step.
        anew: conclude about every run again, for the station or the rules may be others now.
    """
    today = step.days.local_date(step.now)
    for day in (today - _DAY, today, today + _DAY):
        _build_runs(step, day)
        _publish_plan(step, day)
    if anew:
        for record in sorted(step.opened.rows(step.statements.all_runs)):
            run_id, before = to_stored(record)
            if run_id not in step.touched:
                step.change(before, before.facts, CAUSE)
    step.feeding.pass_on(step)
    drop_plans(step)


def drop_plans(step: Step) -> None:
    """Delete the plans whose last run is long gone."""
    for entity, rev in step.opened.rows(step.statements.plans_over, at=to_micros(step.now)):
        step.writes.publish(entity, "plan", rev + 1, None, None, CAUSE)


def _build_runs(step: Step, day: date) -> None:
    records = step.opened.rows(step.statements.runs_of_day, service_date=day.isoformat())
    stored = dict(to_stored(record) for record in records)
    planned = {facts.run_id: facts for facts in step.days.facts(day)}
    for run_id, facts in planned.items():
        before = stored.get(run_id)
        if run_id in step.touched:
            continue  # this step's rows have told of it: it has its entry, and more
        if before is not None:
            _renew(step, before, with_timetable(before.facts, facts.timetable))
        elif forget_at(derive(facts, step.station, step.now)) > step.now:
            step.change(None, facts, CAUSE)
    for run_id in sorted(stored.keys() - planned.keys() - step.touched):
        _renew(step, stored[run_id], with_timetable(stored[run_id].facts, None))


def _renew(step: Step, before: Stored, facts: Facts) -> None:
    if facts != before.facts:
        step.change(before, facts, CAUSE)


def _publish_plan(step: Step, day: date) -> None:
    runs = tuple(derive(facts, step.station, step.now) for facts in step.days.facts(day))
    until = max((forget_at(run) for run in runs), default=step.now)
    if until <= step.now:
        return
    entity = plan_entity(day)
    body = encode_body(Plan(service_date=day, runs=runs))
    held = step.opened.rows(step.statements.entity, of_entity=entity)
    rev, known = (held[0][3], held[0][4]) if held else (0, None)
    if known != body:
        step.writes.publish(entity, "plan", rev + 1, body, until, CAUSE)
