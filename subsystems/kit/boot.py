"""Pages are told nothing before the time is known, or nobody has told it for longer than a beat.

Law: what a page shows follows from the time. A computer whose clock is wrong does not know that at
boot; a hub that is there says so within a beat. So streams are held until then, and a subsystem
that is alone begins by its own clock a moment later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.limits import BEAT_S
from subsystems.kit.timekeeper import Quality
from subsystems.kit.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from station_config.runtime.web import Channel
    from subsystems.kit.timekeeper import ClockQuality

HEARD_WITHIN_S = BEAT_S + 1.0
"""Real seconds: the hub's beat, and what it takes to connect."""
LOOK_S = 0.1


class Boot:
    """The first seconds of a subsystem.

    Args:
        reactor: its real seconds.
        quality: what is known about station time.
        channels: the streams to hold.
        log: of the process.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        quality: Callable[[], ClockQuality],
        channels: Sequence[Channel],
        log: FilteringBoundLogger,
    ) -> None:
        self._quality = quality
        self._channels = channels
        self._log = log
        self._timers = Timers(reactor)
        for channel in channels:
            channel.hold()
        self._timers.every("look", LOOK_S, self._look)
        self._timers.after("alone", HEARD_WITHIN_S, self._alone)

    def stop(self) -> None:
        """Look no more; what is held stays so."""
        self._timers.stop()

    def _look(self) -> None:
        if self._quality().quality is Quality.SYNCED:
            self._release()

    def _alone(self) -> None:
        self._log.warning("time.own", why="no hub has told the time")
        self._release()

    def _release(self) -> None:
        self._timers.stop()
        for channel in self._channels:
            channel.release()
