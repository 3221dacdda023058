"""What feeders say to the runs that leave with their stock, within one step's transaction.

Law: a run that ends here and says something else is passed on in the same step, after everything
else that the step has changed, so no run is changed from what it no longer is. Runs that share no
stock cost a look at two fields.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.kernel.stock import fed_by_it, same_word, shares_stock, with_feeder

if TYPE_CHECKING:
    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts
    from hub.store.step import Step

TIMETABLE = "timetable"
"""Cause of a link that the timetable made."""

FEEDER = "feeder"
"""Cause of what follows from a feeder: ``feeder/RUN``."""


@dataclass
class Feeding:
    """One step's changes of runs that share stock.

    Attributes:
        latest: such runs as they are after their last change in this step.
        waiting: by run that leaves: its feeders that say something else, with the cause.
    """

    latest: dict[str, Stored] = field(default_factory=dict)
    waiting: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def linked(self, step: Step, before: Stored | None, facts: Facts) -> Facts:
        """Return `facts` knowing what the timetable's feeder has said before they had one."""
        fed_by = _fed_by(facts)
        if fed_by is None or (before is not None and _fed_by(before.facts) == fed_by):
            return facts
        feeder = self._stored(step, [fed_by]).get(fed_by)
        if feeder is None or not feeder.facts.base.heard:
            return facts
        return with_feeder(facts, feeder, TIMETABLE, step.now)

    def note(self, before: Stored | None, after: Stored, cause: str) -> None:
        """Remember a changed run, and who must be told of it."""
        was_sharing = before is not None and shares_stock(before.facts)
        if not was_sharing and not shares_stock(after.facts):
            return
        run_id = after.facts.run_id
        self.latest[run_id] = after
        if not same_word(before, after):
            for fed in fed_by_it(after.facts):
                self.waiting[fed][run_id] = cause

    def pass_on(self, step: Step) -> None:
        """Tell the runs that leave what their feeders say now."""
        while self.waiting:
            waiting = dict(sorted(self.waiting.items()))
            self.waiting.clear()
            stored = self._stored(step, list(waiting))
            for run_id, feeders in waiting.items():
                before = stored.get(run_id)
                if before is not None:
                    self._tell(step, before, feeders)

    def _tell(self, step: Step, before: Stored, feeders: dict[str, str]) -> None:
        facts = before.facts
        for feeder, cause in sorted(feeders.items()):
            facts = with_feeder(facts, self.latest[feeder], cause, step.now)
        if facts != before.facts:
            step.change(before, facts, f"{FEEDER}/{max(feeders)}")

    def _stored(self, step: Step, run_ids: list[str]) -> dict[str, Stored]:
        """Return runs as they are now: changed in this step, or as the database has them."""
        elsewhere = [run_id for run_id in run_ids if run_id not in self.latest]
        found = {each.facts.run_id: each for each in step.stored(elsewhere)}
        return found | {run_id: self.latest[run_id] for run_id in run_ids if run_id in self.latest}


def _fed_by(facts: Facts) -> str | None:
    return facts.timetable.fed_by if facts.timetable is not None else None
