"""A command on its way to one device, seen from the hub. Pure.

Law: one total table; every stage knows what each answer and the passing of time mean to it.

               ACCEPTED      DONE / FAILED / EXPIRED   time
    SENT       ACCEPTED      that                      again after 2 s, twice; EXPIRED after 10 s
    ACCEPTED   –             that                      EXPIRED after 60 s
    ended      –             –                         illegal: nothing is waited for
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from protocol.commands import Ack, AckStage
from protocol.limits import ACCEPTED_WITHIN_S, COMMAND_LIFE_S, DONE_WITHIN_S, RETRIES

NO_ANSWER = "no-answer"
NO_END = "no-end"
"""Reasons that the hub gives for EXPIRED."""


class Stage(StrEnum):
    """How far an order is."""

    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    DONE = "DONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class IllegalEventError(ValueError):
    """The event cannot happen in this stage; nothing was changed."""


@dataclass(frozen=True)
class Order:
    """One command to one device.

    Attributes:
        sent_s: real second of the first sending.
        stage: how far it is.
        attempt: 1 after the first sending.
        accepted_s: real second of ACCEPTED.
        reason: why it failed or expired.
        ack: the device's last answer, None: it gave none.
    """

    sent_s: float
    stage: Stage = Stage.SENT
    attempt: int = 1
    accepted_s: float | None = None
    reason: str = ""
    ack: Ack | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more is waited for."""
        return self.stage not in {Stage.SENT, Stage.ACCEPTED}


@dataclass(frozen=True)
class Answered:
    """Event: the device acknowledged."""

    ack: Ack


@dataclass(frozen=True)
class Tick:
    """Event: time has passed."""


@dataclass(frozen=True)
class SendAgain:
    """Effect: publish the command again, under the same id."""

    attempt: int


@dataclass(frozen=True)
class Ended:
    """Effect: tell that it is over."""


Event = Answered | Tick
Effect = SendAgain | Ended
Step = tuple[Order, tuple[Effect, ...]]
_Rule = Callable[[Order, Event, float], Step]


def step(order: Order, event: Event, now_s: float) -> Step:
    """Return the order after `event` at the real second `now_s`, and what is to be done.

    Raises:
        IllegalEventError: time passes for an order that has ended.
    """
    key = event.ack.stage if isinstance(event, Answered) else None
    return TABLE[order.stage, key](order, event, now_s)


def next_at(order: Order) -> float | None:
    """Return the real second at which it needs a `Tick`, None: never."""
    if order.stage is Stage.SENT:
        due_s = order.sent_s + ACCEPTED_WITHIN_S * order.attempt
        life_s = order.sent_s + COMMAND_LIFE_S
        return due_s if order.attempt <= RETRIES else life_s
    if order.stage is Stage.ACCEPTED and order.accepted_s is not None:
        return order.accepted_s + DONE_WITHIN_S
    return None


def _accepted(order: Order, event: Event, now_s: float) -> Step:
    return replace(order, stage=Stage.ACCEPTED, accepted_s=now_s, ack=_ack(event)), ()


def _over(order: Order, event: Event, now_s: float) -> Step:  # noqa: ARG001 - the table's form
    ack = _ack(event)
    return replace(order, stage=Stage(ack.stage.value), reason=ack.reason, ack=ack), (Ended(),)


def _nothing(order: Order, event: Event, now_s: float) -> Step:  # noqa: ARG001 - the table's form
    return order, ()


def _wait_for_answer(order: Order, event: Event, now_s: float) -> Step:  # noqa: ARG001 - likewise
    if now_s >= order.sent_s + COMMAND_LIFE_S:
        return replace(order, stage=Stage.EXPIRED, reason=NO_ANSWER), (Ended(),)
    due_s = next_at(order)
    if due_s is not None and now_s >= due_s:
        again = replace(order, attempt=order.attempt + 1)
        return again, (SendAgain(again.attempt),)
    return order, ()


def _wait_for_end(order: Order, event: Event, now_s: float) -> Step:  # noqa: ARG001 - likewise
    due_s = next_at(order)
    if due_s is not None and now_s >= due_s:
        return replace(order, stage=Stage.EXPIRED, reason=NO_END), (Ended(),)
    return order, ()


def _illegal(order: Order, event: Event, now_s: float) -> Step:
    raise IllegalEventError(f"{event} at {now_s} for an order that is {order.stage}")


def _ack(event: Event) -> Ack:
    assert isinstance(event, Answered)  # noqa: S101 - the table calls it for answers alone
    return event.ack


_TERMINAL = (Stage.DONE, Stage.FAILED, Stage.EXPIRED)
_ENDING = (AckStage.DONE, AckStage.FAILED, AckStage.EXPIRED)

TABLE: dict[tuple[Stage, AckStage | None], _Rule] = {
    (Stage.SENT, AckStage.ACCEPTED): _accepted,
    (Stage.ACCEPTED, AckStage.ACCEPTED): _nothing,
    **{(stage, said): _over for stage in (Stage.SENT, Stage.ACCEPTED) for said in _ENDING},
    (Stage.SENT, None): _wait_for_answer,
    (Stage.ACCEPTED, None): _wait_for_end,
    **{(stage, said): _nothing for stage in _TERMINAL for said in AckStage},
    **{(stage, None): _illegal for stage in _TERMINAL},
}
"""By stage and by what was acknowledged; None: time has passed."""
