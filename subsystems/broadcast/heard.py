"""Voices on loudspeakers: one voice of the scheduler in several zones, and on record once.

Law: carries out `Play`, `CutOff` and `Background`, answers with `Ended` zone by zone. Zones that
share a sink are one playing, for a sink speaks with one voice; every other zone is a playing of its
own, so that it can be silenced alone. The archive has one record for each voice, whatever the
number of playings.

    Play: zones A B C   sinks: one for A and B, one for C   ─▶   playing A B   playing C
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import DeviceError
from subsystems.broadcast.events import Ended
from subsystems.broadcast.speech.archive_model import Said
from subsystems.broadcast.speech.port import Ended as How
from subsystems.broadcast.speech.port import Playback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from subsystems.broadcast.effects import Play
    from subsystems.broadcast.model import Saying
    from subsystems.broadcast.speech.archive import Archive
    from subsystems.broadcast.speech.loudspeakers import Loudspeakers
    from subsystems.broadcast.speech.port import Clip

EVERY = "*"
SOFTEST_DB = -30.0
"""Of a volume that is wanted: less is silence, for which there is mute."""


@dataclass(frozen=True)
class _End:
    zones: tuple[str, ...]
    how: How
    heard_s: float


@dataclass
class _Voice:
    play: Play
    clip: Clip
    began_s: float
    playings: dict[str, tuple[str, ...]]
    ends: list[_End] = field(default_factory=list)
    archived: bool = False


class Heard:
    """All voices that are heard now.

    Args:
        reactor: real seconds.
        loudspeakers: the sinks; they put nothing on record.
        archive: None: there is none.
        ended: gets each `Ended`.
        log: of the process.

    Attributes:
        volume: that is wanted of the device, 0 to 1; emergencies are not softened.
        not_archived: records that could not be written, since the start.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        loudspeakers: Loudspeakers,
        archive: Archive | None,
        ended: Callable[[Ended], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._loudspeakers = loudspeakers
        self._archive = archive
        self._ended = ended
        self._log = log
        self._voices: dict[str, _Voice] = {}
        self.volume = 1.0
        self.not_archived = 0

    def play(self, play: Play, clip: Clip, saying: Saying, day: date) -> None:
        """Begin; `Ended` follows for each zone."""
        gains = dict(zip(play.zones, play.gains, strict=True))
        parts = _together(play.zones, [sink.zones for sink in self._loudspeakers.sinks])
        names = {f"{play.voice}.{n}": zones for n, zones in enumerate(parts)}
        voice = _Voice(play, clip, self._reactor.seconds(), names)
        self._voices[play.voice] = voice
        loud = {
            name: min(gains[zone] for zone in zones) + self._softer_db(play)
            for name, zones in names.items()
        }
        changed = {z: round(loud[n], 1) for n, zones in names.items() for z in zones if loud[n]}
        said = self._said(play, clip, saying, changed)
        voice.archived = self._record(lambda archive: archive.began(said, clip, day))
        for name, zones in names.items():
            playback = Playback(
                id=name,
                zones=zones,
                clip=clip,
                saying=saying,
                gain_db=loud[name],
                duck=play.duck,
                chime=play.occasion.chime,
            )
            playing = self._loudspeakers.play(playback, said, day)
            playing.addCallback(self._over, play.voice, name, zones)

    def cut_off(self, voice_id: str, zones: Iterable[str]) -> None:
        """Silence it there."""
        voice = self._voices.get(voice_id)
        if voice is None:
            return
        wanted = set(zones)
        for name, reached in list(voice.playings.items()):
            if wanted & set(reached):
                self._loudspeakers.stop(name)

    def background(self, zones: Iterable[str], *, silent: bool) -> None:
        """Silence what is no announcement there, or have it again."""
        self._loudspeakers.hush(zones, silent=silent)

    def _over(self, how: How, voice_id: str, name: str, zones: tuple[str, ...]) -> None:
        voice = self._voices.get(voice_id)
        if voice is None or name not in voice.playings:
            return
        del voice.playings[name]
        voice.ends.append(_End(zones, how, self._heard_s(voice, how)))
        why = "" if how is not How.FAILED else "no loudspeaker played it"
        if not voice.playings:
            del self._voices[voice_id]
            self._close(voice, how)
        self._ended(Ended(voice_id, how, frozenset(zones), why))

    def _close(self, voice: _Voice, last: How) -> None:
        """Put on record how it ended: played, if it was heard to its end anywhere."""
        how = How.PLAYED if any(each.how is How.PLAYED for each in voice.ends) else last
        heard_s = self._heard_s(voice, how)
        why = "; ".join(_otherwise(each) for each in voice.ends if each.how is not how)
        if voice.archived:
            self._record(lambda archive: archive.ended(voice.play.voice, how, heard_s, why))

    def _heard_s(self, voice: _Voice, how: How) -> float:
        seconds = voice.clip.seconds
        if how is How.CUT_OFF:
            return min(seconds, self._reactor.seconds() - voice.began_s)
        return seconds if how is How.PLAYED else 0.0

    def _record(self, write: Callable[[Archive], None]) -> bool:
        if self._archive is None:
            return False
        try:
            write(self._archive)
        except DeviceError as error:
            self.not_archived += 1
            self._log.error("broadcast.not-archived", why=str(error))
            return False
        return True

    def _softer_db(self, play: Play) -> float:
        if not play.duck or self.volume >= 1:
            return 0.0
        return max(SOFTEST_DB, 20 * math.log10(max(self.volume, 1e-3)))

    @staticmethod
    def _said(play: Play, clip: Clip, saying: Saying, gains: dict[str, float]) -> Said:
        occasion = play.occasion
        about = (each.run_id for each in occasion.members or (occasion,))
        return Said(
            id=play.voice,
            key=occasion.key,
            kind=occasion.kind,
            zones=play.zones,
            begun_at=play.began_at,
            texts=saying.shown,
            run_ids=tuple(run_id for run_id in about if run_id is not None),
            engines=clip.engines,
            missing=clip.missing,
            gains=gains,
        )


def _otherwise(end: _End) -> str:
    """Return a sentence on zones in which a voice ended in another way than on the whole."""
    after = f" after {end.heard_s:.1f} s" if end.how is How.CUT_OFF else ""
    return f"{', '.join(end.zones)}: {end.how.value}{after}"


def _together(zones: tuple[str, ...], sinks: Iterable[frozenset[str]]) -> list[tuple[str, ...]]:
    """Return `zones` in parts that share no sink."""
    parts: list[set[str]] = [{zone} for zone in zones]
    for reached in sinks:
        shared = set(zones) if EVERY in reached else set(zones) & reached
        touched = [part for part in parts if part & shared]
        if len(touched) > 1:
            parts = [part for part in parts if part not in touched]
            parts.append(set().union(*touched))
    return [tuple(zone for zone in zones if zone in part) for part in parts]
