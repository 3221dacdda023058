"""Gates that a request to the API passes, and how one that is closed is answered.

Law: a gate lets in or raises; it changes nothing.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from twisted.web import http

from hub.console.doorman import NotLetInError, WaitError
from hub.console.office import DeniedError, NotThereError
from hub.console.said import CommandAnswer, Problem
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from twisted.web.server import Request

    from protocol.errors import StationError

HEADER = "X-Page-Token"
TOO_MANY_REQUESTS = 429
_OWN = frozenset({b"same-origin", b"none"})


class ClosedError(Exception):
    """A gate is closed."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.error)
        self.status = status
        self.problem = problem


def closed(status: int, code: str, why: str) -> ClosedError:
    """Return what is raised at a closed gate."""
    return ClosedError(status, Problem(code=code, error=why))


def require_own_page(request: Request) -> None:
    """Let in what the console's own pages send: a browser says where it comes from.

    Raises:
        ClosedError: it comes from a foreign page.
    """
    site = request.getHeader(b"sec-fetch-site")
    origin = request.getHeader(b"origin")
    host = request.getHeader(b"host") or b""
    foreign = site is not None and site not in _OWN
    if foreign or (origin is not None and origin.partition(b"://")[2] != host):
        raise closed(http.FORBIDDEN, "page-token", "来自其他网页 · not from a page of this console")


def require_page_token(request: Request, expected: str) -> None:
    """Let in what shows the page's token.

    Raises:
        ClosedError: it does not.
    """
    given = request.getHeader(HEADER.lower().encode()) or b""
    if not hmac.compare_digest(given, expected.encode()):
        raise closed(http.FORBIDDEN, "page-token", "请重新载入页面 · load the page again")


def peer_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return str(getattr(request.getClientAddress(), "host", ""))


def problem_of(error: StationError) -> tuple[int, Problem]:
    """Return status and body that tell of `error`."""
    status, code = _status(error)
    wait = error.seconds if isinstance(error, WaitError) else 0
    return status, Problem(code=code, error=error.message, where=error.where, wait_s=wait)


def overtaken(value: Any, request: Request) -> Any:  # noqa: ANN401 - passed through
    """Give the answer to a command that came too late its status."""
    if isinstance(value, CommandAnswer) and value.overtaken:
        request.setResponseCode(http.CONFLICT)
    return value


def _status(error: StationError) -> tuple[int, str]:
    match error:
        case NotLetInError():
            return http.UNAUTHORIZED, "not-logged-in"
        case WaitError():
            return TOO_MANY_REQUESTS, "wait"
        case DeniedError():
            return http.FORBIDDEN, "denied"
        case NotThereError():
            return http.NOT_FOUND, "not-found"
        case OperatorError():
            return http.BAD_REQUEST, "bad-request"
        case _:
            return http.SERVICE_UNAVAILABLE, "unavailable"
