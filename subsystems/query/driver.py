"""Effects to the database and to browsers: the kiosk's web site, its questions and its stream.

Law: it decides nothing. A question that cannot be read is answered 400 and harms nobody.

    /            the page
    /find?…      trains, by the conditions of `subsystems.query.model.Wish`
    /train?id=…  one train's page, null when nobody knows it
    /time        station time, for a measured round trip
    /events      stream: frame (first), status (on change), beat (every 5 s), changed (run ids)
    /web/…, /sw.js
"""

from __future__ import annotations

from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.web import http
from twisted.web.server import NOT_DONE_YET

from protocol.errors import OperatorError
from station_config.runtime.leaf import Leaf
from station_config.runtime.web import (
    Asset,
    Channel,
    Folder,
    Json,
    Sse,
    answer_json,
)
from subsystems.kit.page_files import page_files
from subsystems.query.machine import SendStatus, Store, Tell
from subsystems.query.model import Frame, Status, Wish
from subsystems.query.view import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from protocol.times import Instant
    from subsystems.query.catalogue import Catalogue
    from subsystems.query.desk import Desk
    from subsystems.query.machine import Effect
    from subsystems.query.words import Words

HTML = "text/html; charset=utf-8"
LONGEST = 80
"""Characters of what is typed; more is not a train."""


class StatusMessage(msgspec.Struct, frozen=True):
    """Events ``status`` and ``beat``."""

    now: int
    rate: float
    status: Status


class _Answer(Leaf):
    """GET answers with what `get` returns now or later; it gets the arguments of the address."""

    def __init__(
        self, get: Callable[[dict[str, str]], Deferred[Any]], log: FilteringBoundLogger
    ) -> None:
        super().__init__()
        self._get = get
        self._log = log

    def render_GET(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        try:
            given = {
                key.decode(): values[-1].decode()[:LONGEST]
                for key, values in (request.args or {}).items()
            }
            answer = self._get(given)
        except (msgspec.MsgspecError, UnicodeDecodeError, OperatorError) as error:
            request.setResponseCode(http.BAD_REQUEST)
            return answer_json(request, {"error": str(error)})
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answer.addCallback(lambda value: self._finish(request, value, gone))
        answer.addErrback(lambda failure: self._failed(request, failure, gone))
        return NOT_DONE_YET

    def _finish(self, request: Request, value: object, gone: list[object]) -> None:
        if gone:
            return  # the passenger has gone on
        request.write(answer_json(request, value))
        request.finish()

    def _failed(self, request: Request, failure: Failure, gone: list[object]) -> None:
        self._log.error("query.failed", why=failure.getTraceback())
        if not gone:
            request.setResponseCode(http.INTERNAL_SERVER_ERROR)
            request.write(answer_json(request, {"error": "our defect"}))
            request.finish()


class Pages:
    """All pages of the kiosk, and its database.

    Args:
        reactor: for heartbeats.
        log: of the process.
        desk: answers questions.
        catalogue: the database.
        frame: makes what never changes, of the code of the page's files.
        status: the present status.
        time: station time and rate.
        words: tables of the station's languages, in their order.
    """

    def __init__(  # noqa: PLR0913 - what it serves
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        *,
        desk: Desk,
        catalogue: Catalogue,
        frame: Callable[[str], Frame],
        status: Callable[[], Status],
        time: Callable[[], tuple[Instant, float]],
        words: Mapping[str, Words],
    ) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._status = status
        self._time = time
        files = page_files("subsystems.query")
        page = page_frame(files.pop("index.html").body.decode(), words)
        first = Sse("frame", msgspec.json.encode(frame(code_of(files, page))))
        self.channel = Channel(
            reactor, log, greet=lambda _last: (first,), beat=self._status_message
        )
        self.root = Folder({})
        self.root.putChild(b"", Asset(page.encode(), HTML))
        self.root.putChild(b"web", Folder(files))
        self.root.putChild(b"sw.js", files["sw.js"])
        self.root.putChild(b"events", self.channel)
        self.root.putChild(b"time", Json(self._now))
        self.root.putChild(b"find", _Answer(self._find, log))
        self.root.putChild(b"train", _Answer(self._train, log))

    def perform(self, effect: Effect) -> None:
        """Do what the machine wants."""
        match effect:
            case Store(runs, gone):
                self._catalogue.put(runs, gone)
            case Tell(run_ids):
                self.channel.send(Sse("changed", msgspec.json.encode(run_ids)))
            case SendStatus():
                self.channel.send(Sse("status", self._status_message()))

    def _find(self, given: dict[str, str]) -> Deferred[Any]:
        return self._desk.find(msgspec.convert(given, Wish, strict=False))

    def _train(self, given: dict[str, str]) -> Deferred[Any]:
        return self._desk.card(given.get("id", ""))

    def _status_message(self) -> bytes:
        now, rate = self._time()
        return msgspec.json.encode(StatusMessage(milliseconds(now), rate, self._status()))

    def _now(self) -> dict[str, float]:
        now, rate = self._time()
        return {"now": milliseconds(now), "rate": rate}


def page_frame(template: str, words: Mapping[str, Words]) -> str:
    """Return the page before it knows anything, in the station's first language.

    Args:
        template: with ``[[language]]``, ``[[title]]`` and ``[[waiting]]`` in their places.
        words: by language.
    """
    language, table = next(iter(words.items()))
    places = {
        "[[language]]": language,
        "[[title]]": " ".join(each.title for each in words.values()),
        "[[waiting]]": table.waiting_for_server,
    }
    for place, text in places.items():
        template = template.replace(place, escape(text))
    return template


def code_of(files: Mapping[str, Asset], page: str) -> str:
    """Return a short name of exactly these files."""
    digest = blake2b(page.encode(), digest_size=6)
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + blake2b(files[path].body).digest())
    return digest.hexdigest()
