"""What the scheduler knows between two events.

Law: values and look-ups; nothing here decides. A `State` is never changed: `step` works on a copy.

An `Item` is an occasion that is near or due, with what became of it in each zone. A `Voice` is one
speaking; a zone is free again when its `Ended` has come, not when it was told to be silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from subsystems.broadcast.zones import PlainZones

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.times import Instant
    from subsystems.broadcast.effects import Play
    from subsystems.broadcast.model import Occasion, Priority, Told
    from subsystems.broadcast.records import Reason, Settled, Why
    from subsystems.broadcast.zones import Zones

HORIZON = timedelta(minutes=30)
"""Station time ahead of which occasions are looked at: what a page shows as next (issue 6)."""


@dataclass(frozen=True)
class Item:
    """An occasion that is near, due, or being spoken.

    Attributes:
        occasion: what the rules, or a person, said last.
        source: of the rules: a run's id, "" for the station; None: a person.
        due_s: real second at which it was first known and due; None: not yet.
        owed: it was due at some time, so it is spoken or its loss is told.
        rounds: by zone, times that it was spoken.
        ready_s: by zone, real second before which it is not spoken again.
        why: by zone, why it is not spoken now.
        endless: an emergency, said until it ends.
        begun: zones in which its voice has begun at least once.
        failures: times that playing failed.
        shut: zones in which nothing begins any more, for it is too late.
    """

    occasion: Occasion
    source: str | None
    due_s: float | None = None
    owed: bool = False
    rounds: Mapping[str, int] = field(default_factory=dict)
    ready_s: Mapping[str, float] = field(default_factory=dict)
    why: Mapping[str, Why] = field(default_factory=dict)
    endless: bool = False
    begun: frozenset[str] = frozenset()
    failures: int = 0
    shut: frozenset[str] = frozenset()

    @property
    def left(self) -> tuple[str, ...]:
        """Zones in which it is still to be spoken, those that hear it now among them."""
        return tuple(z for z in self.occasion.zones if z not in self.shut and self._wanted(z))

    @property
    def untold(self) -> tuple[str, ...]:
        """Zones in `left` that have not heard it once."""
        return tuple(zone for zone in self.left if not self.rounds.get(zone, 0))

    def _wanted(self, zone: str) -> bool:
        return self.endless or self.rounds.get(zone, 0) < self.occasion.repeats


@dataclass(frozen=True)
class Voice:
    """One speaking.

    Attributes:
        play: what was begun.
        began_s: real seconds.
        live: zones that hear it now.
        heard: so much of it was heard that it counts as said.
        cuts: by zone, why it was told to be silent there.
        cut_s: when, last.
        ended: by zone, why it did not come to its end there, None: it did.
        late_s: how long it was due when it began here for the first time.
        matters: its priority when it began, raised by how long it had waited.
    """

    play: Play
    began_s: float
    live: frozenset[str]
    heard: bool = False
    cuts: Mapping[str, Reason] = field(default_factory=dict)
    cut_s: float = 0.0
    ended: Mapping[str, Reason | None] = field(default_factory=dict)
    late_s: float = 0.0
    matters: float = 0.0

    @property
    def told(self) -> tuple[Occasion, ...]:
        """The occasions that it tells."""
        return self.play.occasion.members or (self.play.occasion,)

    @property
    def ends_s(self) -> float:
        """Real second at which it ends."""
        return self.began_s + self.play.seconds

    @property
    def priority(self) -> Priority:
        """Against others."""
        return self.play.occasion.priority


@dataclass(frozen=True)
class Sound:
    """A clip that was asked for.

    Attributes:
        occasion: what it tells.
        asked_s: real seconds.
        seconds: its length, None: not there yet.
        tries: times that it was asked for.
        failed_s: when it could last not be made, None: it never failed.
    """

    occasion: Occasion
    asked_s: float
    seconds: float | None = None
    tries: int = 1
    failed_s: float | None = None


@dataclass(frozen=True)
class Source:
    """What the rules said last of a run.

    Attributes:
        occasions: all of them.
        asked_at: station time at which the rules were asked.
        open: keys of those that are items.
        near_at: when the next of the others comes near, None: there is none.
    """

    occasions: tuple[Occasion, ...]
    asked_at: Instant
    open: frozenset[str] = frozenset()
    near_at: Instant | None = None


@dataclass(frozen=True)
class State:
    """All that the scheduler knows.

    Attributes:
        zones: of the station.
        rate: station seconds per real second.
        items: by key.
        voices: by id.
        sounds: by name of the clip.
        sources: by run id.
        agenda: when which source has an occasion that comes near, ascending.
        settled: by key and zone.
        told: by key, for the rules.
        takeovers: emergencies by key.
        muted: zones that a person muted.
        lost: zones without a working sink, and why.
        serial: number of the last voice.
        tidied_s: real second at which what is long over was last forgotten.
        checked_s: real second at which the rules were last asked about what is being spoken.
    """

    zones: Zones = field(default_factory=lambda: PlainZones(()))
    rate: float = 1.0
    items: Mapping[str, Item] = field(default_factory=dict)
    voices: Mapping[str, Voice] = field(default_factory=dict)
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    agenda: tuple[tuple[Instant, str], ...] = ()
    settled: Mapping[str, Mapping[str, Settled]] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)
    takeovers: Mapping[str, Occasion] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    lost: Mapping[str, str] = field(default_factory=dict)
    serial: int = 0
    tidied_s: float = 0.0
    checked_s: float = 0.0

    @property
    def taken(self) -> frozenset[str]:
        """Zones that an emergency has."""
        return frozenset(zone for each in self.takeovers.values() for zone in each.zones)

    def station(self, seconds: float) -> timedelta:
        """Return how much station time passes in so many real seconds."""
        return timedelta(seconds=seconds * self.rate)


def clip_name(occasion: Occasion) -> str:
    """Return the name of what is said: the same words of the same occasion have the same name."""
    languages = "+".join(occasion.languages)
    if not occasion.text and not occasion.clip:
        return f"{occasion.key}#{occasion.content}#{languages}"
    said = (sorted(occasion.text.items()), occasion.clip)
    digest = blake2b(msgspec.json.encode(said), digest_size=8).hexdigest()
    return f"{occasion.key}#{digest}#{languages}"


def same_words(one: Occasion, other: Occasion) -> bool:
    """Return whether both are the same occasion with the same words."""
    return (one.key, one.content, one.text, one.clip) == (
        other.key,
        other.content,
        other.text,
        other.clip,
    )
