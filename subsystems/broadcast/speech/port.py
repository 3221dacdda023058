"""Ports of speech: who makes sound of words, and who brings it to loudspeakers.

Law: types only. Both are asynchronous: neither a synthesis nor a loudspeaker blocks the reactor.
Seconds are real ones.

    Saying ──▶ Synthesizer.render ──▶ Clip ──▶ Sink.play ──▶ loudspeakers of a zone

Whoever wires the broadcast needs five names:

    settings.read_settings(path) / take_settings(table)  -> SpeechSettings
    works.SpeechWorks(…).prepare(saying, chime)          -> Deferred[Clip]
    sinks.sinks_of(reactor, settings, log, random)       -> tuple[Sink, ...]
    archive.Archive(folder, keep_days=…)                 began, ended, find, sound_of, expire
    loudspeakers.Loudspeakers(reactor, log, sinks, archive)
        .play(playback, said, day), .stop(id), .hush(zones, silent=…)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from subsystems.broadcast.speech.clip import RATE, Clip
from subsystems.broadcast.speech.ending import Ended

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from subsystems.broadcast.model import Part, Saying

__all__ = ["RATE", "Clip", "Ended", "Playback", "Sink", "SinkState", "Synthesizer"]


class Synthesizer(Protocol):
    """Turns words of some languages into sound."""

    @property
    def name(self) -> str:
        """For logs and the archive, e.g. ``espeak-ng``."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Tags that it speaks."""
        ...

    @property
    def identity(self) -> str:
        """What, besides the words, decides how it sounds: voice, speed, version. For the cache."""
        ...

    def render(self, part: Part, path: Path) -> Deferred[None]:
        """Write `part` as a WAV file with sound in it to `path`.

        Raises:
            DeviceError: (in the Deferred) it cannot, took too long, or wrote silence.
        """
        ...


@dataclass(frozen=True)
class Playback:
    """What a sink is given.

    Attributes:
        id: of the announcement.
        zones: that hear it together.
        clip: its sound, chime and final silence included.
        saying: its words, for sinks that speak themselves (chips).
        gain_db: loudness against normal: zones are set, nights are softer.
        duck: background sound is lowered meanwhile; False: silenced (emergencies).
        chime: its name, for sinks that make it themselves; in the clip it is heard already.
    """

    id: str
    zones: tuple[str, ...]
    clip: Clip
    saying: Saying
    gain_db: float = 0.0
    duck: bool = True
    chime: str = ""


class Sink(Protocol):
    """The loudspeakers of some zones."""

    @property
    def name(self) -> str:
        """For logs and status, e.g. ``rtp-1``."""
        ...

    @property
    def zones(self) -> frozenset[str]:
        """Zones that it reaches."""
        ...

    @property
    def state(self) -> SinkState:
        """How it is."""
        ...

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Play; fires when it is over. One at a time a zone: the scheduler sees to that."""
        ...

    def stop(self, playback_id: str) -> None:
        """Cut it off, fading out within 50 ms; its Deferred fires with `Ended.CUT_OFF`."""
        ...

    def hush(self, *, silent: bool) -> None:
        """Silence its background from now on, between voices too; or have it again."""
        ...

    def close(self) -> Deferred[None]:
        """Be silent and give the device back."""
        ...


@dataclass(frozen=True)
class SinkState:
    """How a sink is, for status and health.

    Attributes:
        works: False: what was played last did not come out.
        why: a sentence, "" if it works.
        figures: e.g. packets sent, by name.
    """

    works: bool
    why: str = ""
    figures: dict[str, float] = field(default_factory=dict)
