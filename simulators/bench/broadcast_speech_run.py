"""Speech measured from inside: ``python -m simulators.bench.broadcast_speech_run SIZE``.

Law: one process with the real works, the real voice and a real stream on loopback; it prints its
figures, one JSON object a line, and ends. It stands for the broadcast's own process, so its memory
is told before and after it has spoken.
"""

from __future__ import annotations

import random
import socket
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
from twisted.internet.defer import Deferred

import station_config
from simulators.bench.figure import Figure
from station_config.load import load_station
from station_config.runtime.process import run_reactor
from subsystems.broadcast.model import Saying
from subsystems.broadcast.samples import part_of, samples_of
from subsystems.broadcast.speech.port import Playback
from subsystems.broadcast.speech.rtp import RtpSpeaker
from subsystems.broadcast.speech.settings import RtpSink, SpeechSettings
from subsystems.broadcast.speech.works import SpeechWorks
from subsystems.broadcast.vocabulary import vocabulary_of

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.speech.port import Clip

TELLS = {"small": 8, "default": 16, "nightly": 120}
HOST = "127.0.0.1"
LISTEN_S = 3.0
NEW_AIM_MS = 1000.0
CACHED_AIM_MS = 400.0
REAL_TIME_AIM = 0.05
MEMORY_AIM_MB = 30.0
MEGABYTE = 1 << 20


def sayings(count: int) -> list[Saying]:
    """Return announcements of the reference station, each other words, all of its languages."""
    reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
    station = load_station(reference)
    vocabulary = vocabulary_of(station)
    made = []
    for sample in samples_of(station, vocabulary):
        parts = [part_of(sample, language, vocabulary) for language in ("zh", "en")]
        made.append(Saying(tuple(part for part in parts if part is not None)))
    chosen = random.Random(6)  # noqa: S311 - repeatable
    chosen.shuffle(made)
    return (made * (count // len(made) + 1))[:count]


class Listener:
    """Takes the packets of a stream, in the reactor, and knows when a sound was in one."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._heard: Deferred[float] | None = None
        reactor.callLater(0, self._look)

    def first_sound(self) -> Deferred[float]:
        """Fire at the next packet that is not silent."""
        self._heard = Deferred()
        return self._heard

    def _look(self) -> None:
        self._reactor.callLater(0.002, self._look)
        while True:
            try:
                packet = self._socket.recv(2000)
            except BlockingIOError:
                return
            if any(packet[12:]) and self._heard is not None:
                heard, self._heard = self._heard, None
                heard.callback(self._reactor.seconds())


class Measured:
    """The measurement."""

    def __init__(
        self, reactor: Reactor, log: FilteringBoundLogger, folder: Path, count: int
    ) -> None:
        self.reactor = reactor
        self.sayings = sayings(count)
        self.before = memory()
        self.works = SpeechWorks(reactor, log, settings=SpeechSettings(), cache=folder)
        self.listener = Listener(reactor)
        sink = RtpSink(name="bench", zones=("a",), address=HOST, port=self.listener.port)
        self.stream = RtpSpeaker(
            reactor,
            sink,
            background=b"",
            random=random.Random(6),  # noqa: S311 - repeatable
            wall=lambda: 0.0,
            log=log,
        )

    async def run(self) -> list[Figure]:
        """Measure; return the figures."""
        await self.works.start()
        self.stream.start()
        await self._tell(self.sayings[:1])
        cpu = self._cpu()
        new, clips = await self._tell(self.sayings[1:])
        cpu = self._cpu() - cpu
        cached, _ = await self._tell(self.sayings[1:])
        seconds = sum(clip.seconds for clip in clips)
        figures = [
            *_percentiles("speech: asked to first sound, new text", new, NEW_AIM_MS),
            *_percentiles("speech: asked to first sound, cached", cached, CACHED_AIM_MS),
            Figure(
                figure="speech: processor time per second of sound, new text",
                value=cpu / seconds,
                unit="ratio",
                aim=REAL_TIME_AIM,
            ),
            Figure(
                figure="speech: seconds of sound made", value=seconds, unit="s", better="higher"
            ),
        ]
        figures += await self._streaming(clips[0])
        figures += self._memory()
        await self.stream.close()
        await self.works.close()
        return figures

    async def _tell(self, told: list[Saying]) -> tuple[list[float], list[Clip]]:
        """Have each made and played; return the seconds until it was heard."""
        waited, clips = [], []
        for number, saying in enumerate(told):
            began = self.reactor.seconds()
            clip = await self.works.prepare(saying)
            heard = self.listener.first_sound()
            over = self.stream.play(Playback(str(number), ("a",), clip, saying))
            waited.append(await heard - began)
            self.stream.stop(str(number))
            await over
            clips.append(clip)
        return waited, clips

    async def _streaming(self, clip: Clip) -> list[Figure]:
        figures = []
        for what in ("silent", "speaking"):
            if what == "speaking":
                over = self.stream.play(Playback("x", ("a",), clip, self.sayings[0]))
            began = time.process_time()
            await self._sleep(LISTEN_S)
            used = (time.process_time() - began) / LISTEN_S
            name = f"speech: processor time of a stream that is {what}"
            figures.append(Figure(figure=name, value=100 * used, unit="%"))
        self.stream.stop("x")
        await over
        return figures

    def _memory(self) -> list[Figure]:
        nursery = psutil.Process(self.works.nursery_pid or 0).memory_info().rss / MEGABYTE
        loaded = {"numpy", "pyttsx3", "soundfile", "scipy"} & set(sys.modules)
        return [
            Figure(
                figure="speech: memory that speaking adds to the broadcast's process",
                value=memory() - self.before,
                unit="MB",
                aim=MEMORY_AIM_MB,
            ),
            Figure(figure="speech: memory of the nursery", value=nursery, unit="MB"),
            Figure(
                figure="speech: sound libraries in the broadcast's process",
                value=len(loaded),
                unit="libraries",
                aim=0,
            ),
        ]

    def _cpu(self) -> float:
        """Return processor seconds of the nursery and of all children so far."""
        times = psutil.Process(self.works.nursery_pid or 0).cpu_times()
        own: float = times.user + times.system
        children: float = times.children_user + times.children_system
        return own + children

    def _sleep(self, seconds: float) -> Deferred[None]:
        slept: Deferred[None] = Deferred()
        self.reactor.callLater(seconds, slept.callback, None)
        return slept


def memory() -> float:
    """Return the resident memory of this process in MB."""
    resident: float = psutil.Process().memory_info().rss / MEGABYTE
    return resident


def _percentiles(name: str, waited: list[float], aim: float) -> list[Figure]:
    worst = sorted(waited)[max(0, round(len(waited) * 0.95) - 1)]
    return [
        Figure(figure=f"{name}, median", value=1000 * median(waited), unit="ms", aim=aim),
        Figure(figure=f"{name}, 95 %", value=1000 * worst, unit="ms", aim=aim),
    ]


def main() -> int:
    """Measure, and print the figures."""
    count = TELLS[sys.argv[1]] + 1
    with tempfile.TemporaryDirectory(prefix="station-bench-") as folder:

        def start(reactor: Reactor, log: FilteringBoundLogger) -> Deferred[Any]:
            measured = Measured(reactor, log, Path(folder), count)
            done = Deferred.fromCoroutine(measured.run())

            def tell(figures: list[Figure]) -> None:
                for figure in figures:
                    print(msgspec.json.encode(figure).decode(), flush=True)  # noqa: T201
                reactor.stop()

            return done.addCallback(tell)

        return run_reactor("bench-speech", start, quiet=True)


if __name__ == "__main__":
    sys.exit(main())
