"""The time server's socket.

Law: carries out; what is answered is `sntp`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import DatagramProtocol

from protocol.errors import OperatorError
from protocol.times import to_unix
from subsystems.clock.sntp import Patience, answer, kiss, read_request, standing

if TYPE_CHECKING:
    from subsystems.clock.options import ClockOptions
    from subsystems.clock.sntp import Standing
    from subsystems.clock.told_time import Time


class TimeServer(DatagramProtocol):
    """Answers clients of NTP.

    Args:
        reactor: UDP and monotonic seconds.
        time: what is told.
        options: where it listens.

    Attributes:
        answered: requests.
        refused: requests of clients that ask too often.
        ignored: datagrams that were no requests.
    """

    def __init__(self, reactor: Any, time: Time, options: ClockOptions) -> None:  # noqa: ANN401 - see kit.service.Parts
        self._reactor = reactor
        self._time = time
        self._options = options
        self._patience = Patience()
        self._port: Any = None
        self.answered = self.refused = self.ignored = 0
        self.transport: Any = None

    @property
    def port(self) -> int | None:
        """Where it listens, None: nowhere."""
        return None if self._port is None else self._port.getHost().port

    def start(self) -> None:
        """Listen.

        Raises:
            OperatorError: the port is taken or not allowed.
        """
        port, host = self._options.sntp_port, self._options.sntp_host
        assert port is not None  # noqa: S101 - else there is no server
        try:
            self._port = self._reactor.listenUDP(port, self, interface=host)
        except CannotListenError as error:
            reason = getattr(error.socketError, "strerror", None) or str(error.socketError)
            message = f"cannot listen on UDP port {port}: {reason}"
            raise OperatorError(message, where="subsystems.clock.options.sntp_port") from error

    def stop(self) -> Any:  # noqa: ANN401 - a Deferred or None
        """Listen no more."""
        return None if self._port is None else self._port.stopListening()

    def standing(self) -> Standing:
        """Return what clients are told of how the time is known."""
        now = to_unix(self._time.now())
        local = self._options.local_stratum
        return standing(self._time.quality(), now, rate=self._time.rate, local_stratum=local)

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:  # noqa: N802 - Twisted's
        """Answer, or not."""
        received = to_unix(self._time.now())
        asked = read_request(datagram)
        if asked is None or self._time.quality().leap_second:
            self.ignored += 1
            return
        may = self._patience.ask(addr[0], self._reactor.seconds())
        if may:
            self.answered += 1
            told = answer(asked, self.standing(), received, to_unix(self._time.now()))
            self.transport.write(told, addr)
            return
        self.refused += 1
        if may is not None:
            self.transport.write(kiss(asked, b"RATE"), addr)
