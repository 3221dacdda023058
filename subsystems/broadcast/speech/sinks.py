"""The sinks that settings name are put together.

Law: wiring. A sink that cannot be opened does not keep the others from being heard: it stands in
the list, does not work, and says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from twisted.internet.defer import Deferred, succeed

from protocol.errors import DeviceError
from station_config.runtime.clocks import wall_clock
from subsystems.broadcast.speech.browser import BrowserSpeaker
from subsystems.broadcast.speech.chips.speaker import ChipSpeaker
from subsystems.broadcast.speech.port import Ended, SinkState
from subsystems.broadcast.speech.rtp import RtpSpeaker
from subsystems.broadcast.speech.settings import BrowserSink, ChipSink, RtpSink, SoundDeviceSink
from subsystems.broadcast.speech.sound_device import SoundDeviceSpeaker
from subsystems.broadcast.speech.wav import read_pcm

if TYPE_CHECKING:
    from random import Random

    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.speech.port import Playback, Sink
    from subsystems.broadcast.speech.settings import SinkSettings, SpeechSettings


class BrokenSpeaker:
    """A sink that could not be opened.

    Args:
        settings: of the sink.
        why: a sentence.
    """

    def __init__(self, settings: SinkSettings, why: str) -> None:
        self.name, self.zones = settings.name, frozenset(settings.zones)
        self.state = SinkState(works=False, why=why)

    def play(self, _playback: Playback) -> Deferred[Ended]:
        """Fail."""
        return succeed(Ended.FAILED)

    def stop(self, _playback_id: str) -> None:
        """Nothing is heard."""

    def hush(self, *, silent: bool) -> None:
        """Nothing is heard."""

    def close(self) -> Deferred[None]:
        """Nothing was opened."""
        return succeed(None)


def sinks_of(
    reactor: Reactor, settings: SpeechSettings, log: FilteringBoundLogger, random: Random
) -> tuple[Sink, ...]:
    """Return the station's sinks; streams are sent from now on.

    Args:
        reactor: for all of them.
        settings: name them.
        log: says which could not be opened.
        random: for identifiers of streams.
    """
    sinks: list[Sink] = []
    for each in settings.sinks:
        try:
            sinks.append(_make(reactor, each, log, random))
        except DeviceError as error:
            log.error("speech.no-sink", sink=each.name, why=str(error))  # noqa: TRY400 - expected
            sinks.append(BrokenSpeaker(each, error.message))
    return tuple(sinks)


def _make(
    reactor: Reactor, settings: SinkSettings, log: FilteringBoundLogger, random: Random
) -> Sink:
    match settings:
        case BrowserSink():
            return BrowserSpeaker(reactor, settings.name, frozenset(settings.zones))
        case SoundDeviceSink():
            return SoundDeviceSpeaker(reactor, settings, log)
        case ChipSink():
            chip = ChipSpeaker(reactor, settings, log)
            chip.start()
            return chip
        case RtpSink():
            background = read_pcm(Path(settings.background)) if settings.background else b""
            stream = RtpSpeaker(
                reactor, settings, background=background, random=random, wall=wall_clock, log=log
            )
            stream.start()
            return stream
        case _:
            assert_never(settings)
