"""Actions about trains: rows, why, commands, previews, batches, undo.

Law: each entry of the table and what does it. Nothing is judged here: the kernel accepts and
refuses, and each command is done at the desk, which records it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from hub.accounts.hashing import draw_token
from hub.accounts.roles import Permission, may
from hub.audit.order import NEVER, Order
from hub.audit.record import Outcome
from hub.audit.undo import undoing
from hub.console.action import Action, Call
from hub.console.batches import LASTS_S
from hub.console.doorman import actor_of
from hub.console.office import DeniedError, NotThereError, Office, answer_of
from hub.console.orders import AnyOrder, NoticeOrder, RunOrder, SetMode
from hub.console.presence import Editing
from hub.console.said import (
    MOST_ORDERS,
    Armed,
    AuditLine,
    Batch,
    CommandAnswer,
    EditingNow,
    Execute,
    Executed,
    LimitQuery,
    Undo,
    line_of,
)
from hub.console.table import RunList
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from hub.audit.order import Obeyed, Rehearsed
    from hub.audit.record import Record

UNDOES = {
    "run.command": Permission.COMMAND,
    "batch.execute": Permission.COMMAND,
    "run.undo": Permission.COMMAND,
    "station.mode": Permission.MODE,
    "notice.command": Permission.NOTICE,
}
"""What can be taken back, by its name in the audit, and what that needs."""


def _rows(office: Office, _call: Call) -> msgspec.Raw:
    office.desk()
    return msgspec.Raw(office.live.table.snapshot())


def _why(office: Office, call: Call) -> Deferred[Any]:
    run_id = call.path["run_id"]

    def known(found: object) -> object:
        if found is None:
            raise NotThereError(run_id)
        return found

    return office.desk().why(run_id).addCallback(known)


def _history(office: Office, call: Call) -> Deferred[tuple[AuditLine, ...]]:
    run_id, limit = call.path["run_id"], call.query.limit
    found = office.in_store(lambda: office.audit.last(limit, subject=run_id))
    return found.addCallback(lambda records: tuple(map(line_of, records)))


def _command(name: str) -> Any:  # noqa: ANN401 - what `Action.do` is
    def do(office: Office, call: Call) -> Deferred[CommandAnswer]:
        done = office.desk().order(office.order(call, call.body, name))
        return done.addCallback(answer_of)

    return do


def _preview(office: Office, call: Call) -> Deferred[CommandAnswer]:
    order = office.order(call, call.body, "run.preview")
    if not isinstance(call.body, RunOrder):
        return office.desk().ask([order]).addCallback(lambda answers: answer_of(answers[0]))

    def answered(found: Rehearsed) -> CommandAnswer:
        also = tuple(found.also.values())
        return msgspec.structs.replace(answer_of(found.answers[0]), also=also)

    return office.desk().rehearse([order]).addCallback(answered)


def _arm(office: Office, call: Call) -> Deferred[Armed]:
    batch: Batch = call.body
    ids = {order.command_id for order in batch.orders}
    if len(ids) < len(batch.orders):
        raise OperatorError("each command of a batch needs an id of its own")
    token = draw_token(18)
    beside: dict[str, object] = {"batch": token[:8], "count": len(batch.orders)}
    orders = [office.order(call, each, "batch.execute", beside) for each in batch.orders]

    def armed(found: Rehearsed) -> Armed:
        office.batches.arm(token, call.session, orders, office.wall())
        return Armed(
            token=token,
            count=len(orders),
            refused=_refused(found.answers),
            answers=tuple(map(answer_of, found.answers)),
            also=tuple(found.also.values()),
            expires_s=int(LASTS_S),
        )

    return office.desk().rehearse(orders).addCallback(armed)


def _execute(office: Office, call: Call) -> Deferred[Executed]:
    wanted: Execute = call.body
    desk = office.desk()
    orders = office.batches.take(call.path["token"], call.session, office.wall())
    if orders is None:
        raise NotThereError("armed batch")
    if len(orders) != wanted.count:
        raise OperatorError(f"it has {len(orders)} commands, not {wanted.count}; arm it again")
    whole = wanted.all_or_nothing
    return desk.order_all(orders, whole=whole).addCallback(partial(_executed, whole=whole))


def _undo(office: Office, call: Call) -> Deferred[Executed]:
    undo: Undo = call.body
    desk = office.desk()

    def ordered(found: list[tuple[Record, bool]]) -> Deferred[Executed]:
        return desk.order_all(_undoing(call, undo, found)).addCallback(_executed)

    return office.in_store(lambda: _records(office, undo)).addCallback(ordered)


def _records(office: Office, undo: Undo) -> list[tuple[Record, bool]]:
    """Return the records, the last first, and of each: something else was done since."""
    found: list[tuple[Record, bool]] = []
    for number in sorted(set(undo.numbers), reverse=True):
        record = next(iter(office.audit.last(1, before=number + 1)), None)
        if record is None or record.number != number:
            raise NotThereError(f"record {number}")
        later = office.audit.last(MOST_ORDERS, subject=record.subject)
        done = {each.number for each in later if each.outcome == Outcome.DONE}
        others = {each for each in done if each > number} - set(undo.numbers)
        found.append((record, bool(others)))
    return found


def _undoing(call: Call, undo: Undo, found: Sequence[tuple[Record, bool]]) -> list[Order]:
    """Return the commands; what somebody did since refuses them."""
    orders: list[Order] = []
    actor = actor_of(call.by, call.address)
    for place, (record, overtaken) in enumerate(found):
        needed = UNDOES.get(record.action)
        if needed is None:
            raise OperatorError(f"{record.action} cannot be taken back")
        if not may(call.by.role, needed):
            raise DeniedError
        first = undo.command_id if place == 0 else f"{undo.command_id}-{place}"
        made = undoing(record, command_id=first, who=call.by.name, why=undo.why)
        beside: dict[str, object] = {"undoes": record.number}
        seen = NEVER if overtaken else record.number
        orders += [Order(each, actor, "run.undo", seen, beside) for each in made]
    return orders


def _refused(answers: Sequence[Obeyed]) -> int:
    return sum(not each.answer.accepted for each in answers)


def _executed(answers: Sequence[Obeyed], *, whole: bool = False) -> Executed:
    refused = _refused(answers)
    return Executed(
        done=0 if whole and refused else len(answers) - refused,
        refused=refused,
        answers=tuple(map(answer_of, answers)),
    )


def _edit(office: Office, call: Call) -> tuple[Editing, ...]:
    now: EditingNow = call.body
    return office.live.edit(call.session, call.by.name, now.run_id)


ACTIONS = (
    Action(
        "run.list", "GET", "/runs", Permission.SEE, RunList, _rows,
        "All runs that the hub has, with what only staff are told of them.",
    ),
    Action(
        "run.why", "GET", "/runs/{run_id}", Permission.SEE, dict[str, Any], _why,
        "Why a run is in its state: what was said, what each rule concluded, what lies ahead.",
    ),
    Action(
        "run.history", "GET", "/runs/{run_id}/audit", Permission.SEE, tuple[AuditLine, ...],
        _history, "What persons did about a run, newest first.", query=LimitQuery,
    ),
    Action(
        "run.command", "POST", "/command", Permission.COMMAND, CommandAnswer,
        _command("run.command"), "Say something about a run, take it back, add a train.",
        takes=RunOrder,
    ),
    Action(
        "run.preview", "POST", "/preview", Permission.COMMAND, CommandAnswer, _preview,
        "What a command would be answered; nothing is done.", takes=AnyOrder,
    ),
    Action(
        "batch.arm", "POST", "/batch", Permission.BATCH, Armed, _arm,
        "Prepare many commands: what would become of them, and a token to do them.",
        takes=Batch,
    ),
    Action(
        "batch.execute", "POST", "/batch/{token}", Permission.BATCH, Executed, _execute,
        "Do an armed batch, once.", takes=Execute,
    ),
    Action(
        "run.undo", "POST", "/undo", Permission.COMMAND, Executed, _undo,
        "Take commands back with commands that say what was said before.", takes=Undo,
    ),
    Action(
        "run.editing", "POST", "/editing", Permission.COMMAND, tuple[Editing, ...], _edit,
        "Tell the others which run one is about to change; say it again every 10 s.",
        takes=EditingNow,
    ),
    Action(
        "station.mode", "POST", "/mode", Permission.MODE, CommandAnswer, _command("station.mode"),
        "Make the whole station manual, or give it back to AUTO.", takes=SetMode,
    ),
    Action(
        "notice.command", "POST", "/notices", Permission.NOTICE, CommandAnswer,
        _command("notice.command"), "Publish, change or take down a notice.", takes=NoticeOrder,
    ),
)  # fmt: skip
