"""A serial line to slave clocks: a telegram at the beginning of every second.

Law: carries out; what a telegram looks like is the codecs'. A simulated second may be shorter than
a telegram: then the line tells the seconds that it has room for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from one_way_feed.port import SendingPort
from protocol.errors import OperatorError
from protocol.times import to_unix
from station_config.runtime.timekeeping import meinberg, telegram
from station_config.runtime.timekeeping.meinberg import MeinbergString, encode_meinberg
from station_config.runtime.timekeeping.quality import Quality
from station_config.runtime.timekeeping.telegram import Telegram, encode_telegram

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from subsystems.clock.options import SlaveLineOptions
    from subsystems.clock.told_time import Time

EARLY_S = 0.0005
"""A timer that fires so much too early has met its second."""
LEAP_LOOK_S = 0.02
BAUDS = {"telegram": telegram.BAUD, "meinberg": meinberg.BAUD}


class SlaveLine:
    """Tells the time on a serial line, once a second.

    Args:
        reactor: timers and descriptors.
        time: what is told.
        options: of the line.
        log: of the process.

    Attributes:
        sent: telegrams.
        skipped: seconds for which the line had no room.
        late_s: how late after its second the last telegram was handed to the line, real seconds.

    Raises:
        OperatorError: there is no such zone.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 - see kit.service.Parts
        time: Time,
        options: SlaveLineOptions,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._time = time
        self._options = options
        self._zone = _zone(options.zone, time.zone)
        self.sent = self.skipped = 0
        self.late_s = 0.0
        self._told: tuple[int, bool] | None = None
        self._timer: IDelayedCall | None = None
        baud = options.baud or BAUDS[options.form]
        self._port = SendingPort(
            reactor, options.device, baud, on_ready=lambda: None, log=log.bind(slaves=options.form)
        )

    @property
    def device(self) -> str:
        """The port."""
        return str(self._options.device)

    @property
    def open(self) -> bool:
        """Whether the port is open."""
        return self._port.is_open

    def start(self) -> None:
        """Open the port and begin with the next second."""
        self._port.start()
        self._wake()

    def stop(self) -> None:
        """Say no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._port.stop()

    def _wake(self) -> None:
        now, leap = to_unix(self._time.now()), self._time.quality().leap_second
        second = int(now + EARLY_S * self._time.rate)
        first = self._told is None
        if (second, leap) != self._told:
            self._told = (second, leap)
            if not first:  # the first one is somewhere within its second
                self._tell(second, leap=leap, late_s=(now - second) / self._time.rate)
        wait_s = (second + 1 - now) / self._time.rate
        self._timer = self._reactor.callLater(LEAP_LOOK_S if leap else max(0.0, wait_s), self._wake)

    def _tell(self, second: int, *, leap: bool, late_s: float) -> None:
        if not self._port.ready:
            self.skipped += 1
            return
        self._port.send(self.frame(second, leap=leap))
        self.sent += 1
        self.late_s = 0.0 if leap else max(0.0, late_s)

    def frame(self, second: int, *, leap: bool = False) -> bytes:
        """Return the telegram of `second` (unix); `leap`: of the 60th after it.

        The RS-422 telegram has no 60: it says 59 once more.
        """
        local = datetime.fromtimestamp(second, UTC).astimezone(self._zone)
        plain, clock = local.replace(tzinfo=None), self._time.quality()
        if self._options.form == "telegram":
            told = Telegram(plain, locked=self._time.synced)
            return encode_telegram(told, span=self._options.checksum)
        at = None if clock.master is None else clock.master.leap_at
        return encode_meinberg(
            MeinbergString(
                plain,
                leap_second=leap,
                never_synced=clock.quality is Quality.UNSET,
                holdover=not self._time.synced,
                utc=self._zone.key == "UTC",
                summer=bool(local.dst()),
                leap_announced=at is not None and 0 < to_unix(at) - second <= 3600,  # noqa: PLR2004 - an hour
            )
        )


def _zone(name: str, station: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(name) if name else station
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"no time zone {name!r}"
        raise OperatorError(message, where="subsystems.clock.options.lines") from error
