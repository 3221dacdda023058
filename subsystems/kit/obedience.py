"""Whether a command is obeyed, and what is answered: at most once, in time, and only when ONLINE.

Law: pure. `step(state, event, now) -> (state, effects)`; the order of the effects is the order in
which they must be carried out: what is remembered is on disk before anything is said or done, so a
command that comes again after a crash is answered and never done twice.

What becomes of a command, the first answer that fits:

    its id is known            the same answer as last time
    retained, or without end   nothing; it is reported
    a hub that should be dead  likewise
    its life is over           EXPIRED
    the link is not ONLINE     FAILED not-online
    nobody here knows its kind FAILED unknown-kind
    else                       ACCEPTED, and then DONE or FAILED once it is over
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from protocol.commands import Ack, AckStage, Command, CommandKind, FailReason
from protocol.limits import COMMAND_LIFE_S, REMEMBER_COMMANDS_S
from protocol.messages import LinkMode
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.messages import Message

MOST = 512
"""Remembered at once; a hub that sends more in a minute is not obeyed any more, but answered."""


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A command that came.

    Attributes:
        kind: of the command.
        until: station time from which on it may be forgotten.
        ack: the last answer.
    """

    kind: str
    until: Instant
    ack: Ack


@dataclass(frozen=True)
class Arrived:
    """Event: a command came.

    Attributes:
        message: its envelope.
        command: its body.
        retained: the broker kept it, which no command may be.
        mode: of the link.
        epoch: greatest that was seen.
    """

    message: Message
    command: Command
    retained: bool
    mode: LinkMode
    epoch: int


@dataclass(frozen=True)
class Finished:
    """Event: what was accepted is over."""

    ack: Ack


@dataclass(frozen=True)
class Woken:
    """Event: a new life began; what the last one had accepted is over."""


Event = Arrived | Finished | Woken


@dataclass(frozen=True)
class Keep:
    """Effect: write it down, before anything else is done."""

    command_id: str
    remembered: Remembered | None


@dataclass(frozen=True)
class Answer:
    """Effect: say it."""

    ack: Ack


@dataclass(frozen=True)
class Obey:
    """Effect: do it."""

    command: Command


@dataclass(frozen=True)
class Report:
    """Effect: tell the log what was not obeyed, and why."""

    why: str


Effect = Keep | Answer | Obey | Report


@dataclass(frozen=True)
class State:
    """What is remembered.

    Attributes:
        kinds: that somebody here can do.
        rate: station seconds per real second: lives are real seconds.
        known: by command id.
    """

    kinds: frozenset[str]
    rate: float = 1.0
    known: Mapping[str, Remembered] = field(default_factory=dict)


def step(state: State, event: Event, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what is to be done, in this order.

    Args:
        state: before.
        event: what happened.
        now: station time.
    """
    match event:
        case Arrived():
            return _arrived(state, event, now)
        case Finished(ack):
            return _finished(state, ack)
        case Woken():
            return _woken(state)


def _arrived(state: State, event: Arrived, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    known = state.known.get(event.command.command_id)
    if known is not None:
        return state, (Answer(known.ack),)
    if event.retained or event.message.valid_until is None:
        return state, (Report("retained, or without an end of its life"),)
    if event.message.epoch < event.epoch:
        return state, (Report("a hub whose epoch is over"),)
    ack = _judged(state, event, now)
    until = _dies_at(event.message, state.rate)
    remembered = Remembered(
        kind=event.command.kind, until=max(now, until) + _real(REMEMBER_COMMANDS_S, state), ack=ack
    )
    state, forgetting = _prune(state, now)
    state = replace(state, known={**state.known, event.command.command_id: remembered})
    effects = [*forgetting, Keep(event.command.command_id, remembered), Answer(ack)]
    if ack.stage is AckStage.ACCEPTED:
        effects.append(Obey(event.command))
    return state, tuple(effects)


def _judged(state: State, event: Arrived, now: Instant) -> Ack:
    command = event.command
    if now > _dies_at(event.message, state.rate):
        return Ack(command_id=command.command_id, stage=AckStage.EXPIRED)
    if event.mode is not LinkMode.ONLINE:
        return _failed(command, FailReason.NOT_ONLINE)
    if len(state.known) >= MOST:
        return _failed(command, FailReason.BUSY)
    if command.kind not in state.kinds:
        return _failed(command, FailReason.UNKNOWN_KIND)
    return Ack(command_id=command.command_id, stage=AckStage.ACCEPTED)


def _finished(state: State, ack: Ack) -> tuple[State, tuple[Effect, ...]]:
    known = state.known.get(ack.command_id)
    if known is None or known.ack.stage is not AckStage.ACCEPTED:
        return state, ()  # it was over already: what was said stands
    remembered = msgspec.structs.replace(known, ack=ack)
    state = replace(state, known={**state.known, ack.command_id: remembered})
    return state, (Keep(ack.command_id, remembered), Answer(ack))


def _woken(state: State) -> tuple[State, tuple[Effect, ...]]:
    effects: list[Effect] = []
    for command_id, known in sorted(state.known.items()):
        if known.ack.stage is AckStage.ACCEPTED:
            state, ended = _finished(state, _ended(command_id, known.kind))
            effects += ended
    return state, tuple(effects)


def _ended(command_id: str, kind: str) -> Ack:
    if kind == CommandKind.RESTART:
        return Ack(command_id=command_id, stage=AckStage.DONE)
    reason = FailReason.INTERRUPTED
    return Ack(command_id=command_id, stage=AckStage.FAILED, reason=reason)


def _failed(command: Command, reason: FailReason) -> Ack:
    return Ack(command_id=command.command_id, stage=AckStage.FAILED, reason=reason)


def _dies_at(message: Message, rate: float) -> Instant:
    """Return the end of a command's life, which no envelope can make longer than the protocol's."""
    longest = message.issued_at + timedelta(seconds=COMMAND_LIFE_S * rate)
    return min(longest, message.valid_until or longest)


def _prune(state: State, now: Instant) -> tuple[State, list[Effect]]:
    past = [command_id for command_id, known in state.known.items() if known.until < now]
    if not past:
        return state, []
    known = {i: r for i, r in state.known.items() if i not in past}
    return replace(state, known=known), [Keep(command_id, None) for command_id in past]


def _real(seconds: float, state: State) -> timedelta:
    return timedelta(seconds=seconds * state.rate)
