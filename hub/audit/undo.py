"""What takes a command back: other commands, made of what the audit has of before.

Law: pure. Nothing is rolled back: to undo is to command again, with a reason and a record of its
own, and it is refused like any command when somebody has changed the run since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.audit.record import Outcome
from hub.kernel.notice import KeptNotice, SetNotice, WithdrawNotice
from hub.kernel.override import (
    DISPLACED,
    AddRun,
    ClearOverride,
    Command,
    Field,
    Override,
    SetOverride,
    SetStationMode,
    StationMode,
)
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.audit.record import Record

NOT_DONE = "that changed nothing, so there is nothing to take back"
NO_COMMAND = "only commands can be taken back"


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What persons had said before the command."""

    words: tuple[Override, ...] = ()
    notice: KeptNotice | None = None
    mode: StationMode | None = None


class Commanded(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a record's body that is needed here."""

    command: Command
    before: Before = Before()


_decoder = msgspec.json.Decoder(Commanded)


def undoing(record: Record, *, command_id: str, who: str, why: str) -> tuple[Command, ...]:
    """Return the commands that undo what `record` says was done, to be done in this order.

    Args:
        record: of the audit.
        command_id: of the first; the following ones append ``.1`` and so on.
        who: the person who undoes.
        why: the reason.

    Raises:
        OperatorError: it changed nothing, or cannot be taken back.
    """
    if record.outcome != Outcome.DONE:
        raise OperatorError(NOT_DONE)
    try:
        done = _decoder.decode(record.body)
    except msgspec.MsgspecError as error:
        raise OperatorError(NO_COMMAND) from error
    said = {"who": who, "why": why}
    made: list[Command] = []
    for number, fields in enumerate(_orders(done.command, done.before, record.subject)):
        named = command_id if number == 0 else f"{command_id}.{number}"
        made.append(msgspec.convert({"command_id": named, **said, **fields}, type=Command))
    return tuple(made)


def _orders(command: Command, before: Before, subject: str) -> Iterator[dict[str, object]]:
    match command:
        case SetOverride():
            yield from _unset(command, before)
        case ClearOverride():
            if command.field is Field.ADDED:
                raise OperatorError("add the train anew instead")
            lost = (w for w in before.words if command.field in {None, w.word.field})
            yield from map(_again, lost)
        case AddRun():
            yield {"command": "clear", "run_id": subject, "field": Field.ADDED.value}
        case SetStationMode():
            yield _mode(before.mode)
        case SetNotice() | WithdrawNotice():
            yield _notice(command, before.notice)


def _unset(command: SetOverride, before: Before) -> Iterator[dict[str, object]]:
    """Yield: take the word back, say those again that it had taken the place of."""
    field = command.word.field
    gone = DISPLACED.get(field, frozenset()) | {field}
    yield {"command": "clear", "run_id": command.run_id, "field": field.value}
    yield from (_again(each) for each in before.words if each.word.field in gone)


def _again(override: Override) -> dict[str, object]:
    return {
        "command": "set",
        "run_id": override.run_id,
        "word": msgspec.to_builtins(override.word),
        "until": override.until,
    }


def _mode(mode: StationMode | None) -> dict[str, object]:
    if mode is None:
        return {"command": "mode", "manual": False}
    return {"command": "mode", "manual": True, "until": mode.until}


def _notice(command: SetNotice | WithdrawNotice, held: KeptNotice | None) -> dict[str, object]:
    if held is None:
        known = command.notice.notice_id if isinstance(command, SetNotice) else command.notice_id
        return {"command": "withdraw-notice", "notice_id": known}
    seen = held.rev + 1 if isinstance(command, SetNotice) else None
    notice = msgspec.to_builtins(held.notice)
    return {"command": "notice", "notice": notice, "seen_rev": seen}
