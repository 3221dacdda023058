"""``python -m simulators.bench.broadcast_sounds FOLDER``: one sound file of each kind to listen to.

Law: the works as they are in operation, with the words of the reference station; nothing is made
nicer. Beside the files a table: lengths, loudness and true peak as ffmpeg measures them, not we.
Needs Debian's ffmpeg and sox.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

import station_config
from protocol.errors import OperatorError
from station_config.load import load_station
from station_config.runtime.process import run_reactor
from subsystems.broadcast.model import Kind, Occasion, Priority, Saying
from subsystems.broadcast.samples import part_of, samples_of
from subsystems.broadcast.speech.settings import SpeechSettings
from subsystems.broadcast.speech.works import SpeechWorks
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from station_config.model import Station
    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.speech.port import Clip

LANGUAGES = ("zh", "en")
CHIMES = {
    Kind.PLATFORM_CHANGE: "change",
    Kind.GATE_CHANGE: "change",
    Kind.CANCELLATION: "change",
    Kind.EMERGENCY: "emergency",
    Kind.STAND_BACK: "change",
}
PICTURED = (Kind.CHECK_IN_OPEN, Kind.PLATFORM_CHANGE, Kind.EMERGENCY)
BITRATE = "14k"
_FIGURES = {
    "lufs": re.compile(r"I:\s+(-?[\d.]+) LUFS"),
    "range": re.compile(r"LRA:\s+(-?[\d.]+) LU"),
    "peak": re.compile(r"Peak:\s+(-?[\d.]+) dBFS"),
}
NOTICE = {
    "zh": "第二候车室的空调正在维修，请旅客朋友们到第一候车室候车。",
    "en": "The air conditioning of waiting room 2 is being repaired. Please use waiting room 1.",
}
HEAD = """| kind | s | LUFS | range, LU | true peak, dBTP | engines | what is said |
|---|---|---|---|---|---|---|"""


def one_of_each() -> dict[Kind, Saying]:
    """Return the first sample of each kind, in the languages that are spoken."""
    reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
    station = load_station(reference)
    vocabulary = vocabulary_of(station)
    found: dict[Kind, Saying] = {}
    for sample in samples_of(station, vocabulary):
        parts = [part_of(sample, language, vocabulary) for language in LANGUAGES]
        if all(parts):
            found.setdefault(sample.kind, Saying(tuple(part for part in parts if part)))
    for prepared in station.announcements.prepared[:1]:
        for kind, texts in ((Kind.EMERGENCY, prepared.texts), (Kind.NOTICE, NOTICE)):
            found[kind] = say(_typed(kind, texts, station), vocabulary)
    return found


def _typed(kind: Kind, texts: dict[str, str], station: Station) -> Occasion:
    """Return what a person has said."""
    start = datetime(2021, 1, 1, tzinfo=station.zone_info)
    return Occasion(
        key=kind,
        kind=kind,
        priority=Priority.MANUAL,
        zones=(),
        languages=LANGUAGES,
        due=start,
        latest=start,
        text=texts,
    )


def write(program: str, kind: Kind, saying: Saying, clip: Clip, folder: Path) -> str:
    """Write the file of one kind; return its row of the table."""
    base = [program, "-nostdin", "-hide_banner", "-i", str(clip.path)]
    opus = ["-c:a", "libopus", "-b:a", BITRATE, "-application", "voip"]
    _run([*base, *opus, "-y", str(folder / f"{kind}.ogg")])
    if kind in PICTURED:
        size = ["-x", "720", "-y", "129", "-z", "80", "-o", str(folder / f"{kind}.png")]
        _run([shutil.which("sox") or "sox", str(clip.path), "-n", "spectrogram", *size])
    said = _run([*base, "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
    figures = {name: pattern.findall(said)[-1] for name, pattern in _FIGURES.items()}
    words = "<br>".join(text.replace("|", "/") for text in saying.shown.values())
    numbers = f"{clip.seconds:.1f} | {figures['lufs']} | {figures['range']} | {figures['peak']}"
    return f"| [{kind}]({kind}.ogg) | {numbers} | {', '.join(clip.engines)} | {words} |"


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise OperatorError("is not installed", where=command[0]) from error
    if done.returncode:
        raise OperatorError(done.stderr[-300:], where=command[0])
    return done.stderr


async def make(reactor: Reactor, log: FilteringBoundLogger, folder: Path, cache: Path) -> None:
    """Make all of them, and the table."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise OperatorError("ffmpeg is not installed")
    works = SpeechWorks(reactor, log, settings=SpeechSettings(), cache=cache)
    await works.start()
    rows = [HEAD]
    for kind, saying in one_of_each().items():
        clip = await works.prepare(saying, CHIMES.get(kind, "chime"))
        rows.append(write(program, kind, saying, clip, folder))
    (folder / "README.md").write_text(
        "\n".join([*INTRODUCTION, *rows, *PICTURES]), encoding="utf-8"
    )
    await works.close()


INTRODUCTION = (
    "# What the station says, to listen to",
    "",
    "Made by `python -m simulators.bench.broadcast_sounds docs/speech`: one announcement of each",
    "kind, Chinese and English, as loudspeakers get it but for the compression of these files",
    f"(Opus, {BITRATE}bit/s). Loudness and peaks are ffmpeg's (EBU R 128), measured before it.",
    "See [speech](../speech.md) for what is done, and what a listener would complain about.",
    "",
)
PICTURES = (
    "",
    "## Spectrograms (0 to 8 kHz, 80 dB)",
    "",
    *(f"{kind.capitalize().replace('-', ' ')} ![{kind}]({kind}.png)" for kind in PICTURED),
    "",
)


def main() -> int:
    """Make them in the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="station-sounds-") as cache:

        def start(reactor: Reactor, log: FilteringBoundLogger) -> Deferred[Any]:
            done = Deferred.fromCoroutine(make(reactor, log, folder, Path(cache)))
            return done.addCallback(lambda _none: reactor.stop())

        return run_reactor("sounds", start)


if __name__ == "__main__":
    sys.exit(main())
