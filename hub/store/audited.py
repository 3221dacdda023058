"""Persons' commands, recorded in the audit in the transaction that does them.

Law: no command changes anything without its record, and none is recorded that was rolled back. The
same command again is answered as it was, and is no second record. What a command does is
`hub.store.manual`'s. Before a run is changed it is asked whether somebody else has changed it since
the person looked: then nothing is done, and who it was is told.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hub.audit.order import NEVER, Obeyed, Order, Rehearsed
from hub.audit.record import Entry, Outcome
from hub.kernel.manual import STATION, in_force
from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.kernel.obey import identity_of
from hub.kernel.objections import Answer, Code, objection
from hub.kernel.override import AddRun, ClearOverride, Command, SetOverride, encode_command
from hub.store.manual import LONGEST_ID, obey
from hub.store.notices import kept_notices, notice_of
from protocol.topics import notice_entity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.audit.record import Record
    from hub.store.audit import AuditStore
    from hub.store.step import Step
    from protocol.runs import Run


def obey_audited(step: Step, order: Order, audit: AuditStore) -> Obeyed:
    """Do the command of `order` in the open step, once; record and answer it."""
    command = order.command
    short = command.command_id[:LONGEST_ID]
    if step.opened.rows(step.statements.command, of_command=short):
        return Obeyed(obey(step, command))
    subject = subject_of(command, step)
    before = _held(step, command)
    since = _since(step, order, subject, audit)
    answer = _overtaken(command, since) if since else obey(step, command)
    record = audit.append(step.opened, _entry(step, order, subject, answer, before))
    if answer.accepted and answer.run_id is not None:
        step.hands[answer.run_id] = record.number
    return Obeyed(answer, since, record.number, record.hash)


def obey_all(orders: Sequence[Order], audit: AuditStore) -> list[Callable[[Step], Obeyed]]:
    """Return what does `orders`, each in a step; one that is refused stops none of the others.

    What one of them did to a run is known to those after it. Do them once: they share what they
    have done.
    """
    done: list[Obeyed] = []

    def work(step: Step, order: Order) -> Obeyed:
        done.append(obey_audited(step, following(done, order), audit))
        return done[-1]

    return [partial(work, order=order) for order in orders]


def all_accepted(answers: Sequence[Obeyed]) -> bool:
    """Return whether none of them was refused."""
    return all(each.answer.accepted for each in answers)


def not_done(obeyed: Obeyed) -> Obeyed:
    """Return the answer to a command whose transaction was taken back, with its record."""
    return Obeyed(obeyed.answer, obeyed.overtaken)


def ask_audited(step: Step, order: Order, audit: AuditStore) -> Obeyed:
    """Return what would become of `order`; nothing is done and nothing recorded."""
    since = _since(step, order, subject_of(order.command, step), audit)
    if since:
        return Obeyed(_overtaken(order.command, since), since)
    return Obeyed(obey(step, order.command, write=False))


def following(before: Sequence[Obeyed], order: Order) -> Order:
    """Return `order` knowing what the commands `before` it have done to its run.

    What the run was when the person looked is said, and answered, with the first of them.
    """
    command = order.command
    run_id = getattr(command, "run_id", None)
    own = [o.hand for o in before if o.answer.accepted and o.answer.run_id == run_id]
    if run_id is None or not own:
        return order
    if isinstance(command, SetOverride):
        command = msgspec.structs.replace(command, seen_rev=None)
    hand = order.seen_hand if order.seen_hand in {None, NEVER} else max(own)
    return replace(order, command=command, seen_hand=hand)


def rehearsed(done: Sequence[tuple[Obeyed, Step]]) -> Rehearsed:
    """Return what commands would be answered that were done, each in its step, and not kept."""
    last = {run_id: stored.run for _, step in done for run_id, stored in step.concluded.items()}
    named = {obeyed.answer.run_id for obeyed, _ in done}
    told = {run_id for _, step in done for run_id in step.changed}
    answers = tuple(Obeyed(_lastly(obeyed.answer, last), obeyed.overtaken) for obeyed, _ in done)
    also = {run_id: last[run_id] for run_id in sorted(told - named) if run_id in last}
    return Rehearsed(answers, also)


def _lastly(answer: Answer, last: dict[str, Run]) -> Answer:
    if answer.run is None or answer.run_id not in last:
        return answer
    return msgspec.structs.replace(answer, run=last[answer.run_id])


def subject_of(command: Command, step: Step) -> str:
    """Return what a command is about, as the audit has it."""
    match command:
        case SetOverride() | ClearOverride():
            return command.run_id
        case AddRun():
            added = identity_of(command, step.station)
            return added[0] if added is not None else ""
        case SetNotice() | WithdrawNotice():
            return notice_entity(notice_of(command))
        case _:
            return STATION


def _since(step: Step, order: Order, subject: str, audit: AuditStore) -> tuple[Record, ...]:
    """Return what has been done about the run since the person looked at it."""
    if order.seen_hand is None or not isinstance(order.command, SetOverride | ClearOverride):
        return ()
    return tuple(audit.since(step.opened, subject, order.seen_hand))


def _overtaken(command: Command, since: tuple[Record, ...]) -> Answer:
    last = since[-1]
    why = msgspec.json.decode(last.body).get("why", "")
    return Answer(
        command_id=command.command_id,
        accepted=False,
        refused=(objection(Code.OVERTAKEN, f"{last.who}, {why}"),),
        run_id=last.subject,
    )


def _held(step: Step, command: Command) -> dict[str, object]:
    """Return what persons had said before: what it takes to undo the command."""
    match command:
        case SetOverride() | ClearOverride():
            stored = next(iter(step.stored([command.run_id])), None)
            words = in_force(stored.facts, step.now) if stored is not None else ()
            return {"words": words, "rev": stored.rev if stored is not None else 0}
        case AddRun():
            return {}
        case SetNotice() | WithdrawNotice():
            kept = kept_notices(step).get(notice_of(command))
            return {"notice": kept}
        case _:
            return {"mode": step.mode}


def _entry(
    step: Step, order: Order, subject: str, answer: Answer, before: dict[str, object]
) -> Entry:
    command = order.command
    stored = step.concluded.get(answer.run_id or "")
    after: dict[str, object] = {}
    if stored is not None:
        after = {"words": in_force(stored.facts, step.now), "rev": stored.rev}
    body = {
        "why": command.why,
        "command": msgspec.Raw(encode_command(command)),
        "refused": answer.refused,
        "warned": answer.warned,
        "before": before,
        "after": after,
        **order.beside,
    }
    return Entry(
        actor=order.actor,
        action=order.action,
        subject=subject,
        outcome=Outcome.DONE if answer.accepted else Outcome.REFUSED,
        command_id=command.command_id,
        rev=stored.rev if stored is not None else 0,
        body=body,
    )
