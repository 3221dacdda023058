"""The life of one notice: one total table.

Law: every status knows every action: where it leads, or that it is illegal. An illegal one raises
and changes nothing.

    ISSUED ──lapse──▶ OVERDUE ──escalate──▶ ESCALATED
       │ sign            │ sign ╲ miss          │ sign ╲ miss
       ▼                 ▼       ╲              ▼       ╲
    ACKNOWLEDGED ◀──────────── sign, late ─────────── MISSED
    from each of them: supersede ▶ SUPERSEDED, withdraw ▶ WITHDRAWN, both for good
"""

from __future__ import annotations

from enum import StrEnum

from protocol.errors import StationError
from subsystems.staff_notices.model import Status


class Action(StrEnum):
    """What can happen to a notice."""

    AMEND = "amend"
    """What is told changes by less than must be signed for."""
    SIGN = "sign"
    LAPSE = "lapse"
    ESCALATE = "escalate"
    MISS = "miss"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


class IllegalActionError(StationError):
    """A defect of ours: the machine asked for what cannot be."""


LIFE: dict[Status, dict[Action, Status | None]] = {
    Status.ISSUED: {
        Action.AMEND: Status.ISSUED,
        Action.SIGN: Status.ACKNOWLEDGED,
        Action.LAPSE: Status.OVERDUE,
        Action.ESCALATE: None,
        Action.MISS: None,
        Action.SUPERSEDE: Status.SUPERSEDED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.OVERDUE: {
        Action.AMEND: Status.OVERDUE,
        Action.SIGN: Status.ACKNOWLEDGED,
        Action.LAPSE: None,
        Action.ESCALATE: Status.ESCALATED,
        Action.MISS: Status.MISSED,
        Action.SUPERSEDE: Status.SUPERSEDED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.ESCALATED: {
        Action.AMEND: Status.ESCALATED,
        Action.SIGN: Status.ACKNOWLEDGED,
        Action.LAPSE: None,
        Action.ESCALATE: None,
        Action.MISS: Status.MISSED,
        Action.SUPERSEDE: Status.SUPERSEDED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.ACKNOWLEDGED: {
        Action.AMEND: Status.ACKNOWLEDGED,
        Action.SIGN: None,
        Action.LAPSE: None,
        Action.ESCALATE: None,
        Action.MISS: None,
        Action.SUPERSEDE: Status.SUPERSEDED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.MISSED: {
        Action.AMEND: Status.MISSED,
        Action.SIGN: Status.ACKNOWLEDGED,
        Action.LAPSE: None,
        Action.ESCALATE: None,
        Action.MISS: None,
        Action.SUPERSEDE: Status.SUPERSEDED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.SUPERSEDED: dict.fromkeys(Action),
    Status.WITHDRAWN: dict.fromkeys(Action),
}


def after(status: Status, action: Action) -> Status:
    """Return the status after `action`.

    Raises:
        IllegalActionError: it cannot be done.
    """
    then = LIFE[status][action]
    if then is None:
        raise IllegalActionError(f"{action} of a notice that is {status}")
    return then
