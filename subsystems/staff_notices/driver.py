"""Effects to terminals: the site of the posts, its streams, and what terminals send.

Law: it decides nothing. Everything that changes something comes through `gate.Guarded`.

    /                    the overview
    /post/ID             a post's terminal; /post/ID/events its stream
    /shift/ID            the shift list, for paper; /shift/ID.csv
    /events              stream of the overview
    /time                station time, for a measured round trip
    POST /sign-on /sign-off /sign /here
    /web/…, /sw.js

    streams: frame (first), status (on change), beat (every 5 s), held and coming (a post), overview
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING

import msgspec
from twisted.web.resource import Resource

from station_config.runtime.web import (
    Asset,
    Channel,
    Folder,
    Json,
    NotFound,
    Sse,
)
from subsystems.kit.page_files import page_files
from subsystems.staff_notices.gate import Guarded
from subsystems.staff_notices.limits import Limit
from subsystems.staff_notices.reception import Delivery, Here, SignOff, SignOn
from subsystems.staff_notices.sheet import Coming
from subsystems.staff_notices.shift import ShiftPage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.web.server import Request

    from subsystems.staff_notices.reception import Reception
    from subsystems.staff_notices.sheet import Frame, Held, Item, Overview, Status
    from subsystems.staff_notices.shift import Lists
    from subsystems.staff_notices.words import Words

HTML = "text/html; charset=utf-8"
PER_S, BURST = 10.0, 120.0
"""Requests of one address: a terminal that comes back delivers a shift at once."""


@dataclass(frozen=True)
class Tellers:
    """What the pages are told, made when it is asked for.

    Attributes:
        frame: of a post ("": of the overview) and the code of the page's files.
        status: where the information comes from.
        held, coming: of a post.
        overview: of all posts.
    """

    frame: Callable[[str, str], Frame]
    status: Callable[[], Status]
    held: Callable[[str], Held]
    coming: Callable[[str], tuple[Item, ...]]
    overview: Callable[[], Overview]


class Pages:
    """The site.

    Args:
        reactor: for heartbeats.
        log: of the process.
        posts: their ids, in order.
        tell: see `Tellers`.
        reception: takes what terminals send.
        lists: makes shift lists.
        words: tables of the station's languages, in their order.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        *,
        posts: tuple[str, ...],
        tell: Tellers,
        reception: Reception,
        lists: Lists,
        words: Mapping[str, Words],
    ) -> None:
        self._reactor = reactor
        self._log = log
        self._tell = tell
        self._told: dict[str, bytes] = {}
        files = page_files("subsystems.staff_notices")
        pages = {
            name: page_frame(files.pop(name).body.decode(), words)
            for name in ("post.html", "overview.html")
        }
        code = code_of(files, "".join(pages.values()))
        self.overview = self._channel("", code)
        self.posts = {post: self._channel(post, code) for post in posts}
        self.root = Folder({})
        self.root.putChild(b"", Asset(pages["overview.html"].encode(), HTML))
        self.root.putChild(b"web", Folder(files))
        self.root.putChild(b"sw.js", files["sw.js"])
        self.root.putChild(b"events", self.overview)
        self.root.putChild(b"time", Json(self._now))
        self.root.putChild(b"post", _Posts(Asset(pages["post.html"].encode(), HTML), self.posts))
        self.root.putChild(b"shift", ShiftPage(lists))
        limit = Limit(PER_S, BURST)
        takes: dict[bytes, tuple[type[Any], Callable[[Any], object]]] = {
            b"sign-on": (SignOn, reception.sign_on),
            b"sign-off": (SignOff, reception.sign_off),
            b"sign": (Delivery, reception.sign),
            b"here": (Here, reception.here),
        }
        for path, (kind, take) in takes.items():
            guarded = Guarded(kind, take, limit=limit, reactor=reactor, log=log)
            self.root.putChild(path, guarded)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """All streams."""
        return (self.overview, *self.posts.values())

    def show(self, post: str) -> None:
        """Tell the terminals of a post what they see now, and the overview ("": that alone)."""
        channel = self.posts.get(post)
        if channel is not None and channel.listeners:
            channel.send(self._held(post))
            coming = self._coming(post)
            if self._told.get(post) != coming.data:
                self._told[post] = coming.data
                channel.send(coming)
        if self.overview.listeners:
            self.overview.send(self._overview())

    def say_status(self) -> None:
        """Tell every page the status."""
        event = Sse("status", msgspec.json.encode(self._tell.status()))
        for channel in self.channels:
            channel.send(event)

    def _channel(self, post: str, code: str) -> Channel:
        def greet(_last: str) -> tuple[Sse, ...]:
            frame = Sse("frame", msgspec.json.encode(self._tell.frame(post, code)))
            status = Sse("status", msgspec.json.encode(self._tell.status()))
            if not post:
                return frame, status, self._overview()
            return frame, status, self._held(post), self._coming(post)

        return Channel(
            self._reactor,
            self._log,
            greet=greet,
            beat=lambda: msgspec.json.encode(self._tell.status()),
        )

    def _held(self, post: str) -> Sse:
        return Sse("held", msgspec.json.encode(self._tell.held(post)))

    def _coming(self, post: str) -> Sse:
        return Sse("coming", msgspec.json.encode(Coming(items=self._tell.coming(post))))

    def _overview(self) -> Sse:
        return Sse("overview", msgspec.json.encode(self._tell.overview()))

    def _now(self) -> dict[str, float]:
        status = self._tell.status()
        return {"now": status.now, "rate": status.rate}


class _Posts(Resource):
    """``/post/ID`` and ``/post/ID/events``."""

    def __init__(self, page: Asset, channels: Mapping[str, Channel]) -> None:
        super().__init__()
        for post, channel in channels.items():
            self.putChild(post.encode(), _PostPage(page, channel))

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: ARG002, N802 - Twisted's
        """Answer what is not here."""
        return NotFound()


class _PostPage(Resource):
    """One post: the page itself, and its stream below it."""

    def __init__(self, page: Asset, channel: Channel) -> None:
        super().__init__()
        self._page = page
        self.putChild(b"events", channel)

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: ARG002, N802 - Twisted's
        """Answer what is not here."""
        return NotFound()

    def render(self, request: Request) -> bytes | int:
        """Answer with the page."""
        return self._page.render(request)


def page_frame(template: str, words: Mapping[str, Words]) -> str:
    """Return a page before it knows anything, in the station's first language.

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


def code_of(files: Mapping[str, Asset], pages: str) -> str:
    """Return a short name of exactly these files."""
    digest = blake2b(pages.encode(), digest_size=6)
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + blake2b(files[path].body).digest())
    return digest.hexdigest()
