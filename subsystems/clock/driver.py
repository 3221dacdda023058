"""Effects to browsers: the clock's web site and its stream.

Law: it decides nothing. The heartbeat of the stream IS the face, so a page is corrected every five
seconds whatever it missed.

    /          the page
    /time      station time, for a measured round trip
    /events    stream: face (on change), beat (every 5 s, the same data)
    /…         files of web/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from station_config.runtime.web import Asset, Channel, Folder, Json, Sse
from subsystems.clock.machine import ShowFace
from subsystems.clock.view import page_frame
from subsystems.kit.page_files import page_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from subsystems.clock.machine import Effect
    from subsystems.clock.model import Face
    from subsystems.clock.words import Language

HTML = "text/html; charset=utf-8"


class Pages:
    """All pages of the clock.

    Args:
        reactor: for heartbeats.
        log: of the process.
        face: makes what pages are told, of this instant.
        languages: what is said in each language.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        face: Callable[[], Face],
        languages: Mapping[str, Language],
    ) -> None:
        self._face = face
        self.channel = Channel(reactor, log, beat=self._encoded)
        files = page_files("subsystems.clock")
        page = page_frame(files["index.html"].body.decode(), languages)
        files["index.html"] = Asset(page.encode(), HTML)
        self.root = Folder(files)
        self.root.putChild(b"events", self.channel)
        self.root.putChild(b"time", Json(self._time))

    def perform(self, effect: Effect) -> None:
        """Do what the machine wants."""
        match effect:
            case ShowFace():
                self.channel.send(Sse("face", self._encoded()))

    def _encoded(self) -> bytes:
        return msgspec.json.encode(self._face())

    def _time(self) -> dict[str, float]:
        face = self._face()
        return {"now": face.now, "rate": face.rate, "leap_second": face.leap_second}
