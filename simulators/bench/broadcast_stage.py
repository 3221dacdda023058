"""A day's announcements by the station's own rules and words, on a stage without loudspeakers.

Law: the rules, the words and the scheduler are those of the subsystem; how long a voice lasts is
counted from its words (`spoken_s`), as no sound is made. Real seconds and station seconds are the
same here unless a rate says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from subsystems.broadcast.effects import Dropped, Effect, Remember
from subsystems.broadcast.events import Awake
from subsystems.broadcast.machine import initial
from subsystems.broadcast.occasions import occasions, station_occasions
from subsystems.broadcast.places import StationZones
from subsystems.broadcast.records import Past
from subsystems.broadcast.rehearsal import Rehearsal
from subsystems.broadcast.state import HORIZON
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from simulators.bench.broadcast_day import Changed
    from station_config.model import Station
    from subsystems.broadcast.model import Occasion, Saying, Told

CHIME_S = 1.0
SILENCE_S = 1.0
"""Chime and final silence of a clip."""
PER_CHARACTER_S = 0.22
"""Mandarin: about 4.5 syllables a second, as station announcers speak."""
PER_WORD_S = 0.36
"""English and others: about 165 words a minute."""
PAUSE_S = 0.35
"""After each sentence."""


def spoken_s(saying: Saying, chime: str) -> float:
    """Return how many seconds `saying` takes, by its words."""
    seconds = SILENCE_S + (CHIME_S if chime else 0.0)
    for part in saying.parts:
        for segment in part.segments:
            words = segment.text.split()
            if part.language == "zh":
                seconds += PER_CHARACTER_S * sum(map(len, words))
            else:
                seconds += PER_WORD_S * len(words)
            seconds += PAUSE_S
    return seconds


@dataclass
class DayStage:
    """The stage, and all that was heard on it.

    Args:
        station: whose rules and zones.
        start: station time at second 0.
        rate: station seconds per real second.

    Attributes:
        runs: as the hub published them last.
        past: what was spoken or dropped.
        dropped: what was not spoken.
    """

    station: Station
    start: Instant
    rate: float = 1.0
    past: list[Past] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Wake the scheduler."""
        self.runs: dict[str, Run] = {}
        self._vocabulary = vocabulary_of(self.station)
        self._lengths: dict[tuple[str, str], float] = {}
        self.stage = Rehearsal(
            state=initial(StationZones(self.station), self.rate),
            origin=self.start,
            rules=self._rules,
            length=self.length,
            heard=self._hear,
        )
        self.stage.happen(Awake())

    def play(self, changes: Iterable[Changed]) -> None:
        """Let the runs change as the hub says, and time go on."""
        for change in changes:
            self.stage.until((change.at - self.start).total_seconds() / self.rate)
            for run_id, run in change.runs.items():
                if run is None:
                    self.runs.pop(run_id, None)
                else:
                    self.runs[run_id] = run
            self.stage.tell(*change.runs)

    def length(self, occasion: Occasion) -> float:
        """Return how long `occasion` takes to say."""
        name = (occasion.key, occasion.content)
        if name not in self._lengths:
            self._lengths[name] = spoken_s(say(occasion, self._vocabulary), occasion.chime)
        return self._lengths[name]

    def _rules(self, source: str, now: Instant, told: Mapping[str, Told]) -> tuple[Occasion, ...]:
        own = self.station.announcements
        if not source:
            return station_occasions(own, self.station, now, HORIZON * 2)
        run = self.runs.get(source)
        return () if run is None else occasions(run, own, self.station, now, told=told)

    def _hear(self, effect: Effect) -> None:
        if isinstance(effect, Remember) and isinstance(effect.record, Past):
            self.past.append(effect.record)
        elif isinstance(effect, Dropped):
            self.dropped.append(effect)
