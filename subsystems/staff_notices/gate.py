"""What may come in from a terminal: JSON from this site's own pages, from the station's network.

Law: it decides by the request alone and changes nothing. A page of another site can send nothing
here: the media type is JSON (for which a browser asks first, and nobody here allows it), the origin
must be ours, and the browser's own word on the site is believed when it says another one.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import maybeDeferred
from twisted.web import http
from twisted.web.server import NOT_DONE_YET

from protocol.errors import DeviceError, OperatorError, StationError
from station_config.runtime.web import Post, answer_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from subsystems.staff_notices.limits import Limit


TOO_OFTEN = 429
"""RFC 6585; Twisted has no name for it."""


class Guarded(Post):
    """POST takes one JSON value from a page of ours and answers with another, now or later.

    Args:
        kind: type of the value.
        take: gets the value; returns the answer, or a Deferred of it.
        limit: how often one address may ask.
        reactor: its real seconds.
        log: refusals are said.
    """

    def __init__(
        self,
        kind: type[Any],
        take: Callable[[Any], object],
        *,
        limit: Limit,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
    ) -> None:
        super().__init__(kind, take)
        self._limit = limit
        self._reactor = reactor
        self._log = log

    def render_POST(self, request: Request) -> bytes | int:  # type: ignore[override] # noqa: N802 - Twisted's name; it may answer later
        """Answer."""
        host = client(request)
        why = refusal(request, host)
        if why:
            self._log.warning("notices.refused", why=why, host=host)
            return self._say(request, http.FORBIDDEN, why)
        if not self._limit.allow(host, self._reactor.seconds()):
            self._log.warning("notices.too-often", host=host)
            return self._say(request, TOO_OFTEN, "too often: wait a moment")
        try:
            value = self._read(request)
        except StationError as error:
            return self._say(request, http.BAD_REQUEST, error.message)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answer = maybeDeferred(self._take, value)
        answer.addErrback(lambda failure: self._failed_later(request, failure))
        answer.addCallback(lambda value: self._finish(request, value, gone))
        return NOT_DONE_YET

    def _finish(self, request: Request, value: object, gone: list[object]) -> None:
        if not gone:
            request.write(answer_json(request, value))
            request.finish()

    def _failed_later(self, request: Request, failure: Failure) -> object:
        error = failure.value
        if isinstance(error, OperatorError):
            request.setResponseCode(http.FORBIDDEN)
            return {"error": error.message}
        if isinstance(error, DeviceError):
            request.setResponseCode(http.SERVICE_UNAVAILABLE)
            return {"error": error.message}
        self._log.error("notices.failed", why=failure.getTraceback())
        request.setResponseCode(http.INTERNAL_SERVER_ERROR)
        return {"error": "our defect"}

    def _say(self, request: Request, code: int, why: str) -> bytes:
        request.setResponseCode(code)
        return answer_json(request, {"error": why})


def client(request: Request) -> str:
    """Return the address that a request came from."""
    return getattr(request.getClientAddress(), "host", "") or ""


def refusal(request: Request, host: str) -> str:
    """Return why a request may not change anything here, "": it may."""
    if not local(host):
        return "only from the station's own network"
    site = _header(request, b"sec-fetch-site")
    if site not in {"", "same-origin"}:
        return "only from a page of this site"
    origin = _header(request, b"origin")
    if origin and _authority(origin) != _header(request, b"host"):
        return "only from a page of this site"
    return ""


def local(host: str) -> bool:
    """Return whether an address is of a private network: this machine's or the station's."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_private or mapped.is_loopback or mapped.is_link_local)


def _header(request: Request, name: bytes) -> str:
    return (request.getHeader(name) or b"").decode(errors="replace").strip().lower()


def _authority(origin: str) -> str:
    return origin.partition("://")[2]
