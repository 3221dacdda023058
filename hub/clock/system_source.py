"""The machine's own clock as a source: what it shows, and whether anybody corrects it.

Law: measures, decides nothing. A clock that nobody corrects is UNVOUCHED: better than none at the
start, and never better than what was known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import LoopingCall

from hub.clock.readings import Reading, Trust
from hub.clock.timex import read_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from hub.clock.timex import Kernel

EVERY_S = 4.0
NOBODY = "nobody corrects it"


class SystemSource:
    """The machine's clock.

    Args:
        reactor: for the timer.
        name: stands in status and log.
        seconds: monotonic, going on while the machine sleeps.
        wall: the machine's clock, unix seconds.
        take: gets each reading.
        kernel: how the clock is kept, None: the system does not say.
    """

    kind = "system"

    def __init__(
        self,
        reactor: IReactorTime,
        name: str,
        *,
        seconds: Callable[[], float],
        wall: Callable[[], float],
        take: Callable[[Reading], None],
        kernel: Callable[[], Kernel | None] = read_kernel,
    ) -> None:
        self.name = name
        self.every_s = EVERY_S
        self.rejected = 0
        self.why = ""
        self._seconds = seconds
        self._wall = wall
        self._take = take
        self._kernel = kernel
        self._timer = LoopingCall(self._read)
        self._timer.clock = reactor

    def start(self) -> None:
        """Read it now and again."""
        self._timer.start(EVERY_S)

    def stop(self) -> None:
        """Read it no more."""
        if self._timer.running:
            self._timer.stop()

    def _read(self) -> None:
        before_s = self._seconds()
        utc = self._wall()
        after_s = self._seconds()
        kernel = self._kernel()
        synced = kernel is not None and kernel.synchronised
        self.why = "" if synced else NOBODY
        self._take(
            Reading(
                source=self.name,
                utc=utc,
                mono_s=(before_s + after_s) / 2,
                uncertainty_s=(after_s - before_s) / 2,
                distance_s=kernel.most_s if synced and kernel is not None else 0.0,
                trust=Trust.SYNCED if synced else Trust.UNVOUCHED,
                leap=kernel.leap if synced and kernel is not None else 0,
                reference="adjtimex",
            )
        )
