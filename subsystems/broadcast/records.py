"""What the scheduler remembers over a restart, as it stands in the ledger on disk.

Law: values only, msgspec's, so that they can be written down. Instants are station time. The
machine says what to keep (`Remember`), `subsystems.broadcast.ledger` keeps it.

A voice is written down before its first sound (`Begun`), again when so much of it was heard that
people have understood it (`Heard`), and when it ended (`Over`). So a kill in the middle neither
repeats a whole announcement nor loses one: what was not heard far enough is said again if it is
still useful, the rest counts as said, and both are told.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.times import Instant
from subsystems.broadcast.model import Kind, Occasion, Told


class Outcome(StrEnum):
    """What became of an occasion in a zone. Closed."""

    SPOKEN = "spoken"
    STOPPED = "stopped"
    """A person did not want it."""
    GIVEN_UP = "given-up"
    """Its sound could not be made or played."""


class Why(StrEnum):
    """Why something is not spoken at this moment. Closed; boards and pages have words for each."""

    NOT_DUE = "not-due"
    PREPARING = "preparing"
    """Its sound is being made."""
    SPEAKING = "speaking"
    """The zone speaks."""
    NEIGHBOUR = "neighbour"
    """A zone speaks that would be heard here."""
    BEHIND = "behind"
    """Something that matters more, or ends sooner, goes first."""
    GIVES_WAY = "gives-way"
    """A courtesy waits until nothing else is coming."""
    PAUSE = "pause"
    """Between two repetitions."""
    MUTED = "muted"
    QUIET = "quiet"
    """Quiet hours of the zone."""
    TAKEN_OVER = "taken-over"
    """An emergency has the zone."""
    NO_SINK = "no-sink"
    """Nothing brings sound to the zone."""
    OUTLASTS = "outlasts"
    """It would still be spoken when it is no longer true."""


class Reason(StrEnum):
    """Why something was not spoken, or not to its end. Closed."""

    TOO_LATE = "too-late"
    """Its time passed while it waited; `Why` says for what."""
    UNTRUE = "untrue"
    """The station has changed: it is no longer so."""
    REPLACED = "replaced"
    """The same with other words takes its place."""
    PRE_EMPTED = "pre-empted"
    """Cut off for something that matters more; it is said again if it is still useful."""
    STOPPED = "stopped"
    """By a person."""
    MUTED = "muted"
    """The zone was muted while it spoke."""
    FAILED = "failed"
    """It was played and did not come out."""
    UNSPEAKABLE = "unspeakable"
    """No sound could be made of it."""
    INTERRUPTED = "interrupted"
    """The program ended while it spoke."""


class Settled(msgspec.Struct, frozen=True):
    """What became of a key in a zone, in the present run of the program or an earlier one.

    Attributes:
        key: of the occasion.
        zone: one.
        rounds: times it was spoken.
        at: when, last.
        outcome: of the last.
    """

    key: str
    zone: str
    rounds: int
    at: Instant
    outcome: Outcome = Outcome.SPOKEN


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A voice begins.

    Attributes:
        voice: its id.
        at: station time.
        zones: that hear it.
        told: what it tells, for the rules.
        rounds: by key, times that it was spoken when it ends.
        seconds: how long it is.
        key: of the occasion (a group's own).
        kind: its kind.
        run_ids: of the trains that it is about.
    """

    voice: str
    at: Instant
    zones: tuple[str, ...]
    told: tuple[Told, ...]
    rounds: dict[str, int]
    seconds: float
    key: str
    kind: Kind
    run_ids: tuple[str, ...] = ()


class Heard(msgspec.Struct, frozen=True):
    """So much of a voice was heard that it counts as said in `zones`."""

    voice: str
    zones: tuple[str, ...]


class Over(msgspec.Struct, frozen=True):
    """A voice has ended everywhere."""

    voice: str


class Ordered(msgspec.Struct, frozen=True):
    """A person's announcement, or an emergency, that is to survive a restart."""

    occasion: Occasion


class OrderOver(msgspec.Struct, frozen=True):
    """It is over."""

    key: str


class MutedZone(msgspec.Struct, frozen=True):
    """A zone was muted or is no longer."""

    zone: str
    on: bool
    by: str = ""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the history: something was spoken, or was not.

    Attributes:
        at: when the voice began, or the occasion was dropped.
        until: when the voice ended, None: it was dropped.
        key: of the occasion (a group's own).
        kind: its kind.
        run_ids: of the trains that it is about.
        zones: concerned.
        reason: why it was dropped, or did not come to its end; None: it did.
        waited: what it had waited for.
        late_s: real seconds from being due to its voice, the first one here.
    """

    at: Instant
    until: Instant | None
    key: str
    kind: Kind
    run_ids: tuple[str, ...]
    zones: tuple[str, ...]
    reason: Reason | None = None
    waited: Why | None = None
    late_s: float = 0.0


class Forget(msgspec.Struct, frozen=True):
    """What is settled before `before` is not needed any more."""

    before: Instant


Record = Settled | Told | Begun | Heard | Over | Ordered | OrderOver | MutedZone | Past | Forget
"""All that is written down."""
