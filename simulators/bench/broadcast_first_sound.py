"""From what the scheduler is told to the first sound: the whole way inside the broadcast.

Law: a process of its own (``python -m simulators.bench.broadcast_first_sound SIZE``) with the real
scheduler, ledger, speech works, loudspeakers, archive and a real stream on loopback, in an idle
zone, with a chime before the words. Heard is the first packet that is not silent.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred, gatherResults

import station_config
from protocol.errors import DeviceError
from simulators.bench.broadcast_speech_run import Listener
from simulators.bench.figure import Figure
from station_config.load import load_station
from station_config.runtime.clocks import wall_clock
from station_config.runtime.process import run_reactor
from subsystems.broadcast import machine, manual
from subsystems.broadcast.ahead import Ahead
from subsystems.broadcast.driver import Driver, Hands
from subsystems.broadcast.events import Announce, Stop
from subsystems.broadcast.figures import Counts
from subsystems.broadcast.heard import Heard
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.places import StationZones
from subsystems.broadcast.sound_store import SoundStore
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.loudspeakers import Loudspeakers
from subsystems.broadcast.speech.settings import RtpSink, SpeechSettings
from subsystems.broadcast.speech.sinks import sinks_of
from subsystems.broadcast.speech.works import SpeechWorks
from subsystems.broadcast.vocabulary import spoken_languages, vocabulary_of
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.effects import Spoken
    from subsystems.broadcast.sounded import Sounded
    from subsystems.broadcast.speech.port import Clip

MODULE = "simulators.bench.broadcast_first_sound"
TELLS = {"small": 2, "default": 6, "nightly": 60}
HOST = "127.0.0.1"
LONGEST_S = 900
NEW_AIM_MS = 1000.0
CACHED_AIM_MS = 400.0
AHEAD_S = 2.0
"""Real seconds before it is due that a prepared announcement is known."""
MANY = 8
LATER_S = 50.0
"""Real seconds ahead of what is prepared meanwhile."""
PAUSE_S = 0.3
"""Real seconds after a voice was stopped: it fades."""


def figures(size: str) -> Iterator[Figure]:
    """Yield the figures.

    Args:
        size: ``small``, ``default`` or ``nightly``.

    Raises:
        DeviceError: it could not be measured here.
    """
    command = [sys.executable, "-m", MODULE, size]
    done = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")[-500:]
        raise DeviceError(f"first sounds could not be measured: {said}", where=MODULE)
    for line in done.stdout.splitlines():
        yield msgspec.json.decode(line, type=Figure)


@dataclass(frozen=True)
class Words:
    """What a person could have typed, in two languages; each number is another text."""

    number: int

    def text(self) -> dict[str, str]:
        """Return it."""
        n = self.number
        return {
            "zh": f"各位旅客请注意，持G{1000 + n}次车票的旅客，请到{n % 9 + 1}号检票口检票上车。",
            "en": f"Attention please. Passengers of train G{1000 + n}, go to gate {n % 9 + 1}.",
        }


class Measured:
    """The broadcast without its hub and its pages, and who listens."""

    def __init__(self, reactor: Reactor, log: FilteringBoundLogger, folder: Path) -> None:
        reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
        self.reactor = reactor
        self.station = station = load_station(reference)
        self.zone = station.announcement_zones[0].id
        self._started = (datetime.fromtimestamp(wall_clock(), UTC), reactor.seconds())
        self._names = 0
        self._over: Deferred[None] | None = None
        vocabulary = vocabulary_of(station)
        self.listener = Listener(reactor)
        stream = RtpSink(name="bench", zones=(self.zone,), address=HOST, port=self.listener.port)
        settings = SpeechSettings(sinks=(stream,))
        store = SoundStore(folder / "sounds")
        store.hang(station.announcements.chimes, station.directory)
        self.works = SpeechWorks(
            reactor,
            log,
            settings=settings,
            cache=folder / "cache",
            clips=store.folder,
            languages=spoken_languages(station),
        )
        chance = random.Random(6)  # noqa: S311 - repeatable
        self.speakers = Loudspeakers(reactor, log, sinks_of(reactor, settings, log, chance))
        self.archive = Archive(folder / "archive", keep_days=1)
        self.ledger = Ledger(folder / "ledger.sqlite", station.id, self._complain)
        hands = Hands(
            rules=lambda _source, _now, _told: (),
            words=lambda occasion: say(occasion, vocabulary),
            sound=Ahead(self._sound).sound,
            now=self.now,
            day=lambda at: at.astimezone(station.zone_info).date(),
            spoken=self._spoken,
            changed=lambda: None,
        )
        state = machine.initial(StationZones(station), 1.0)
        self.driver = Driver(reactor, state, hands, self.ledger, Counts(), log)
        self.driver.heard = Heard(reactor, self.speakers, self.archive, self.driver.happen, log)

    def now(self) -> datetime:
        """Return station time: real time, evenly."""
        at, mono_s = self._started
        return at + timedelta(seconds=self.reactor.seconds() - mono_s)

    async def run(self, count: int) -> list[Figure]:
        """Measure; return the figures."""
        self.driver.begin()
        starting = self.works.start()
        cold = await self._tell(Words(0))
        await starting
        numbers = range(1, count + 1)
        new = [await self._tell(Words(n)) for n in numbers]
        cached = [await self._tell(Words(n)) for n in numbers]
        ahead = [await self._tell(Words(1000 + n), ahead_s=AHEAD_S) for n in numbers[::2]]
        for n in range(MANY):
            self._announce(Words(2000 + n), LATER_S)
        busy = await self._tell(Words(3000))
        self.driver.stop()
        await gatherResults([self.speakers.close(), self.works.close()])
        self.ledger.close()
        self.archive.close()
        return [
            Figure(figure="told before the voices are started", value=1000 * cold, unit="ms"),
            *_percentiles("told to first sound, new text", new, NEW_AIM_MS),
            *_percentiles("told to first sound, cached", cached, CACHED_AIM_MS),
            Figure(
                figure=f"told to first sound, new text, while {MANY} others are prepared",
                value=1000 * busy,
                unit="ms",
            ),
            *_percentiles(f"due to first sound, told {AHEAD_S:g} s ahead", ahead, CACHED_AIM_MS),
        ]

    async def _tell(self, words: Words, ahead_s: float = 0.0) -> float:
        """Have a text spoken; return the seconds from when it is due to the first sound."""
        due_s = self.reactor.seconds() + ahead_s
        heard = self.listener.first_sound()
        key = self._announce(words, ahead_s)
        waited = await heard - due_s
        self._over = Deferred()
        self.driver.happen(Stop(key))
        await self._over
        pause: Deferred[None] = Deferred()
        self.reactor.callLater(PAUSE_S, pause.callback, None)
        await pause
        return waited

    def _announce(self, words: Words, ahead_s: float) -> str:
        """Tell the scheduler of a text; return its key."""
        self._names += 1
        ground = manual.Ground(
            zones=(self.zone,),
            languages=spoken_languages(self.station),
            chime=self.station.announcements.chimes[0].id,
        )
        now = self.now()
        asked = manual.Announce(
            zones=(self.zone,),
            text=words.text(),
            begins_at=now + timedelta(seconds=ahead_s) if ahead_s else None,
        )
        occasion = manual.make_occasion(asked, ground, f"bench-{self._names}", now)
        self.driver.happen(Announce(occasion))
        return occasion.key

    def _sound(self, saying: Any, chime: str, recording: str) -> Deferred[Clip]:  # noqa: ANN401
        return self.works.prepare(saying, chime, recording=recording)

    def _spoken(self, effect: Spoken, _sounded: Sounded) -> None:
        if effect.ended and self._over is not None:
            over, self._over = self._over, None
            over.callback(None)

    def _complain(self, what: str) -> None:
        raise DeviceError(what, where=MODULE)


def _percentiles(name: str, waited: list[float], aim: float) -> list[Figure]:
    worst = sorted(waited)[max(0, round(len(waited) * 0.95) - 1)]
    return [
        Figure(figure=f"{name}, median", value=1000 * median(waited), unit="ms", aim=aim),
        Figure(figure=f"{name}, 95 %", value=1000 * worst, unit="ms", aim=aim),
    ]


def main() -> int:
    """Measure, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="station-bench-") as folder:

        def start(reactor: Reactor, log: FilteringBoundLogger) -> Deferred[Any]:
            measured = Measured(reactor, log, Path(folder))
            done = Deferred.fromCoroutine(measured.run(TELLS[sys.argv[1]]))

            def tell(found: list[Figure]) -> None:
                for figure in found:
                    print(msgspec.json.encode(figure).decode(), flush=True)  # noqa: T201
                reactor.stop()

            return done.addCallback(tell)

        return run_reactor("bench-first-sound", start, quiet=True)


if __name__ == "__main__":
    sys.exit(main())
