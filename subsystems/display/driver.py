"""Effects to browsers: the display's web site and its streams.

Law: it decides nothing. One channel a board; what a new browser gets is asked of the machine at
that moment; every message carries the station time of its sending.

    /                       list of boards
    /board/ID               page
    /board/ID/events        stream: document, rows, notices, status, beat
    /board/ID/document      the same document once, as JSON
    /time                   station time, for a measured round trip
    /preview                POST a run: what boards would show of it now
    /web/…, /sw.js
"""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from twisted.web.resource import Resource

from station_config.runtime.foreign import ForeignPost, may_frame
from station_config.runtime.trace import trace
from station_config.runtime.web import (
    Asset,
    Channel,
    Folder,
    Json,
    NotFound,
    Sse,
)
from subsystems.display.foreign import Asked
from subsystems.display.machine import SendNotices, SendRows, SendStatus
from subsystems.display.model import Document, Row, Status
from subsystems.display.pages import FRAME, board_page
from subsystems.display.view import milliseconds
from subsystems.kit.notes import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.web.server import Request

    from protocol.times import Instant
    from subsystems.display.foreign import Preview
    from subsystems.display.machine import Effect
    from subsystems.display.model import Sheet

HTML = "text/html; charset=utf-8"


class Time(msgspec.Struct, frozen=True):
    """Station time, milliseconds since 1970 UTC, and station seconds per real second."""

    now: int
    rate: float


class DocumentMessage(Time, frozen=True):
    """Event ``document``."""

    document: Document


class RowsMessage(Time, frozen=True):
    """Event ``rows``."""

    version: int
    rows: tuple[Row, ...]
    removed: tuple[str, ...]


class NoticesMessage(Time, frozen=True):
    """Event ``notices``: all of the board's."""

    notices: tuple[Note, ...]


class StatusMessage(Time, frozen=True):
    """Events ``status`` and ``beat``."""

    status: Status


def code_of(files: Mapping[str, Asset]) -> str:
    """Return a short name of exactly these files: a page of another code loads itself anew."""
    digest = blake2b(FRAME.encode(), digest_size=6)
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + blake2b(files[path].body).digest())
    return digest.hexdigest()


class Streams:
    """The streams of all boards.

    Args:
        reactor: for heartbeats.
        log: of the process.
        sheets: by board.
        document: the present document of a board.
        status: the present status.
        time: station time and rate.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        *,
        sheets: Mapping[str, Sheet],
        document: Callable[[str], Document],
        status: Callable[[], Status],
        time: Callable[[], tuple[Instant, float]],
    ) -> None:
        self._log = log
        self._document = document
        self._status = status
        self._time = time
        self.channels = {
            board: Channel(
                reactor,
                log,
                greet=self._greet(board),
                beat=lambda: self._status_message(self._status()),
            )
            for board in sheets
        }

    @property
    def listeners(self) -> dict[str, int]:
        """Browsers by board."""
        return {board: channel.listeners for board, channel in self.channels.items()}

    def perform(self, effect: Effect) -> None:
        """Do what the machine wants."""
        match effect:
            case SendRows(board, version, rows, removed):
                message = RowsMessage(*self._now(), version, rows, removed)
                self.channels[board].send(Sse("rows", msgspec.json.encode(message)))
                for row in rows:
                    trace(self._log, "sse", row.id, board=board, version=version)
            case SendNotices(board, notices):
                told = NoticesMessage(*self._now(), notices)
                self.channels[board].send(Sse("notices", msgspec.json.encode(told)))
            case SendStatus(status):
                event = Sse("status", self._status_message(status))
                for channel in self.channels.values():
                    channel.send(event)

    def document_message(self, board: str) -> DocumentMessage:
        """Return what a browser of `board` is greeted with."""
        return DocumentMessage(*self._now(), self._document(board))

    def time(self) -> Time:
        """Return station time."""
        return Time(*self._now())

    def _greet(self, board: str) -> Callable[[str], tuple[Sse, ...]]:
        def greet(_last_event: str) -> tuple[Sse, ...]:
            return (Sse("document", msgspec.json.encode(self.document_message(board))),)

        return greet

    def _status_message(self, status: Status) -> bytes:
        return msgspec.json.encode(StatusMessage(*self._now(), status))

    def _now(self) -> tuple[int, float]:
        now, rate = self._time()
        return milliseconds(now), rate


class _Board(Resource):
    """``/board/ID``: the page itself, and its streams below."""

    def __init__(self, page: Asset, framed_by: frozenset[str]) -> None:
        super().__init__()
        self._page = page
        self._framed_by = framed_by

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer with the page, unless the path has a slash too many."""
        may_frame(request, self._framed_by)
        return self._page.render_GET(request)


def site(
    streams: Streams,
    *,
    sheets: Mapping[str, Sheet],
    files: dict[str, Asset],
    code: str,
    index: bytes,
    preview: Callable[[Asked], Preview],
    origins: frozenset[str] = frozenset(),
) -> Resource:
    """Return the resource of ``/``; `/health` is the kit's.

    Args:
        streams: of the boards.
        sheets: by board.
        files: of the page.
        code: of these files.
        index: the list of boards.
        preview: what boards would show of runs.
        origins: of sites that may show boards in frames and ask for a preview.
    """
    root = Folder({})
    root.putChild(b"", Asset(index, HTML))
    root.putChild(b"web", Folder(files))
    root.putChild(b"sw.js", files["sw.js"])
    root.putChild(b"time", Json(streams.time))
    root.putChild(b"preview", ForeignPost(Asked, preview, origins))  # type: ignore[arg-type]
    boards = Folder({})
    root.putChild(b"board", boards)
    for board, sheet in sheets.items():
        page = _Board(Asset(board_page(sheet, code), HTML), origins)
        page.putChild(b"events", streams.channels[board])
        page.putChild(b"document", Json(partial(streams.document_message, board)))
        page.putChild(b"", NotFound())
        boards.putChild(board.encode(), page)
    return root
