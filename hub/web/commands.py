"""Persons' commands over HTTP: `POST /command`, `POST /preview`, `POST /reload`, `GET /manual`.

Law: only from this machine, and only with the token that the secrets directory holds; no command is
judged here. An answer comes when its transaction is committed; a command whose answer was lost is
given again with the same id, and done once.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from twisted.web import http
from twisted.web.server import NOT_DONE_YET

from hub.kernel.override import Command, decode_command
from protocol.errors import OperatorError, StationError
from station_config.runtime.leaf import Leaf
from station_config.runtime.web import JSON_TYPE, MAX_POST_BYTES, answer_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure
    from twisted.web.resource import Resource
    from twisted.web.server import Request

    from hub.desk import Desk

SCHEME = "Bearer "
_Value = TypeVar("_Value")


class Guard:
    """Who may command.

    Args:
        token: what a caller has to know.
        log: whoever is turned away is told there.
    """

    def __init__(self, token: str, log: FilteringBoundLogger) -> None:
        self._expected = f"{SCHEME}{token}".encode()
        self._log = log

    def admits(self, request: Request) -> bool:
        """Return whether `request` comes from this machine and knows the token."""
        given = request.getHeader(b"authorization") or b""
        peer = getattr(request.getClientAddress(), "host", "")
        if _is_here(peer) and hmac.compare_digest(given, self._expected):
            return True
        self._log.warning("command.turned-away", peer=peer, path=request.path.decode())
        return False


class Guarded(Leaf):
    """Answers, when the work is done, those whom the guard admits."""

    def __init__(self, guard: Guard, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._guard = guard
        self._log = log

    def later(self, request: Request, work: Callable[[], Deferred[Any]]) -> bytes | int:
        """Answer with what `work` fires with, as JSON; a `StationError` becomes a 4xx or 5xx."""
        if not self._guard.admits(request):
            return _failed(request, http.FORBIDDEN, "not from here, or without the token")
        try:
            answered = work()
        except StationError as error:
            return _failed(request, _code(error), error.message)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answered.addCallbacks(
            lambda answer: answer_json(request, answer),
            lambda failure: self._sorry(request, failure),
        )
        answered.addCallback(lambda body: gone or (request.write(body), request.finish()))
        return NOT_DONE_YET

    def _sorry(self, request: Request, failure: Failure) -> bytes:
        if isinstance(failure.value, StationError):
            return _failed(request, _code(failure.value), failure.value.message)
        self._log.error("command.failed", why=failure.getTraceback())
        return _failed(request, http.INTERNAL_SERVER_ERROR, "a defect of the hub; see its log")


class CommandPage(Guarded):
    """`POST` a command, as JSON; the answer is `hub.kernel.objections.Answer`.

    Args:
        take: does the command.
        guard: who may.
        log: the process's log.
    """

    def __init__(
        self, take: Callable[[Command], Deferred[Any]], guard: Guard, log: FilteringBoundLogger
    ) -> None:
        super().__init__(guard, log)
        self._take = take

    def render_POST(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self.later(request, lambda: self._take(read_body(request, decode_command)))


class ManualPage(Guarded):
    """`GET` what persons have set and what holds now.

    Args:
        get: returns it.
        guard: who may.
        log: the process's log.
    """

    def __init__(
        self, get: Callable[[], Deferred[Any]], guard: Guard, log: FilteringBoundLogger
    ) -> None:
        super().__init__(guard, log)
        self._get = get

    def render_GET(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self.later(request, self._get)


class ReloadPage(Guarded):
    """`POST` nothing: the hub reads its timetable again; the answer is `hub.reload.Reloaded`.

    Args:
        reload: does so.
        guard: who may.
        log: the process's log.
    """

    def __init__(
        self, reload: Callable[[], Deferred[Any]], guard: Guard, log: FilteringBoundLogger
    ) -> None:
        super().__init__(guard, log)
        self._reload = reload

    def render_POST(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self.later(request, self._reload)


def add_pages(
    root: Resource, *, desk: Callable[[], Desk], token: str, log: FilteringBoundLogger
) -> None:
    """Put the pages of this file under `root`.

    Args:
        root: of the hub's web.
        desk: of the hub that leads; a `StationError` is answered as one.
        token: what a caller has to know.
        log: the process's log.
    """
    guard = Guard(token, log)
    command = CommandPage(lambda given: desk().command(given), guard, log)
    root.putChild(b"command", command)
    root.putChild(b"preview", CommandPage(lambda given: desk().preview(given), guard, log))
    root.putChild(b"reload", ReloadPage(lambda: desk().reload(), guard, log))
    root.putChild(b"manual", ManualPage(lambda: desk().in_force(), guard, log))


def read_body(request: Request, decode: Callable[[bytes], _Value]) -> _Value:
    """Return what was posted.

    Raises:
        OperatorError: it is not JSON, too long, or `decode` refuses it.
    """
    media = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip().lower()
    if media != JSON_TYPE.encode():
        raise OperatorError(f"send {JSON_TYPE}")
    raw = request.content.read(MAX_POST_BYTES + 1) if request.content is not None else b""
    if len(raw) > MAX_POST_BYTES:
        raise OperatorError(f"more than {MAX_POST_BYTES} bytes")
    try:
        return decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OperatorError(f"not a command: {error}") from error


def _is_here(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


def _code(error: StationError) -> int:
    ours = not isinstance(error, OperatorError)
    return http.SERVICE_UNAVAILABLE if ours else http.BAD_REQUEST


def _failed(request: Request, code: int, why: str) -> bytes:
    request.setResponseCode(code)
    return answer_json(request, {"error": why})
