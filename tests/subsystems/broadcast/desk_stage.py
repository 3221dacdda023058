"""A desk at the first station, over a driver whose voices end when the test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from subsystems.broadcast.crisis import Crisis
from subsystems.broadcast.desk import Desk, Means
from subsystems.broadcast.driver import Driver, Hands
from subsystems.broadcast.events import Ended
from subsystems.broadcast.figures import Counts
from subsystems.broadcast.kept import Kept, Mutes, Readings
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.machine import initial
from subsystems.broadcast.places import StationZones
from subsystems.broadcast.sound_store import SoundStore
from subsystems.broadcast.speech.port import Clip
from subsystems.broadcast.speech.port import Ended as How
from subsystems.broadcast.wording import say
from subsystems.broadcast.words_desk import WordsDesk

AT = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


class DeskStage:
    """Everything that a person can reach."""

    def __init__(self, folder, station, vocabulary):
        self.reactor = Clock()
        self.station = station
        self.voices = {}
        self.sounds = []
        self.silent = set()
        self.names = iter(f"n{n}" for n in range(1000))
        complain = [].append
        hands = Hands(
            rules=lambda *_: (),
            words=lambda occasion: say(occasion, self.words.vocabulary),
            sound=self.sound,
            now=self.now,
            day=lambda at: at.date(),
            spoken=lambda *_: None,
            changed=lambda: None,
        )
        self.driver = Driver(
            self.reactor,
            initial(StationZones(station)),
            hands,
            Ledger(folder / "ledger.sqlite", station.id, complain),
            Counts(),
            structlog.get_logger(),
        )
        self.driver.heard = self
        self.means = Means(
            station=station,
            driver=self.driver,
            sound=self.sound,
            store=SoundStore(folder / "sounds"),
            mutes=Kept(folder / "mutes.json", Mutes(), complain),
            readings=Kept(folder / "readings.json", Readings(), complain),
            now=self.now,
            seconds=self.reactor.seconds,
            name=lambda: next(self.names),
            log=structlog.get_logger(),
        )
        self.words = WordsDesk(self.means, vocabulary)
        self.desk = Desk(self.means)
        self.crisis = Crisis(self.means)
        self.driver.begin()

    def now(self):
        return AT + timedelta(seconds=self.reactor.seconds())

    def sound(self, saying, chime, recording, _urgent=True):  # noqa: FBT002 - as `Hands` has it
        self.sounds.append((saying, chime, recording))
        return succeed(Clip("x.wav", 5.0, "ab" * 32, ("espeak-ng",)))

    # -- the port of the voices

    def play(self, play, _clip, _saying, _day):
        self.voices[play.voice] = play

    def cut_off(self, voice, zones):
        self.driver.happen(Ended(voice, How.CUT_OFF, frozenset(zones)))

    def background(self, zones, *, silent):
        (self.silent.update if silent else self.silent.difference_update)(zones)

    # -- what tests ask

    def heard(self, kind=None):
        """Return the voices that are heard now: zones by key."""
        live = self.driver.state.voices.values()
        return {
            v.play.occasion.key: tuple(z for z in v.play.zones if z in v.live)
            for v in live
            if v.live and kind in {None, v.play.occasion.kind}
        }

    def pass_time(self, seconds):
        for _ in range(seconds):
            self.reactor.advance(1)
            self.crisis.each_second()
            self.desk.obey_mutes()
