"""Notices inside a step's transaction: set, withdrawn, and taken away when they end.

Law: a notice is kept as long as it is published, in the same transaction. Devices stop telling it
at its end by their own clocks; that the hub then deletes it only tidies up, at the minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.kernel.notice import KeptNotice, SetNotice, decode_kept, encode_kept
from hub.kernel.obey_notice import NoticeObeyed, obey_notice
from hub.store.journal import MANUAL
from protocol.codec import encode_body
from protocol.topics import notice_entity

if TYPE_CHECKING:
    from hub.kernel.notice import WithdrawNotice
    from hub.store.step import Step
    from protocol.notices import Notice

ENDED = b"ended"
"""Detail of the record that a notice has ended as it was set to."""

_CAUSE = "minute"


def notice_of(command: SetNotice | WithdrawNotice) -> str:
    """Return the identifier of the notice that `command` is about."""
    return command.notice.notice_id if isinstance(command, SetNotice) else command.notice_id


def kept_notices(step: Step) -> dict[str, KeptNotice]:
    """Return all notices by identifier, as the open step found them."""
    found = (decode_kept(bytes(body)) for (body,) in step.opened.rows(step.statements.notices))
    return {kept.notice.notice_id: kept for kept in found}


def do_notice(
    step: Step, command: SetNotice | WithdrawNotice, cause: str, *, write: bool
) -> tuple[NoticeObeyed, KeptNotice | None]:
    """Do `command` in the open step; return what became of it and the notice before it.

    Args:
        step: the open step.
        command: the command.
        cause: for journal and outbox.
        write: False only asks what would become of it.
    """
    notice_id = notice_of(command)
    held = kept_notices(step).get(notice_id)
    rev = _rev(step, notice_id)
    obeyed = obey_notice(command, held, step.station, step.now, rev=rev)
    if write and not obeyed.refused:
        if obeyed.kept is not None:
            _put(step, obeyed.kept, cause)
        else:
            _drop(step, notice_id, rev, cause)
    return obeyed, held


def end_notices(step: Step) -> None:
    """Take the notices away whose end has come."""
    for notice_id, kept in kept_notices(step).items():
        if kept.notice.ends_at is not None and kept.notice.ends_at <= step.now:
            step.writes.note(MANUAL, notice_entity(notice_id), ENDED, _CAUSE)
            _drop(step, notice_id, _rev(step, notice_id), _CAUSE)


def values_of(notice: Notice | None) -> dict[str, object]:
    """Return what `notice` says, by field, for the journal."""
    said: dict[str, object] = msgspec.to_builtins(notice) if notice is not None else {}
    return said


def _put(step: Step, kept: KeptNotice, cause: str) -> None:
    notice = kept.notice
    entity = notice_entity(notice.notice_id)
    step.writes.notices.append({"notice_id": notice.notice_id, "body": encode_kept(kept)})
    step.writes.publish(entity, "notice", kept.rev, encode_body(notice), notice.ends_at, cause)


def _drop(step: Step, notice_id: str, rev: int, cause: str) -> None:
    step.writes.dropped_notices.append({"of_notice": notice_id})
    step.writes.publish(notice_entity(notice_id), "notice", rev + 1, None, None, cause)


def _rev(step: Step, notice_id: str) -> int:
    """Return the revision of the last publication, also of a deletion: it only grows."""
    held = step.opened.rows(step.statements.entity, of_entity=notice_entity(notice_id))
    return int(held[0][3]) if held else 0
