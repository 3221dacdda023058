"""How a subsystem stands with the hub: the link machine of protocol.md.

Law: pure; everything that decides between live and autonomous lives here. Times are monotonic real
seconds, given by the caller.

    ONLINE ──lost──▶ SUSPECT ──15 s──▶ AUTONOMOUS
      ▲                 │ heard            │ heard
      └──held, calm── SYNCING ◀────────────┘      SYNCING ──lost──▶ AUTONOMOUS

The order of doubt: the socket, what the hub says of itself, its beat, and last whether everything
in its manifest is held. Only when none is left is the link ONLINE. The transitions are the one
table `TRANSITIONS`; a pair that is not in it is our defect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from protocol.errors import StationError
from protocol.limits import AUTONOMOUS_AFTER_S, CALM_S, RESYNC_AFTER_S, SUSPECT_AFTER_S
from protocol.messages import LinkMode


@dataclass(frozen=True)
class Timings:
    """Real seconds; protocol.md, "The link machine of every subsystem".

    Attributes:
        silence_s: without a live word of the hub it is lost.
        grace_s: SUSPECT becomes AUTONOMOUS after it.
        replay_s: ask the broker for what it retains after it, once, before the hub is troubled.
        resync_s: ask for what is missing after it; add a jitter, for all devices notice at once.
        calm_s: the link must have been undisturbed for so long before it is ONLINE.
        settle_s: everything must have been held for so long before it is ONLINE.
    """

    silence_s: float = SUSPECT_AFTER_S
    grace_s: float = AUTONOMOUS_AFTER_S
    replay_s: float = 1.5
    resync_s: float = RESYNC_AFTER_S
    calm_s: float = CALM_S
    settle_s: float = 1.0


class Signal(Enum):
    """What follows from the facts; see `_signal`."""

    LOST = auto()
    """The socket is gone, the hub said it goes, or it was silent for too long."""
    GIVEN_UP = auto()
    """The grace of SUSPECT is over."""
    HEARD = auto()
    """The hub is there again."""
    RENEWED = auto()
    """Another start of the hub speaks: what is held must be compared with it anew."""
    GAP = auto()
    """The manifest names what is not held, for longer than a message may be on its way."""
    SETTLED = auto()
    """Everything is held and the link is calm."""


_M, _S = LinkMode, Signal
TRANSITIONS: dict[tuple[LinkMode, Signal], LinkMode] = {
    (_M.ONLINE, _S.LOST): _M.SUSPECT,
    (_M.ONLINE, _S.RENEWED): _M.SYNCING,
    (_M.ONLINE, _S.GAP): _M.SYNCING,
    (_M.SUSPECT, _S.GIVEN_UP): _M.AUTONOMOUS,
    (_M.SUSPECT, _S.HEARD): _M.SYNCING,
    (_M.AUTONOMOUS, _S.HEARD): _M.SYNCING,
    (_M.SYNCING, _S.LOST): _M.AUTONOMOUS,
    (_M.SYNCING, _S.SETTLED): _M.ONLINE,
}
"""Every transition there is."""


@dataclass(frozen=True)
class Connected:
    """The broker accepted us and all subscriptions."""


@dataclass(frozen=True)
class Disconnected:
    """The connection to the broker is gone."""


@dataclass(frozen=True)
class HubWord:
    """The hub spoke of itself.

    Attributes:
        epoch: of the message; one lower than the greatest seen is a zombie's and changes nothing.
        online: False in its will and at an orderly stop.
        live: False for a retained message, which proves nothing about now.
    """

    epoch: int
    online: bool
    live: bool


@dataclass(frozen=True)
class Completeness:
    """What of the present manifest is not held; ``hub/manifest`` itself when it is not."""

    missing: frozenset[str]


@dataclass(frozen=True)
class Tick:
    """Time passed; due at `next_at`."""


@dataclass(frozen=True)
class Forgotten:
    """Everything held was thrown away, as commanded: ask for all of it at once."""


Event = Connected | Disconnected | HubWord | Completeness | Forgotten | Tick


@dataclass(frozen=True)
class ModeChanged:
    """Effect: tell who watches."""

    before: LinkMode
    after: LinkMode


@dataclass(frozen=True)
class RequestResync:
    """Effect: ask the hub to publish `missing` again."""

    missing: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """Effect: have the broker send its retained messages again: NATS may have lost one."""


Effect = ModeChanged | RequestResync | Replay

_NOTHING_HELD = frozenset({"hub/manifest"})


@dataclass(frozen=True)
class Link:
    """The machine's state. A device boots AUTONOMOUS: it lives from its cache until it hears more.

    Attributes:
        mode: what is told.
        since_s: when `mode` began.
        connected: to the broker.
        epoch: greatest seen.
        said_offline: the hub of `epoch` said that it goes.
        heard_s: last live word of the hub of `epoch` over the present connection.
        missing: see `Completeness`.
        held_s: since when nothing is missing.
        calm_from_s: last disturbance while SYNCING.
        ask_s: when to ask for what is missing.
        replay_at_s: while SYNCING: when to have the broker replay, None: done.
        online_epoch: epoch that the last ONLINE was reached with.
    """

    timings: Timings = field(default_factory=Timings)
    mode: LinkMode = LinkMode.AUTONOMOUS
    since_s: float = 0.0
    connected: bool = False
    epoch: int = 0
    said_offline: bool = False
    heard_s: float | None = None
    missing: frozenset[str] = _NOTHING_HELD
    held_s: float | None = None
    calm_from_s: float = 0.0
    ask_s: float | None = None
    replay_at_s: float | None = None
    online_epoch: int = 0

    @property
    def silent_at_s(self) -> float:
        """When silence becomes loss."""
        heard_s = float("-inf") if self.heard_s is None else self.heard_s
        return heard_s + self.timings.silence_s

    def present(self, now_s: float) -> bool:
        """Return whether the hub is there, as far as anyone can know."""
        return self.connected and not self.said_offline and now_s < self.silent_at_s

    @property
    def settled_at_s(self) -> float | None:
        """When SYNCING may become ONLINE, None while something is missing."""
        if self.held_s is None:
            return None
        calm_s = self.calm_from_s + self.timings.calm_s
        return max(calm_s, self.held_s + self.timings.settle_s)


def step(link: Link, event: Event, now_s: float) -> tuple[Link, tuple[Effect, ...]]:
    """Return the state after `event` at `now_s`, and what is to be done.

    `now_s`: monotonic real seconds, never less than in the step before.
    """
    link = _note(link, event, now_s)
    effects: list[Effect] = []
    while (signal := _signal(link, now_s)) is not None:
        before = link.mode
        link = _move(link, signal, now_s)
        effects.append(ModeChanged(before, link.mode))
    link, asking = _ask(link, now_s)
    return link, (*effects, *asking)


def next_at(link: Link) -> float | None:
    """Return when the next `Tick` is due, None: time alone changes nothing."""
    if link.mode is LinkMode.SUSPECT:
        return link.since_s + link.timings.grace_s
    if link.mode is LinkMode.AUTONOMOUS:
        return None
    due = [link.silent_at_s, link.ask_s]
    if link.mode is LinkMode.SYNCING:
        due += [link.settled_at_s, link.replay_at_s]
    return min(at_s for at_s in due if at_s is not None)


def _ask(link: Link, now_s: float) -> tuple[Link, list[Effect]]:
    """Return what to do about missing entities at `now_s`."""
    effects: list[Effect] = []
    if not link.present(now_s):
        return link, effects
    if link.replay_at_s is not None and now_s >= link.replay_at_s:
        if link.missing:
            effects.append(Replay())
        link = replace(link, replay_at_s=None)
    if link.ask_s is not None and now_s >= link.ask_s:
        effects.append(RequestResync(tuple(sorted(link.missing))))
        link = replace(link, ask_s=now_s + link.timings.resync_s)
    return link, effects


def follow(mode: LinkMode, signal: Signal) -> LinkMode:
    """Return the mode after `signal`.

    Raises:
        StationError: the table has no such transition.
    """
    try:
        return TRANSITIONS[mode, signal]
    except KeyError:
        raise StationError(f"link machine: no transition for {signal} in {mode}") from None


def _signal(link: Link, now_s: float) -> Signal | None:
    present = link.present(now_s)
    match link.mode:
        case LinkMode.ONLINE:
            return _doubt(link, now_s) if present else Signal.LOST
        case LinkMode.SUSPECT:
            if present:
                return Signal.HEARD
            return Signal.GIVEN_UP if now_s >= link.since_s + link.timings.grace_s else None
        case LinkMode.AUTONOMOUS:
            return Signal.HEARD if present else None
        case LinkMode.SYNCING:
            at_s = link.settled_at_s
            if not present:
                return Signal.LOST
            return Signal.SETTLED if at_s is not None and now_s >= at_s else None


def _doubt(link: Link, now_s: float) -> Signal | None:
    """Return why a link to a hub that is there is not ONLINE any more."""
    if link.epoch != link.online_epoch:
        return Signal.RENEWED
    return Signal.GAP if link.ask_s is not None and now_s >= link.ask_s else None


def _move(link: Link, signal: Signal, now_s: float) -> Link:
    mode = follow(link.mode, signal)
    began_s = now_s
    if signal is Signal.LOST and link.heard_s is not None and not link.said_offline:
        began_s = min(now_s, link.silent_at_s)  # it was due then, and is seen only now
    moved = replace(link, mode=mode, since_s=began_s)
    if mode is LinkMode.ONLINE:
        return replace(moved, online_epoch=link.epoch, replay_at_s=None)
    if mode is LinkMode.SYNCING:
        ask_s = now_s + link.timings.resync_s if link.missing else None
        ask_s = link.ask_s if signal is Signal.GAP else ask_s
        replay_at_s = now_s + link.timings.replay_s
        return replace(moved, calm_from_s=now_s, ask_s=ask_s, replay_at_s=replay_at_s)
    return moved


def _note(link: Link, event: Event, now_s: float) -> Link:
    """Return `link` with the facts of `event`, its mode untouched."""
    match event:
        case Connected():
            return replace(link, connected=True, calm_from_s=now_s)
        case Disconnected():
            return replace(link, connected=False, heard_s=None)
        case HubWord():
            return _note_word(link, event, now_s)
        case Completeness(missing):
            return _note_missing(link, missing, now_s)
        case Forgotten():
            return replace(_note_missing(link, _NOTHING_HELD, now_s), ask_s=now_s)
        case Tick():
            return link


def _note_word(link: Link, word: HubWord, now_s: float) -> Link:
    if word.epoch < link.epoch:
        return link
    if word.epoch > link.epoch:
        link = replace(link, epoch=word.epoch, heard_s=None, said_offline=False, calm_from_s=now_s)
        link = _note_missing(link, link.missing | _NOTHING_HELD, now_s)
    if not word.online:
        return replace(link, said_offline=True)
    heard_s = now_s if word.live and link.connected else link.heard_s
    return replace(link, said_offline=False, heard_s=heard_s)


def _note_missing(link: Link, missing: frozenset[str], now_s: float) -> Link:
    if not missing:
        held_s = now_s if link.held_s is None else link.held_s
        return replace(link, missing=missing, held_s=held_s, ask_s=None)
    ask_s = now_s + link.timings.resync_s if link.ask_s is None else link.ask_s
    return replace(link, missing=missing, held_s=None, ask_s=ask_s)
