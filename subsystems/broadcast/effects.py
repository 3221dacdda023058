"""What the scheduler wants done; its driver does it, in the order given.

Law: values only. An effect is wanted once; a driver never waits for one to do the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.broadcast.model import Occasion, Priority
    from subsystems.broadcast.records import Reason, Record, Why


@dataclass(frozen=True)
class Ask:
    """Ask the rules anew and answer with one `Derived`, at once: something is about to be spoken.

    Attributes:
        sources: runs by id, the station as "".
    """

    sources: tuple[str, ...]


@dataclass(frozen=True)
class Prepare:
    """Make the sound of `occasion` and answer with `ClipReady` or `ClipFailed`.

    Attributes:
        clip: name to answer with; the same occasion with the same content has the same.
        occasion: what to say. With `members`: a group, in the group's wording if its kind has
            one, else the sayings of the members one after another, language by language.
        urgent: before all others that are being made.
    """

    clip: str
    occasion: Occasion
    urgent: bool = False


@dataclass(frozen=True)
class Play:
    """Speak in some zones, all at the same moment.

    Attributes:
        voice: id of this speaking, for `CutOff` and `Ended`; never given again.
        clip: name of its sound.
        occasion: what it tells (a group: `members`).
        zones: that hear it.
        gains: decibels against normal, of each zone.
        began_at: station time.
        seconds: how long it is.
        duck: the background is lowered meanwhile; False: it is silent.
        round: 1 for the first speaking, 2 for the next.
    """

    voice: str
    clip: str
    occasion: Occasion
    zones: tuple[str, ...]
    gains: tuple[float, ...]
    began_at: Instant
    seconds: float
    duck: bool = True
    round: int = 1

    @property
    def priority(self) -> Priority:
        """Against others."""
        return self.occasion.priority


@dataclass(frozen=True)
class CutOff:
    """Stop a voice now; answer with `Ended` when it is silent.

    Attributes:
        voice: its id.
        zones: where.
        reason: why.
    """

    voice: str
    zones: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True)
class Background:
    """Sound that is no announcement, in zones that an emergency has, or has no longer."""

    zones: tuple[str, ...]
    silent: bool


@dataclass(frozen=True)
class Remember:
    """Have it on disk before the next effect."""

    record: Record


@dataclass(frozen=True)
class Spoken:
    """For the transcript: a voice begins, or has ended.

    Attributes:
        play: what was begun.
        until: when it is expected to end, or ended.
        ended: the voice is over.
        reason: why it did not come to its end, None: it did.
    """

    play: Play
    until: Instant
    ended: bool
    reason: Reason | None = None


@dataclass(frozen=True)
class Dropped:
    """Something due was not spoken in some zones, and will not be.

    Attributes:
        occasion: which.
        zones: where not.
        reason: why.
        waited: what it had last waited for.
    """

    occasion: Occasion
    zones: tuple[str, ...]
    reason: Reason
    waited: Why | None = None


@dataclass(frozen=True)
class Complain:
    """Something does not do what it should: a sink that never ends, a clip that never comes."""

    what: str


Effect = Ask | Prepare | Play | CutOff | Background | Remember | Spoken | Dropped | Complain
"""All that is wanted."""
