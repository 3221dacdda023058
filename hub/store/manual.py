"""Persons' commands inside a step's transaction: done once, answered, and written down.

Law: a command and its answer are committed with what it changed, so the same command after a lost
answer, or after a restart, is answered and not done again. A refused one is written down, too.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from hub.kernel.beside import differences, values
from hub.kernel.conflicts import outdated
from hub.kernel.derive import derive
from hub.kernel.manual import STATION, in_force
from hub.kernel.notice import KeptNotice, SetNotice, WithdrawNotice
from hub.kernel.obey import (
    Obeyed,
    identity_of,
    named_by,
    obey_add,
    obey_clear,
    obey_mode,
    obey_set,
)
from hub.kernel.obey_notice import NoticeObeyed
from hub.kernel.objections import (
    Answer,
    Code,
    Objection,
    decode_answer,
    encode_answer,
    objection,
)
from hub.kernel.override import (
    AddRun,
    ClearOverride,
    Override,
    SetOverride,
    SetStationMode,
    StationMode,
    StockOf,
    encode_command,
    encode_mode,
)
from hub.kernel.stock import asked_by
from hub.kernel.unresolved import unresolved
from hub.store.journal import COMMAND, MANUAL
from hub.store.notices import do_notice, kept_notices, notice_of, values_of
from hub.store.records import to_micros, to_stored
from protocol.topics import notice_entity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hub.kernel.conclude import Stored
    from hub.kernel.override import Command
    from hub.store.step import Step
    from protocol.notices import Notice
    from protocol.runs import Run

LONGEST_ID = 64
LONGEST_SUBJECT = 255

_DAY = timedelta(days=1)


class InForce(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What persons have set and what holds now.

    Attributes:
        mode: set while the whole station is manual.
        overrides: in force, by run and in the order in which they were said.
        notices: to passengers, also those still to come, by identifier.
        outdated: of an override's id: AUTO has come to say something else since.
        conflicts: of a run's id: what staff must see to; see `hub.kernel.unresolved`.
    """

    mode: StationMode | None = None
    overrides: tuple[Override, ...] = ()
    notices: tuple[KeptNotice, ...] = ()
    outdated: dict[str, Objection] = {}
    conflicts: dict[str, tuple[Objection, ...]] = {}


@dataclass(frozen=True)
class _Done:
    """A command's outcome and what it changed: a run, a notice, or else the station."""

    obeyed: Obeyed | NoticeObeyed
    run_id: str | None
    before: Stored | None = None
    notice_id: str | None = None
    notice_before: KeptNotice | None = None

    @property
    def run(self) -> Run | None:
        """The run after it."""
        return self.obeyed.run if isinstance(self.obeyed, Obeyed) else None

    @property
    def notice(self) -> Notice | None:
        """The notice after it."""
        kept = self.obeyed.kept if isinstance(self.obeyed, NoticeObeyed) else None
        return kept.notice if kept is not None else None

    @property
    def subject(self) -> str:
        """Whose history the command belongs to."""
        if self.notice_id is not None:
            return notice_entity(self.notice_id)[:LONGEST_SUBJECT]
        return self.run_id or STATION


def obey(step: Step, command: Command, *, write: bool = True) -> Answer:
    """Do `command` in the open step, once; return its answer.

    Args:
        step: the open step; nothing else may have changed runs in it.
        command: the command.
        write: False only asks what would become of it.
    """
    body = encode_command(command)
    held = step.opened.rows(step.statements.command, of_command=command.command_id[:LONGEST_ID])
    if held and bytes(held[0][0]) == body:
        return decode_answer(held[0][1])
    if held or len(command.command_id) > LONGEST_ID:
        refused = (objection(Code.ANOTHER, command.command_id[:LONGEST_ID]),)
        return Answer(command_id=command.command_id, accepted=False, refused=refused)
    done = _do(step, command, write=write)
    obeyed = done.obeyed
    answer = Answer(
        command_id=command.command_id,
        accepted=not obeyed.refused,
        refused=obeyed.refused,
        warned=obeyed.warned,
        run_id=done.run_id,
        run=done.run,
        notice=done.notice,
    )
    if write:
        _write_down(step, command, done, answer, body)
    return answer


def return_to_auto(step: Step, cause: str) -> None:
    """Give the whole station back to AUTO: every run is derived anew from what the feed says."""
    step.mode = None
    for record in sorted(step.opened.rows(step.statements.all_runs)):
        before = to_stored(record)[1]
        step.change(before, replace(before.facts, standing=None), cause)
    step.feeding.pass_on(step)
    step.opened.run(step.statements.drop_mode)
    step.writes.note(MANUAL, STATION, b"AUTO", cause)


