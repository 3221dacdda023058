"""The diagram as a part of the console: made when this hub comes to lead, asked by pages then.

Law: wiring. What is drawn is `hub.diagram`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.diagram.actions import BaseFiles
from hub.diagram.desk import DiagramDesk
from hub.diagram.live import LiveDiagram
from hub.store.legends import LegendStore
from protocol.errors import DeviceError
from protocol.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.console.live import Live
    from hub.console.table import Row
    from hub.desk import Desk
    from hub.mqtt.store_calls import RunInStore
    from hub.store.database import Database
    from station_config.runtime.reactor import Reactor

NOT_YET = "the diagram is not drawn yet"
_runs = msgspec.json.Decoder(Run)


class Drawn:
    """The diagram of a process.

    Args:
        reactor: threads and real time.
        database: of legends and journal.
        url: of that database.
        boot: names this life of the process.
        live: the stream.
        in_store: runs a call in the store's thread.
        desk: of the hub that leads; raises a `StationError` if this process does not.

    Attributes:
        desk: what its actions ask.
        files: base layers.
    """

    def __init__(
        self,
        reactor: Reactor,
        database: Database,
        *,
        url: str,
        boot: str,
        live: Live,
        in_store: RunInStore,
        desk: Callable[[], Desk],
    ) -> None:
        self._reactor = reactor
        self._boot = boot
        self._live = live
        self._leading = desk
        pool: Any = reactor.getThreadPool()
        self.desk = DiagramDesk(
            reactor,
            pool=pool,
            live=self._now,
            database=url,
            legends=LegendStore(database),
            in_store=in_store,
        )
        self.files = BaseFiles(self.desk.base)

    def fill(self, rows: Sequence[Row]) -> None:
        """Draw anew: this hub has come to lead, or read its station's files again."""
        desk = self._leading()
        if self._live.diagram is None:
            self._live.diagram = LiveDiagram(
                self._reactor,
                clock=desk.clock,
                station=desk.station,
                boot=self._boot,
                send=self._live.channel.send,
            )
            self._live.diagram.start()
        runs = {row.id: _runs.decode(row.run) for row in rows if not row.withdrawn}
        self._live.diagram.fill(runs, desk.station)

    def stop(self) -> None:
        """Draw no more."""
        if self._live.diagram is not None:
            self._live.diagram.stop()

    def _now(self) -> LiveDiagram:
        self._leading()
        if self._live.diagram is None:
            raise DeviceError(NOT_YET)
        return self._live.diagram
