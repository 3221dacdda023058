"""One step inside its transaction: rows in, facts and states out, everything else with them.

Law: reads through `StoreKnown`, decides through the kernel, writes through `Writes`. Only runs that
a row changed or whose next instant has come are touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.kernel.absorb import OVER, Absorption
from hub.kernel.agenda import Agenda, Moment, decode_agenda
from hub.kernel.apply import without_looked_at
from hub.kernel.conclude import Concluded, conclude
from hub.kernel.events import approaching
from hub.kernel.manual import ended, standing_still, without_ended
from hub.kernel.reasons import Reason
from hub.store.again import early_rows
from hub.store.decoded import Decoded
from hub.store.feeding import Feeding
from hub.store.journal import FORGOTTEN, MANUAL, PHASE
from hub.store.known import StoreKnown
from hub.store.records import to_change, to_stored
from one_way_feed.rows import RowDeleted, RowUpserted, row_key
from protocol.runs import PassengerPhase, TrainPhase
from protocol.times import to_unix
from protocol.topics import run_entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.kernel.conclude import Stored
    from hub.kernel.days import Days
    from hub.kernel.facts import Facts
    from hub.kernel.override import StationMode
    from hub.kernel.reasons import Rejected
    from hub.store.database import Transaction
    from hub.store.statements import Statements
    from hub.store.writes import Writes
    from one_way_feed.rows import RowChange, RowKey
    from protocol.times import Instant
    from station_config.model import Station

TICK = "minute"
"""Cause of what only the time has changed."""


@dataclass
class Step:
    """The work of one step.

    Attributes:
        accepted: row keys that were believed, at least in part.
        ignored: rows that were held already, or came together with a newer one.
        rejected: what was not believed.
        over: row keys of good rows about trains long gone: held, and nothing to tell.
        changed: runs whose publication is another one now.
        phases: how many runs entered another phase.
        touched: runs that this step has concluded about.
        mode: set while the whole station is manual.
        feeding: what runs that share stock say to each other.
        concluded: what runs are now that this step has concluded about.
        decoded: runs that were read before.
        hands: of runs that a person has commanded: the number in the audit.
    """

    opened: Transaction
    statements: Statements
    station: Station
    days: Days
    now: Instant
    writes: Writes
    accepted: list[RowKey] = field(default_factory=list)
    ignored: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    over: list[RowKey] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    phases: int = 0
    touched: set[str] = field(default_factory=set)
    mode: StationMode | None = None
    feeding: Feeding = field(default_factory=Feeding)
    decoded: Decoded = field(default_factory=Decoded)
    concluded: dict[str, Stored] = field(default_factory=dict)
    hands: dict[str, int] = field(default_factory=dict)

    def absorb(self, changes: Sequence[RowChange]) -> None:
        """Take rows in."""
        if not changes:
            return
        known = StoreKnown(self.opened, self.statements)
        known.fetch(_key(change)[1] for change in changes)
        newest = self._news(changes, known)
        for change in newest.values():
            self.writes.put_input(change, "/".join(_key(change)))
        absorption = Absorption(known, self.station, self.days, self.now)
        absorption.take(newest.values())
        again = self._given_up(absorption)
        if again:
            known.fetch(_key(change)[1] for change in again.values())
            absorption.take(again.values())
        self._write(absorption, known, newest | again)

    def take_again(self, changes: Sequence[RowChange]) -> None:
        """Judge rows that are held once more; they are no inputs."""
        if not changes:
            return
        known = StoreKnown(self.opened, self.statements)
        known.fetch(_key(change)[1] for change in changes)
        absorption = Absorption(known, self.station, self.days, self.now)
        absorption.take(changes)
        self._write(absorption, known, {})

    def tick(self) -> None:
        """Bring every run whose instant has come to what it is now."""
        second = int(to_unix(self.now))
        self.feeding.pass_on(self)
        due = self._due(second)
        self._conclude_anew(due, second)
        for run_id, agenda, passengers, train, published, rev in due:
            if run_id in self.touched:
                continue
            if agenda.forget_at <= second:
                self._forget(run_id, rev if published else None)
                continue
            reached = agenda.at(second)
            self._advance(run_id, reached, agenda.next_at(second), (passengers, train))
            if published:
                begun = agenda.train_since(second)
                for told in approaching(run_id, TrainPhase(train), begun, self.now):
                    self.writes.tell(told, TICK)

    def _due(self, second: int) -> list[_Due]:
        """Return the runs whose instant has come and that this step has not concluded about."""
        return [
            (run_id, decode_agenda(agenda), *rest)
            for run_id, agenda, *rest in self.opened.rows(self.statements.due, second=second)
            if run_id not in self.touched
        ]

    def _conclude_anew(self, due: list[_Due], second: int) -> None:
        """Conclude about the runs of which something ends, and those that leave with their stock.

        Before any other run advances: what a feeder says may change one that is due, too. And
        before any is forgotten: without the word that ends it may last longer.
        """
        anew = [
            run_id
            for run_id, agenda, *_ in due
            if agenda.anew_at is not None and agenda.anew_at <= second
        ]
        stored = self.stored(anew)
        self.take_again(early_rows(self, stored))
        for before in stored:
            if before.facts.run_id not in self.touched:
                self.change(before, without_looked_at(before.facts, self.now), TICK)
        self.feeding.pass_on(self)

    def stored(self, run_ids: list[str]) -> list[Stored]:
        """Return the runs of `run_ids` that there are."""
        return [
            to_stored(record)[1]
            for statement, named in self.statements.runs.batches(run_ids)
            for record in self.opened.rows(statement, **named)
        ]

    def change(self, before: Stored | None, facts: Facts, cause: str) -> Concluded:
        """Conclude anew about one run and write it; words of persons that have expired go."""
        for override in ended(facts, self.now):
            told = f"{override.word.field.value} expired, said by {override.who}"
            self.writes.note(MANUAL, facts.run_id, told.encode(), override.id)
            facts = without_ended(facts, self.now)
        if self.mode is not None:
            facts = standing_still(facts, before.facts if before is not None else None)
        facts = self.feeding.linked(self, before, facts)
        concluded = conclude(before, facts, self.station, self.now)
        if before is None:
            concluded = concluded.after(self._rev_before(facts.run_id))
        was = (before.passengers.value, before.train.value) if before else _BEFORE
        self.writes.put_run(concluded, was, cause)
        self.feeding.note(before, concluded.stored, cause)
        self.touched.add(facts.run_id)
        self.concluded[facts.run_id] = concluded.stored
        self.phases += was != concluded.moment
        if concluded.published:
            self.changed.append(facts.run_id)
        return concluded

    def _rev_before(self, run_id: str) -> int:
        """Return the revision at which the run's publication was deleted, 0 if it never had one.

        A run that is forgotten and comes again, with the clock or by dispatching's word, goes on
        from there: the same revision is always the same bytes.
        """
        held = self.opened.rows(self.statements.entity, of_entity=run_entity(run_id))
        return held[0][3] if held else 0

    def _news(self, changes: Sequence[RowChange], known: StoreKnown) -> dict[RowKey, RowChange]:
        """Return the newest change of every key that is newer than what is held."""
        newest: dict[RowKey, RowChange] = {}
        for change in changes:
            key = _key(change)
            held = newest[key].revision if key in newest else known.revisions.get(key)
            if held is not None and tuple(change.revision) <= tuple(held):
                self.ignored += 1
            else:
                self.ignored += key in newest  # a newer one came with it
                newest[key] = change
        return newest

    def _given_up(self, absorption: Absorption) -> dict[RowKey, RowChange]:
        """Return rows rejected as duplicates of a row that dispatching has now deleted."""
        again: dict[RowKey, RowChange] = {}
        for key in sorted(absorption.deleted):
            run_id, _ = absorption.judged["plan", key]
            if run_id is None:
                continue
            for record in self.opened.rows(self.statements.rows_of_run, of_run=run_id):
                change = to_change(record)
                if record[6] == Reason.DUPLICATE and _key(change) not in absorption.judged:
                    again[_key(change)] = change
        return dict(sorted(again.items()))  # databases list rows in orders of their own

    def _write(
        self, absorption: Absorption, known: StoreKnown, changes: dict[RowKey, RowChange]
    ) -> None:
        def source(key: RowKey) -> RowChange | None:
            """Return what brought a row: this step's change, or the row held until now."""
            record = known.record(key)
            return changes.get(key) or (to_change(record) if record is not None else None)

        for rejected in absorption.rejected:
            told = source(rejected.key)
            if isinstance(told, RowUpserted):
                self.writes.put_reject(rejected, told.row)
        self.rejected.extend(absorption.rejected)
        for key, (run_id, verdict) in absorption.judged.items():
            change, held = source(key), known.record(key)
            if change is not None:
                again = held is not None and held[5] == run_id
                self.writes.put_row(change, run_id, verdict, again=again)
        verdicts = {key: verdict for key, (_, verdict) in absorption.judged.items()}
        self.accepted.extend(key for key, verdict in verdicts.items() if not verdict)
        self.over.extend(key for key, verdict in verdicts.items() if verdict == OVER)
        self._write_visits(absorption, known)
        self._write_runs(absorption, known)

    def _write_runs(self, absorption: Absorption, known: StoreKnown) -> None:
        for run_id, facts in absorption.facts.items():
            before = known.stored.get(run_id)
            if before is None or before.facts != facts:
                self.change(before, facts, absorption.causes[run_id])

    def _write_visits(self, absorption: Absorption, known: StoreKnown) -> None:
        for key, run_id in absorption.bound.items():
            if key not in known.live_keys(run_id):
                self._put_visit(key, run_id, live=1)
        for key in absorption.deleted:
            bound = absorption.bound.get(key) or known.run_of(key)
            if bound is not None:
                self._put_visit(key, bound, live=0)

    def _put_visit(self, key: str, run_id: str, *, live: int) -> None:
        self.writes.visits.append({"key": key, "run_id": run_id, "live": live})

    def _advance(self, run_id: str, reached: Moment, next_at: int, was: tuple[str, str]) -> None:
        phases = (reached.passengers.value, reached.train.value)
        self.writes.advances.append(
            {
                "of_run": run_id,
                "passengers": phases[0],
                "train": phases[1],
                "next_at": next_at,
            }
        )
        if phases != was:
            self.phases += 1
            self.writes.note(PHASE, run_id, "/".join(phases).encode(), TICK)

    def _forget(self, run_id: str, rev: int | None) -> None:
        self.writes.dropped_runs.append({"of_run": run_id})
        self.writes.note(PHASE, run_id, FORGOTTEN, TICK)
        if rev is not None:
            self.writes.publish(run_entity(run_id), "run", rev + 1, None, None, TICK)
            self.changed.append(run_id)


_Due = tuple[str, Agenda, str, str, int, int]
"""Run, its agenda, both phases as last written, whether it is published, its revision."""

_BEFORE = (PassengerPhase.PLANNED.value, TrainPhase.EXPECTED.value)


def _key(change: RowChange) -> RowKey:
    return change.key if isinstance(change, RowDeleted) else row_key(change.row)


def keys_text(keys: Iterable[RowKey]) -> tuple[str, ...]:
    """Return row keys as they stand in logs and causes."""
    return tuple("/".join(key) for key in keys)
