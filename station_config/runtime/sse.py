"""Server-sent events: one stream a browser, named events, heartbeats, bounded memory.

Law: an event is one write. A browser that does not read is dropped before it costs memory; it comes
back by itself and is greeted with the present state, so nothing is queued for it. A heartbeat is a
named event, for a page cannot see comments, and a half-open connection shows no error by itself.

    id: 17            (only when given)
    event: board
    data: {"rows": …}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import LoopingCall
from twisted.web.server import NOT_DONE_YET
from zope.interface import implementer

from station_config.runtime.leaf import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure
    from twisted.web.server import Request

HEARTBEAT_S = 5.0
"""Real seconds; a page calls its server dead after three of them."""
MAX_UNSENT_BYTES = 1024 * 1024
"""What a browser may leave unread before it is dropped: several whole boards."""
MAX_UNREAD_S = 30.0
_AGAIN = b"retry: 1000\n\n"
"""How soon a browser is to come back, in milliseconds."""


@dataclass(frozen=True)
class Sse:
    """One event.

    Attributes:
        name: the page listens to it by this name.
        data: UTF-8 text, usually JSON.
        id: comes back as ``Last-Event-ID`` when the browser reconnects.
    """

    name: str
    data: bytes
    id: str = ""

    def to_bytes(self) -> bytes:
        """Return the event as it goes over the wire.

        Line breaks in `data` start new ``data:`` lines, which the browser joins again.
        """
        lines = [b"id: " + self.id.encode()] if self.id else []
        lines.append(b"event: " + self.name.encode())
        normal = self.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines += [b"data: " + line for line in normal.split(b"\n")]
        return b"\n".join(lines) + b"\n\n"


class Channel(Leaf):
    """A resource whose every GET is a stream of the same events.

    Args:
        reactor: for heartbeats.
        log: drops are said at info, comings and goings at debug.
        greet: the events that a new browser gets first: the present state. Gets its
            ``Last-Event-ID``, empty on a first visit.
        beat: data of the heartbeat, by default ``{}``.
        heartbeat_s: real seconds between heartbeats.
        max_unsent_bytes: see `MAX_UNSENT_BYTES`.

    Attributes:
        sent: events sent, counted once for each browser.
        dropped: browsers dropped because they did not read.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        *,
        greet: Callable[[str], Iterable[Sse]] = lambda _last: (),
        beat: Callable[[], bytes] = lambda: b"{}",
        heartbeat_s: float = HEARTBEAT_S,
        max_unsent_bytes: int = MAX_UNSENT_BYTES,
    ) -> None:
        super().__init__()
        self._reactor = reactor
        self._log = log
        self._greet = greet
        self._beat = beat
        self._listeners: set[_Listener] = set()
        self._held: dict[_Listener, str] | None = None
        self._max_unsent_bytes = max_unsent_bytes
        self._heart = LoopingCall(self._heartbeat)
        self._heart.clock = reactor
        self._heartbeat_s = heartbeat_s
        self.sent = 0
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """Browsers that listen now."""
        return len(self._listeners)

    def send(self, event: Sse) -> None:
        """Send `event` to everybody who listens."""
        self._write(event.to_bytes())

    def render_GET(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Begin a stream."""
        request.setHeader(b"Content-Type", b"text/event-stream; charset=utf-8")
        request.setHeader(b"Cache-Control", b"no-store")
        request.setHeader(b"X-Accel-Buffering", b"no")  # a proxy must not collect events
        if request.method == b"HEAD":
            request.finish()
            return NOT_DONE_YET
        last = (request.getHeader(b"last-event-id") or b"").decode(errors="replace")
        listener = _Listener(request, self._reactor)
        request.notifyFinish().addErrback(self._gone, listener)
        if self._held is None:
            self._welcome(listener, last, _AGAIN)
        else:
            listener.write(_AGAIN)
            self._held[listener] = last
        self._log.debug("sse.opened", path=request.path.decode(), listeners=self.listeners)
        return NOT_DONE_YET

    def hold(self) -> None:
        """Tell nobody anything until `release`; whoever comes meanwhile waits."""
        self._held = {} if self._held is None else self._held

    def release(self) -> None:
        """Greet those who wait, and tell everybody everything from now on."""
        held, self._held = self._held or {}, None
        for listener, last in held.items():
            self._welcome(listener, last)

    def close(self) -> None:
        """End all streams; browsers will try to come back."""
        if self._heart.running:
            self._heart.stop()
        for listener in [*self._listeners, *(self._held or ())]:
            listener.end()
        self._listeners.clear()
        self._held = None if self._held is None else {}

    def _welcome(self, listener: _Listener, last: str, begin: bytes = b"") -> None:
        first = b"".join(event.to_bytes() for event in (*self._greet(last), self._heart_event()))
        self._listeners.add(listener)
        listener.write(begin + first)
        if not self._heart.running:
            self._heart.start(self._heartbeat_s, now=False)

    def _heart_event(self) -> Sse:
        return Sse("beat", self._beat())

    def _heartbeat(self) -> None:
        self.send(self._heart_event())
        if not self._listeners:
            self._heart.stop()

    def _write(self, raw: bytes) -> None:
        for listener in list(self._listeners):
            if listener.unsent_bytes + len(raw) > self._max_unsent_bytes or listener.stuck():
                self._drop(listener)
            else:
                listener.write(raw)
                self.sent += 1

    def _drop(self, listener: _Listener) -> None:
        self.dropped += 1
        self._listeners.discard(listener)
        self._log.info("sse.dropped", unsent_bytes=listener.unsent_bytes, dropped=self.dropped)
        listener.abort()

    def _gone(self, _reason: Failure, listener: _Listener) -> None:
        self._listeners.discard(listener)
        if self._held is not None:
            self._held.pop(listener, None)
        listener.gone = True
        self._log.debug("sse.closed", listeners=self.listeners)


@implementer(IPushProducer)
class _Listener:
    """One browser. The transport says when its buffer is full; from then on bytes are counted."""

    def __init__(self, request: Request, reactor: IReactorTime) -> None:
        self._request = request
        self._reactor = reactor
        self._full_since_s: float | None = None
        self.unsent_bytes = 0
        self.gone = False
        request.registerProducer(self, streaming=True)

    def write(self, raw: bytes) -> None:
        if self._full_since_s is not None:
            self.unsent_bytes += len(raw)
        self._request.write(raw)

    def stuck(self) -> bool:
        """Return whether nothing was read for `MAX_UNREAD_S`."""
        full_s = self._full_since_s
        return full_s is not None and self._reactor.seconds() - full_s > MAX_UNREAD_S

    def end(self) -> None:
        if not self.gone:
            self.gone = True
            self._request.unregisterProducer()
            self._request.finish()

    def abort(self) -> None:
        if not self.gone:
            self.gone = True
            transport: Any = self._request.transport
            transport.abortConnection()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._full_since_s = self._reactor.seconds()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._full_since_s = None
        self.unsent_bytes = 0

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.gone = True
