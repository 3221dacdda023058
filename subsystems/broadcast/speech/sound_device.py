"""A sound card, through the program ``aplay``: one process an announcement.

Law: the only place that starts it. Samples are written at the pace of playing, little ahead, so
that what is cut off is silent soon; whether the card took them, the program's end says. No program
and no card are told, never taken for silence. It carries no background: between announcements
there is no program, for one that ran on would fall behind the card's own oscillator, or run ahead.

aplay is Debian's (alsa-utils). PortAudio was weighed: its wheel for Linux lacks the library itself,
so it would need a Debian package as well, and lives in the process that it can take down.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from protocol.errors import DeviceError
from subsystems.broadcast.speech.mixer import Mixer
from subsystems.broadcast.speech.pace import Pace
from subsystems.broadcast.speech.port import RATE, Ended, SinkState
from subsystems.broadcast.speech.rtp_packets import FRAME, FRAME_S
from subsystems.broadcast.speech.turns import Turns
from subsystems.broadcast.speech.wav import read_pcm

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.speech.port import Playback
    from subsystems.broadcast.speech.settings import SoundDeviceSink

BUFFER_S = 0.2
"""What the card holds: what is cut off is heard for so much longer."""
GRACE_S = 3.0
"""Real seconds that the program may take to end after its last sample."""


class SoundDeviceSpeaker:
    """A card of this machine.

    Args:
        reactor: must handle SIGCHLD.
        settings: which card.
        log: says what the program says.
        program: ``aplay``, "" if it is not installed.
    """

    def __init__(
        self,
        reactor: Reactor,
        settings: SoundDeviceSink,
        log: FilteringBoundLogger,
        program: str | None = None,
    ) -> None:
        self._reactor, self._settings, self._log = reactor, settings, log
        self.name, self.zones = settings.name, frozenset(settings.zones)
        self._program = (shutil.which("aplay") or "") if program is None else program
        self._why = "" if self._program else "aplay is not installed (Debian: alsa-utils)"
        self._turns = Turns(self._begin, lambda _playback: self._mixer.cut_off())
        self._mixer = Mixer(FRAME)
        self._pace = Pace(reactor, FRAME_S, self._send, lambda _frames: None)
        self._process: _Aplay | None = None
        self._how = Ended.PLAYED
        self._timer: Any = None
        self._played = self._failed = 0
        self._closing: Deferred[None] | None = None

    @property
    def state(self) -> SinkState:
        """Whether the last announcement came out."""
        figures = {"played": float(self._played), "failed": float(self._failed)}
        return SinkState(works=not self._why, why=self._why, figures=figures)

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Play it, after what is played now."""
        return self._turns.play(playback)

    def stop(self, playback_id: str) -> None:
        """Fade it out."""
        current = self._turns.current
        if current is not None and current.id == playback_id:
            self._how = Ended.CUT_OFF
        self._turns.stop(playback_id)

    def hush(self, *, silent: bool) -> None:
        """It has no background."""

    def close(self) -> Deferred[None]:
        """Be silent and give the card back."""
        self._turns.end_all(Ended.CUT_OFF)
        self._pace.stop()
        if self._process is None:
            return succeed(None)
        self._closing = Deferred()
        self._process.kill()
        return self._closing

    def _begin(self, playback: Playback) -> None:
        self._how = Ended.PLAYED
        try:
            if not self._program:
                raise DeviceError(self._why)  # noqa: TRY301 - one way out
            pcm = read_pcm(playback.clip.path)
            self._process = _Aplay(self._over)
            self._reactor.spawnProcess(self._process, self._program, self._argv(), env=None)
        except (DeviceError, OSError) as error:
            self._fail(str(error))
            self._reactor.callLater(0, self._turns.ended, Ended.FAILED)
            return
        self._mixer.begin(pcm, gain_db=playback.gain_db)
        for _ in range(round(BUFFER_S / 2 / FRAME_S)):
            self._send_one()
        self._pace.start()

    def _argv(self) -> list[str]:
        kind = ["-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1"]
        buffer = f"--buffer-time={round(BUFFER_S * 1e6)}"
        return [self._program, "-q", "-D", self._settings.device, *kind, buffer, "-"]

    def _send(self) -> None:
        if self._mixer.speaking:
            self._send_one()
            return
        self._pace.stop()
        if self._process is not None:
            self._process.transport.closeStdin()
            self._timer = self._reactor.callLater(GRACE_S, self._process.kill)

    def _send_one(self) -> None:
        if self._process is not None:
            self._process.transport.write(self._mixer.next_frame())

    def _over(self, code: int | None, said: str) -> None:
        self._process = None
        self._pace.stop()
        self._mixer = Mixer(FRAME)
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._closing is not None:
            self._closing.callback(None)
            return
        if code == 0:
            self._why = ""
            self._played += 1
        else:
            self._fail(said or f"aplay ended with {code}")
        if self._turns.current is not None:
            self._turns.ended(self._how if code == 0 else Ended.FAILED)

    def _fail(self, why: str) -> None:
        self._failed += 1
        self._why = f"{self._settings.device}: {why}"
        self._log.error("speech.sound-device", sink=self.name, why=why)


class _Aplay(ProcessProtocol):
    """The program."""

    transport: Any

    def __init__(self, on_over: Any) -> None:  # noqa: ANN401 - a callable
        self._on_over = on_over
        self._said = b""

    def errReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._said = (self._said + data)[-1000:]

    def kill(self) -> None:
        with suppress(ProcessExitedAlready):
            self.transport.signalProcess("KILL")

    def processEnded(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        said = self._said.decode("utf-8", "replace").strip().splitlines()
        self._on_over(getattr(reason.value, "exitCode", None), said[-1] if said else "")
