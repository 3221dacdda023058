"""The rows of one step, taken into the facts in an order in which they make sense.

Law: pure, but for its own working set: what is known is asked through the port `Known`, what
follows is left in `facts`, `bound` and `judged` for the store to write. Deletions come first (a
train's row may be replaced by one with a new key), then plans, then logs, which need their plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hub.kernel.agenda import forget_at
from hub.kernel.apply import (
    with_early,
    with_log,
    with_plan,
    without_early,
    without_log,
    without_plan,
)
from hub.kernel.derive import derive
from hub.kernel.facts import Facts
from hub.kernel.intake import Identity, examine_log, examine_plan, identify, same_visit
from hub.kernel.reasons import Reason, Rejected
from one_way_feed.rows import RowDeleted, StagePlanRow, TrafficLogRow, row_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.kernel.days import Days
    from one_way_feed.rows import RowChange, RowKey
    from protocol.times import Instant
    from station_config.model import Station

OVER = "over"
"""Verdict on a good row about a train that is long gone: held, nothing to tell."""

MAX_VISITS = 9
"""Visits of one train number on one date; more is a loop in dispatching's data."""


class Known(Protocol):
    """Port: what the store knows, before this step."""

    def run_of(self, key: str) -> str | None:
        """Return the run that a visit's key was bound to."""
        ...

    def live_keys(self, run_id: str) -> Iterable[str]:
        """Return the keys bound to a run whose plan rows are not deleted."""
        ...

    def facts_of(self, run_id: str) -> Facts | None:
        """Return the facts of a run, None if there is none (any more)."""
        ...

    def log_waiting(self, key: str) -> TrafficLogRow | None:
        """Return a log row that was rejected because its train was unknown."""
        ...

    def plan_over(self, key: str) -> bool:
        """Return whether the visit's plan row was `OVER`."""
        ...


