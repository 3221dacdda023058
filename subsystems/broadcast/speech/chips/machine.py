"""When a speech chip is given what: one text after the other, each when the last one is over.

Law: pure; `step(state, event) -> (state, effects)`, an event that a mode has no row for raises and
changes nothing. A new frame would cut off the text that is spoken, so the next one waits for 4F.
Seconds of waiting are told by `Wait`; its end is the event `TimedOut`.

    mode      │ Opened  Lost    Say      Cut        Heard              TimedOut
    ──────────┼──────────────────────────────────────────────────────────────────────────
    closed    │ asking  -       -        -          -                  -
    asking    │ -       closed  soon     forgotten  4F idle, 4E asking ask again, told after 3
    idle      │ -       closed  sent     -          4A told            -
    sent      │ -       closed  -        stopping   41 speaking, 45 ×3 again, failed after 3
    speaking  │ -       closed  -        stopping   4F next or idle    ask; failed after 3
    stopping  │ -       closed  soon     forgotten  41, 4F asking      asking

Who is asked to speak while the chip is asked or stopped is heard when it is idle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from subsystems.broadcast.speech.chips.frames import Reply
from subsystems.broadcast.speech.ending import Ended

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_S = 0.5
"""In which a chip takes a frame: 4 KiB at 9600 baud are 4.2 s more, see `Say.wire_s`."""
POLL_S = 1.0
TRIES = 3


class Mode(Enum):
    """Where we are with the chip."""

    CLOSED = "closed"
    ASKING = "asking"
    IDLE = "idle"
    SENT = "sent"
    SPEAKING = "speaking"
    STOPPING = "stopping"


@dataclass(frozen=True)
class State:
    """All that is known.

    Attributes:
        mode: see the table.
        texts: to be spoken, the one that is sent or spoken first.
        tries: without success in this mode.
        wire_s: seconds that a text takes on the line.
        works: the chip answered last.
        why: a sentence, if it does not work.
    """

    mode: Mode = Mode.CLOSED
    texts: tuple[bytes, ...] = ()
    tries: int = 0
    wire_s: float = 0.0
    works: bool = False
    why: str = "the port is not open"


@dataclass(frozen=True)
class Opened:
    """The port is open."""


@dataclass(frozen=True)
class Lost:
    """The port went away."""

    why: str


@dataclass(frozen=True)
class Say:
    """Texts, one frame each; only while nothing is said."""

    texts: tuple[bytes, ...]
    wire_s: float = 0.0


@dataclass(frozen=True)
class Cut:
    """Be silent."""


@dataclass(frozen=True)
class Heard:
    """The chip said something."""

    reply: Reply


@dataclass(frozen=True)
class TimedOut:
    """What was waited for did not come."""


Event = Opened | Lost | Say | Cut | Heard | TimedOut


class Send(Enum):
    """Which frame is sent."""

    TEXT = "text"
    STOP = "stop"
    STATUS = "status"


@dataclass(frozen=True)
class Wait:
    """A timer in place of the one before; None: none."""

    seconds: float | None


@dataclass(frozen=True)
class Over:
    """What was said is over."""

    how: Ended


Effect = Send | Wait | Over
Result = tuple[State, tuple[Effect, ...]]


class ImpossibleError(Exception):
    """An event that the mode has no row for."""


def step(state: State, event: Event) -> Result:
    """Return the next state and what is to be done.

    Raises:
        ImpossibleError: see the table; nothing changes.
    """
    row = TABLE.get((state.mode, type(event)))
    if row is None:
        raise ImpossibleError(f"{type(event).__name__} in {state.mode.value}")
    return row(state, event)


def _ask(state: State, *more: Effect, texts: tuple[bytes, ...] = ()) -> Result:
    asking = replace(state, mode=Mode.ASKING, texts=texts, tries=0)
    return asking, (*more, Send.STATUS, Wait(ANSWER_S))


def _opened(state: State, _event: Event) -> Result:
    return _ask(replace(state, why="the chip has not answered yet"))


def _lost(state: State, event: Event) -> Result:
    why = event.why if isinstance(event, Lost) else ""
    over = (Over(Ended.FAILED),) if state.texts else ()
    closed = replace(state, mode=Mode.CLOSED, texts=(), tries=0, works=False, why=why)
    return closed, (*over, Wait(None))


def _say(state: State, event: Event) -> Result:
    if not isinstance(event, Say) or not event.texts:
        raise ImpossibleError("nothing to say")
    sent = replace(state, mode=Mode.SENT, texts=event.texts, tries=0, wire_s=event.wire_s)
    return sent, (Send.TEXT, Wait(ANSWER_S + event.wire_s))


def _say_soon(state: State, event: Event) -> Result:
    """Said as soon as it is idle."""
    if not isinstance(event, Say) or not event.texts or state.texts:
        raise ImpossibleError("nothing to say, or something is said")
    return replace(state, texts=event.texts, wire_s=event.wire_s), ()


def _cut_waiting(state: State, _event: Event) -> Result:
    if not state.texts:
        raise ImpossibleError("nothing is said")
    return replace(state, texts=()), (Over(Ended.CUT_OFF),)


def _cut(state: State, _event: Event) -> Result:
    stopping = replace(state, mode=Mode.STOPPING, texts=(), tries=0)
    return stopping, (Send.STOP, Over(Ended.CUT_OFF), Wait(ANSWER_S))


def _heard_asking(state: State, event: Event) -> Result:
    well = replace(state, works=True, why="", tries=0)
    match event:
        case Heard(Reply.IDLE | Reply.STARTED):
            idle = replace(well, mode=Mode.IDLE)
            if state.texts:
                return _say(idle, Say(state.texts, state.wire_s))
            return idle, (Wait(None),)
        case Heard(Reply.SPEAKING):
            return well, (Wait(POLL_S),)
        case _:
            return state, ()


def _late_asking(state: State, _event: Event) -> Result:
    if state.tries + 1 < TRIES or not state.texts:
        silent = replace(state, tries=state.tries + 1)
        if silent.tries >= TRIES:
            silent = replace(silent, works=False, why="the chip does not answer")
        return silent, (Send.STATUS, Wait(ANSWER_S if silent.tries < TRIES else POLL_S))
    failed = replace(state, tries=0, works=False, why="the chip does not answer")
    return _ask(failed, Over(Ended.FAILED))


def _heard_idle(state: State, event: Event) -> Result:
    return replace(state, works=event != Heard(Reply.REFUSED)), ()


def _heard_sent(state: State, event: Event) -> Result:
    match event:
        case Heard(Reply.TAKEN):
            speaking = replace(state, mode=Mode.SPEAKING, tries=0, works=True, why="")
            return speaking, (Wait(POLL_S),)
        case Heard(Reply.REFUSED):
            return _late_sent(replace(state, why="the chip does not understand a frame"), event)
        case Heard(Reply.STARTED):
            return _late_sent(replace(state, why="the chip lost its power"), event)
        case _:
            return state, ()


def _late_sent(state: State, event: Event) -> Result:
    why = "the chip does not answer" if isinstance(event, TimedOut) else state.why
    if state.tries + 1 < TRIES:
        again = replace(state, tries=state.tries + 1)
        return again, (Send.TEXT, Wait(ANSWER_S + state.wire_s))
    return _ask(replace(state, works=False, why=why), Over(Ended.FAILED))


def _heard_speaking(state: State, event: Event) -> Result:
    match event:
        case Heard(Reply.IDLE):
            if len(state.texts) > 1:
                idle = replace(state, mode=Mode.IDLE, texts=())
                return _say(idle, Say(state.texts[1:], state.wire_s))
            idle = replace(state, mode=Mode.IDLE, texts=(), tries=0)
            return idle, (Over(Ended.PLAYED), Wait(None))
        case Heard(Reply.SPEAKING):
            return replace(state, tries=0), (Wait(POLL_S),)
        case Heard(Reply.STARTED):
            failed = replace(state, works=False, why="the chip lost its power while it spoke")
            return _ask(failed, Over(Ended.FAILED))
        case _:
            return state, ()


def _late_speaking(state: State, _event: Event) -> Result:
    if state.tries < TRIES:
        return replace(state, tries=state.tries + 1), (Send.STATUS, Wait(POLL_S))
    return _ask(replace(state, works=False, why="the chip does not answer"), Over(Ended.FAILED))


def _heard_stopping(state: State, event: Event) -> Result:
    if event in {Heard(Reply.TAKEN), Heard(Reply.IDLE), Heard(Reply.STARTED)}:
        return _ask(state, texts=state.texts)
    return state, ()


def _stopped_late(state: State, _event: Event) -> Result:
    return _ask(state, texts=state.texts)


TABLE: dict[tuple[Mode, type], Callable[[State, Event], Result]] = {
    (Mode.CLOSED, Opened): _opened,
    (Mode.ASKING, Lost): _lost,
    (Mode.ASKING, Say): _say_soon,
    (Mode.ASKING, Cut): _cut_waiting,
    (Mode.ASKING, Heard): _heard_asking,
    (Mode.ASKING, TimedOut): _late_asking,
    (Mode.IDLE, Lost): _lost,
    (Mode.IDLE, Say): _say,
    (Mode.IDLE, Heard): _heard_idle,
    (Mode.SENT, Lost): _lost,
    (Mode.SENT, Cut): _cut,
    (Mode.SENT, Heard): _heard_sent,
    (Mode.SENT, TimedOut): _late_sent,
    (Mode.SPEAKING, Lost): _lost,
    (Mode.SPEAKING, Cut): _cut,
    (Mode.SPEAKING, Heard): _heard_speaking,
    (Mode.SPEAKING, TimedOut): _late_speaking,
    (Mode.STOPPING, Lost): _lost,
    (Mode.STOPPING, Say): _say_soon,
    (Mode.STOPPING, Cut): _cut_waiting,
    (Mode.STOPPING, Heard): _heard_stopping,
    (Mode.STOPPING, TimedOut): _stopped_late,
}
