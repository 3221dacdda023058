"""An RTP stream: amplifiers with a network port, and stock players, hear a zone.

Law: the only part of the stream that touches a socket. It never pauses: between announcements it
carries background or silence, so that players stay in. A packet that the system does not take is
counted; an address that refuses is told in `state`, for RTP is sent blindly.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed

from protocol.errors import DeviceError
from subsystems.broadcast.speech import rtp_packets as rtp
from subsystems.broadcast.speech.mixer import Mixer
from subsystems.broadcast.speech.pace import Pace
from subsystems.broadcast.speech.port import Ended, SinkState
from subsystems.broadcast.speech.turns import Turns
from subsystems.broadcast.speech.wav import read_pcm

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from subsystems.broadcast.speech.port import Playback
    from subsystems.broadcast.speech.settings import RtpSink

REPORT_S = 5.0
BACKGROUND_DB = -12.0
"""Background against announcements when nobody speaks."""
EXPEDITED = 46 << 2
"""DSCP EF: voice goes first in networks that care."""


class RtpSpeaker:
    """A stream that is sent from now until `close`.

    Args:
        reactor: its seconds are monotonic.
        settings: where to, and how.
        background: samples that are played in between, empty for silence.
        random: for SSRC and the first counters, which RFC 3550 wants unpredictable.
        wall: seconds since 1970, for reports.
        log: says when the network refuses.

    Raises:
        DeviceError: the address is none, or the system gives no socket.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        settings: RtpSink,
        *,
        background: bytes,
        random: Random,
        wall: Callable[[], float],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor, self._settings, self._wall, self._log = reactor, settings, wall, log
        self.name, self.zones = settings.name, frozenset(settings.zones)
        self._codec = rtp.CODECS[settings.codec]
        self._encoder = rtp.L16Encoder() if settings.codec == "L16" else rtp.PcmuEncoder()
        self._ssrc = random.getrandbits(32)
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self._socket, self._multicast = _open(settings)
        self._mixer = Mixer(rtp.FRAME, background, BACKGROUND_DB)
        self._turns = Turns(self._begin, lambda _playback: self._mixer.cut_off())
        self._how = Ended.PLAYED
        self._pace = Pace(reactor, rtp.FRAME_S, self._send, self._skip)
        self._report: Any = None
        self._marker = True
        self._why = ""
        self._packets = self._octets = self._refused = self._skipped = 0

    def start(self) -> None:
        """Begin to send."""
        self._pace.start()
        self._send_report()

    @property
    def sdp(self) -> str:
        """What a stock player opens."""
        source = self._settings.interface or "127.0.0.1"
        return rtp.sdp(
            self.name,
            self._codec,
            self._settings.address,
            self._settings.port,
            ttl=self._settings.ttl,
            source=source,
            multicast=self._multicast,
        )

    @property
    def state(self) -> SinkState:
        """Whether the last packet went out."""
        figures = {
            "packets": float(self._packets),
            "refused": float(self._refused),
            "skipped": float(self._skipped),
            "playing": float(self._turns.current is not None),
        }
        return SinkState(works=not self._why, why=self._why, figures=figures)

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Have it heard, after what is heard now."""
        return self._turns.play(playback)

    def stop(self, playback_id: str) -> None:
        """Fade it out."""
        current = self._turns.current
        if current is not None and current.id == playback_id:
            self._how = Ended.CUT_OFF
        self._turns.stop(playback_id)

    def hush(self, *, silent: bool) -> None:
        """Silence its background, or have it again."""
        self._mixer.hushed = silent

    def close(self) -> Deferred[None]:
        """Say goodbye to those who listen, and end."""
        self._pace.stop()
        if self._report is not None:
            self._report.cancel()
            self._report = None
        self._control(rtp.bye(self._ssrc))
        self._socket.close()
        self._turns.end_all(Ended.CUT_OFF)
        return succeed(None)

    def _begin(self, playback: Playback) -> None:
        self._how = Ended.PLAYED
        try:
            pcm = read_pcm(playback.clip.path)
        except DeviceError as error:
            self._log.error("speech.rtp-no-clip", sink=self.name, why=str(error))
            self._reactor.callLater(0, self._turns.ended, Ended.FAILED)
            return
        self._mixer.begin(pcm, gain_db=playback.gain_db, duck=playback.duck)

    def _send(self) -> None:
        speaking = self._mixer.speaking
        payload = self._encoder.encode(self._mixer.next_frame())
        packet = rtp.packet(
            self._codec, self._sequence, self._timestamp, self._ssrc, payload, marker=self._marker
        )
        self._marker = False
        self._sequence += 1
        self._timestamp += self._codec.ticks
        if self._put(packet, self._settings.port):
            self._packets += 1
            self._octets += len(payload)
        if speaking and not self._mixer.speaking:
            self._turns.ended(self._how if not self._why else Ended.FAILED)

    def _skip(self, frames: int) -> None:
        self._timestamp += frames * self._codec.ticks
        self._skipped += frames
        self._marker = True

    def _send_report(self) -> None:
        self._report = self._reactor.callLater(REPORT_S, self._send_report)
        report = rtp.sender_report(
            self._ssrc, self._wall(), self._timestamp, self._packets, self._octets
        )
        self._control(report + rtp.description(self._ssrc, f"{self.name}@station"))

    def _control(self, packet: bytes) -> None:
        self._put(packet, self._settings.port + 1, of_audio=False)

    def _put(self, packet: bytes, port: int, *, of_audio: bool = True) -> bool:
        try:
            self._socket.sendto(packet, (self._settings.address, port))
        except ConnectionRefusedError:
            # One host, and nobody listens there now: nothing is wrong with us, and it may come.
            return of_audio
        except OSError as error:
            if of_audio:
                self._refused += 1
                self._complain(error.strerror or str(error))
            return False
        if of_audio and self._why:
            self._log.info("speech.rtp-sends-again", sink=self.name)
            self._why = ""
        return True

    def _complain(self, why: str) -> None:
        if not self._why:
            self._log.error("speech.rtp-refused", sink=self.name, why=why)
        self._why = f"{self._settings.address}: {why}"


def _open(settings: RtpSink) -> tuple[socket.socket, bool]:
    where = f"sinks.{settings.name}"
    try:
        address = ipaddress.IPv4Address(settings.address)
    except ValueError as error:
        raise DeviceError(f"{settings.address!r} is no IPv4 address", where=where) from error
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, settings.ttl)
        if settings.interface:
            own = socket.inet_aton(settings.interface)
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    except OSError as error:
        raise DeviceError(f"no socket: {error}", where=where) from error
    return opened, address.is_multicast