@dataclass
class Absorption:
    """One step's rows.

    Attributes:
        facts: changed facts by run.
        causes: the row key that last changed a run, as text.
        bound: run by key, for keys seen for the first time.
        deleted: keys of plan rows that were deleted.
        judged: (run, verdict) by row key; verdict None: believed.
        rejected: what was not believed.
    """

    known: Known
    station: Station
    days: Days
    now: Instant
    facts: dict[str, Facts] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    judged: dict[RowKey, tuple[str | None, str | None]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    _taken: set[RowKey] = field(default_factory=set)
    _keys: dict[str, set[str]] = field(default_factory=dict)

    def take(self, changes: Iterable[RowChange]) -> None:
        """Take all `changes`, at most one of a row key."""
        ordered = sorted(changes, key=_order)
        self._taken.update(_key(change) for change in ordered)
        for change in ordered:
            if isinstance(change, RowDeleted):
                self._delete(change.key)
            elif isinstance(change.row, StagePlanRow):
                self._plan(change.row)
            else:
                self._log(change.row)

    def _delete(self, key: RowKey) -> None:
        kind, name = key
        run_id = self._run_of(name)
        facts = self._facts_of(run_id) if run_id is not None else None
        self.judged[key] = (run_id, None)
        if kind == "plan":
            self.deleted.add(name)
        if facts is None:
            return
        if kind == "log":
            facts = self._looked_at(facts, key)
        said = facts.plan if kind == "plan" else facts.log
        if said is None or said.key != name:
            return  # only what this row said is taken back; another key may tell about the run now
        before = derive(facts.auto, self.station, self.now)
        without = without_plan if kind == "plan" else without_log
        self._put(without(facts, before, self.now), key)

    def _plan(self, row: StagePlanRow) -> None:
        key = row_key(row)
        run_id = self._run_of(row.key)
        if run_id is not None:
            facts = self._facts_of(run_id)
            if facts is None:
                self.judged[key] = (run_id, OVER)
                return
            live = self._live_keys(run_id)
            if live and row.key not in live:
                self._reject_duplicate(key, run_id)
                return
        else:
            claimed = self._claim(row)
            if isinstance(claimed, Rejected):
                self._reject(claimed, None)
                return
            facts = claimed
        self._plan_of(row, facts)

    def _plan_of(self, row: StagePlanRow, facts: Facts) -> None:
        key = row_key(row)
        examined = examine_plan(row, facts, self.station, self.days, self.now)
        for rejected in examined.rejected:
            self._reject(rejected, facts.run_id)
        if not isinstance(examined.row, StagePlanRow):
            return
        after = with_plan(facts, examined.row, self.now)
        if self._too_late_for(after):
            self.judged[key] = (None, OVER)
            return
        self._bind(row.key, facts.run_id)
        self.deleted.discard(row.key)
        self._put(after, key)
        self.judged[key] = (facts.run_id, None)
        if ("log", row.key) not in self._taken:  # else this step has a newer word than the old row
            waiting = self.known.log_waiting(row.key)
            if waiting is not None:
                self._log(waiting)

    def _too_late_for(self, facts: Facts) -> bool:
        """Whether the first word about a run comes when it is long gone."""
        if self._facts_of(facts.run_id) is not None:
            return False
        return forget_at(derive(facts, self.station, self.now)) <= self.now

    def _log(self, row: TrafficLogRow) -> None:
        key = row_key(row)
        run_id = self._run_of(row.key)
        facts = self._facts_of(run_id) if run_id is not None else None
        if facts is None:
            self._log_of_nobody(row, run_id)
            return
        examined = examine_log(row, facts, self.station, self.now)
        for rejected in examined.rejected:
            self._reject(rejected, run_id)
        if isinstance(examined.row, TrafficLogRow):
            self._put(with_log(facts, examined.row), key)
            self.judged[key] = (run_id, None)
        elif examined.again_at is not None:
            self._put(with_early(facts, row.key, examined.again_at), key)
        else:
            self._looked_at(facts, key)

    def _looked_at(self, facts: Facts, key: RowKey) -> Facts:
        """Return `facts`, which no longer wait for the log's row `key`."""
        after = without_early(facts, key[1])
        if after is not facts:
            self._put(after, key)
        return after

    def _log_of_nobody(self, row: TrafficLogRow, run_id: str | None) -> None:
        key = row_key(row)
        plan_over = self.judged.get(("plan", row.key), (None, None))[1] == OVER
        if run_id is not None or plan_over or self.known.plan_over(row.key):
            self.judged[key] = (run_id, OVER)
        else:
            self._reject(Rejected(key=key, reason=Reason.UNKNOWN_TRAIN, found=row.key), None)

    def _claim(self, row: StagePlanRow) -> Facts | Rejected:
        """Return the facts of the run that the row of a new key is about."""
        identity = identify(row, self.days, self.now)
        if identity is None:
            return Rejected(key=row_key(row), reason=Reason.NO_NUMBER)
        for nth in range(1, MAX_VISITS + 1):
            candidate = identity if nth == 1 else identity.nth(nth)
            facts = self._facts_of(candidate.run_id)
            if facts is None:
                return _new_facts(candidate)
            if not self._live_keys(candidate.run_id) - {row.key}:
                return facts
            if same_visit(row, facts):
                break
        self.judged[row_key(row)] = (candidate.run_id, None)
        return Rejected(key=row_key(row), reason=Reason.DUPLICATE, found=candidate.run_id)

    def _reject_duplicate(self, key: RowKey, run_id: str) -> None:
        self._reject(Rejected(key=key, reason=Reason.DUPLICATE, found=run_id), run_id)

    def _live_keys(self, run_id: str) -> set[str]:
        mine = self._keys.get(run_id, set())
        return (set(self.known.live_keys(run_id)) | mine) - self.deleted

    def _bind(self, key: str, run_id: str) -> None:
        self.bound[key] = run_id
        self._keys.setdefault(run_id, set()).add(key)

    def _run_of(self, key: str) -> str | None:
        return self.bound.get(key) or self.known.run_of(key)

    def _facts_of(self, run_id: str) -> Facts | None:
        return self.facts.get(run_id) or self.known.facts_of(run_id)

    def _put(self, facts: Facts, key: RowKey) -> None:
        self.facts[facts.run_id] = facts
        self.causes[facts.run_id] = "/".join(key)

    def _reject(self, rejected: Rejected, run_id: str | None) -> None:
        self.rejected.append(rejected)
        if not rejected.partial:
            about = run_id or self.judged.get(rejected.key, (None, None))[0]
            self.judged[rejected.key] = (about, rejected.reason.value)


def _new_facts(identity: Identity) -> Facts:
    return Facts(
        run_id=identity.run_id, service_date=identity.service_date, timetable=identity.planned
    )


def _key(change: RowChange) -> RowKey:
    return change.key if isinstance(change, RowDeleted) else row_key(change.row)


def _order(change: RowChange) -> int:
    if isinstance(change, RowDeleted):
        return 0
    return 1 if isinstance(change.row, StagePlanRow) else 2