def in_force_now(step: Step) -> InForce:
    """Return everything that persons have set and what holds at the step's `now`."""
    found: list[Override] = []
    late: dict[str, Objection] = {}
    stored = step.decoded.all(sorted(step.opened.rows(step.statements.all_runs)))
    for facts in (each.facts for each in stored):
        words = in_force(facts, step.now)
        if not words:
            continue
        found.extend(words)
        auto = derive(facts.auto, step.station, step.now)
        for each in words:
            late.update((each.id, said) for said in outdated([each], auto))
    return InForce(
        mode=step.mode,
        overrides=tuple(found),
        notices=tuple(kept_notices(step).values()),
        outdated=late,
        conflicts=unresolved(stored, step.station, step.now),
    )


def _do(step: Step, command: Command, *, write: bool) -> _Done:
    feeder: Stored | None = None
    match command:
        case SetStationMode():
            return _Done(_mode(step, command, write=write), None)
        case SetNotice() | WithdrawNotice():
            said, held = do_notice(step, command, _cause(command), write=write)
            return _Done(said, None, notice_id=notice_of(command), notice_before=held)
        case AddRun():
            added = identity_of(command, step.station)
            run_id = added[0] if added is not None else None
            before = _stored(step, run_id)
            feeder = _stored(step, command.stock_of)
            others = _others(step, added[1] if added is not None else None)
            obeyed = obey_add(command, before, others, step.station, step.now, feeder)
        case SetOverride():
            run_id, before = command.run_id, _stored(step, command.run_id)
            day = before.facts.service_date if before is not None else None
            other = _stored(step, named_by(command.word))
            others = _others(step, day)
            feeder = other if isinstance(command.word, StockOf) else None
            obeyed = obey_set(command, before, others, step.station, step.now, other)
        case ClearOverride():
            run_id, before = command.run_id, _stored(step, command.run_id)
            obeyed = obey_clear(command, before, step.station, step.now)
    if obeyed.facts is not None and write:
        if feeder is not None:
            _ask(step, feeder, obeyed.facts.run_id, _cause(command))
        concluded = step.change(before, obeyed.facts, _cause(command))
        obeyed = dataclasses.replace(obeyed, run=concluded.stored.run)
    return _Done(obeyed, run_id, before)


def _ask(step: Step, feeder: Stored | None, run_id: str, cause: str) -> None:
    """Let the feeder that a person names know who is to be told what becomes of it."""
    facts = asked_by(feeder.facts, run_id) if feeder is not None else None
    if feeder is not None and facts is not None and facts != feeder.facts:
        step.change(feeder, facts, cause)


def _mode(step: Step, command: SetStationMode, *, write: bool) -> Obeyed:
    was = step.mode
    obeyed, mode = obey_mode(command, was, step.station, step.now)
    if obeyed.refused or not write:
        return obeyed
    if mode is None:
        return_to_auto(step, _cause(command))
        return obeyed
    step.mode = mode
    step.opened.run(step.statements.put_mode, id=1, mode=encode_mode(mode))
    if was is None:
        for record in sorted(step.opened.rows(step.statements.all_runs)):
            before = to_stored(record)[1]
            step.change(before, before.facts, _cause(command))
    step.writes.note(MANUAL, STATION, b"MANUAL", _cause(command))
    return obeyed


def _write_down(step: Step, command: Command, done: _Done, answer: Answer, body: bytes) -> None:
    """Write command and answer, and into the journal who changed what from what to what."""
    step.opened.run(
        step.statements.put_command,
        command_id=command.command_id,
        at=to_micros(step.now),
        body=body,
        answer=encode_answer(answer),
    )
    subject = done.subject
    step.writes.note(COMMAND, subject, body, command.who)
    was = done.before.run if done.before is not None else None
    told = {
        "who": command.who,
        "why": command.why,
        "refused": [each.en for each in answer.refused],
        "warned": [each.en for each in answer.warned],
        "before": _changed(answer.run, was),
        "after": _changed(was, answer.run),
    }
    if done.notice_id is not None:
        held = done.notice_before
        told["before"] = values_of(held.notice if held is not None else None)
        told["after"] = values_of(answer.notice)
    step.writes.note(MANUAL, subject, msgspec.json.encode(told), _cause(command))


def _changed(one: Run | None, other: Run | None) -> dict[str, object]:
    """Return what `other` tells otherwise than `one`."""
    if other is None:
        return {}
    return differences(one, other) if one is not None else values(other)


def _stored(step: Step, run_id: str | None) -> Stored | None:
    return next(iter(step.stored([run_id])), None) if run_id is not None else None


def _others(step: Step, day: date | None) -> Iterator[Run]:
    """Yield the runs of the days around `day`; read only when asked for."""
    for near in (day - _DAY, day, day + _DAY) if day is not None else ():
        records = step.opened.rows(step.statements.runs_of_day, service_date=near.isoformat())
        for stored in step.decoded.some(sorted(records)):
            if not stored.facts.base.withdrawn:
                yield stored.run


def _cause(command: Command) -> str:
    return f"{MANUAL}/{command.command_id}"
