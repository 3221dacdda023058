"""What the pages and the console ask over HTTP: JSON out, JSON or a file in, sounds.

Law: it decides nothing. Reading is for everybody who reaches us, and for the web sites whose
origins the settings name (CORS, without credentials); commanding is for the operator: same origin,
a media type that no foreign page can send unasked, and a session where a PIN is set.

    400 what was sent cannot be used; `error` says why
    403 no session where one is needed, a wrong PIN, or a foreign origin
    500 our defect, or a device's
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.web.server import NOT_DONE_YET

from protocol.errors import OperatorError, StationError
from station_config.runtime.foreign import welcome
from station_config.runtime.leaf import Leaf
from station_config.runtime.web import CONTENT_SECURITY_POLICY, Asset, answer_json
from subsystems.broadcast.site.gate import SESSION_S, NotAllowedError
from subsystems.broadcast.site.requests import (
    Caller,
    arguments,
    body_of,
    caller_of,
    refused,
    require_media,
    require_same_origin,
    set_session,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from subsystems.broadcast.site.gate import Gate

JSON_TYPE = "application/json"
MAX_JSON_BYTES = 256 * 1024
POLICY = CONTENT_SECURITY_POLICY + "; media-src 'self' blob:"
"""Pages play sounds: of ours, and what was just recorded."""


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator signs in with; "" signs out."""

    pin: str


@dataclass(frozen=True)
class Doors:
    """Who may ask what.

    Attributes:
        gate: to commands.
        origins: of web sites that may read, too.
        log: of the process.
    """

    gate: Gate
    origins: frozenset[str]
    log: FilteringBoundLogger


class _Door(Leaf):
    """What all answers have in common."""

    def __init__(self, doors: Doors, *, foreign: bool) -> None:
        super().__init__()
        self._doors = doors
        self._foreign = foreign

    def render(self, request: Request) -> bytes | int:
        """Answer; a browser that asks for permission first is told what it has."""
        if self._foreign and welcome(request, self._doors.origins):
            return b""
        return super().render(request)

    def _finish_with(
        self, request: Request, do: Callable[[], Any], answer: Callable[[Any], bytes]
    ) -> int:
        """Do it, now or later, and answer with what comes of it."""
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        later: Deferred[Any] = maybeDeferred(do)

        def finish(body: bytes) -> None:
            if not gone:
                request.write(body)
                request.finish()

        later.addCallback(answer)
        later.addErrback(lambda failure: self._failed(request, failure))
        later.addCallback(finish)
        return NOT_DONE_YET

    def _failed(self, request: Request, failure: Failure) -> bytes:
        error = failure.value
        if not isinstance(error, StationError):
            self._doors.log.error("broadcast.page-failed", why=failure.getTraceback())
            error = StationError("our defect")
        return refused(request, error)


class Ask(_Door):
    """GET answers with what `get` returns, as JSON.

    Args:
        doors: see `Doors`.
        get: takes the arguments of the address, the last of each name.
        foreign: whether the sites of `Doors.origins` may ask, too.
    """

    def __init__(
        self, doors: Doors, get: Callable[[Mapping[str, str]], Any], *, foreign: bool = False
    ) -> None:
        super().__init__(doors, foreign=foreign)
        self._get = get

    def render_GET(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self._finish_with(
            request,
            lambda: self._get(arguments(request)),
            lambda value: answer_json(request, value),
        )


class AskOf(Ask):
    """The same, for what depends on who asks: `get` is given the caller."""

    def __init__(self, doors: Doors, get: Callable[[Caller], Any]) -> None:
        super().__init__(doors, lambda _given: None)
        self._of = get

    def render_GET(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self._finish_with(
            request,
            lambda: self._of(caller_of(request)),
            lambda value: answer_json(request, value),
        )


class File(_Door):
    """GET answers with bytes of a media type: a sound, a table."""

    def __init__(
        self,
        doors: Doors,
        get: Callable[[Mapping[str, str]], Any],
        media: str,
        *,
        name: str = "",
        foreign: bool = False,
    ) -> None:
        super().__init__(doors, foreign=foreign)
        self._get = get
        self._media = media
        self._name = name

    def render_GET(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""

        def answer(body: bytes) -> bytes:
            request.setHeader(b"Content-Type", self._media.encode())
            request.setHeader(b"Cache-Control", b"no-store")
            request.setHeader(b"Content-Length", str(len(body)).encode())
            if self._name:
                how = f'attachment; filename="{self._name}"'
                request.setHeader(b"Content-Disposition", how.encode())
            return body

        return self._finish_with(request, lambda: self._get(arguments(request)), answer)


class Do(_Door):
    """POST takes one JSON value of an operator and answers with another.

    Args:
        doors: see `Doors`.
        kind: type that the body is decoded to.
        take: gets the value and who sent it.
        guarded: whether it needs a session where a PIN is set.
        foreign: whether the sites of `Doors.origins` may ask: then it must command nothing.
    """

    def __init__(
        self,
        doors: Doors,
        kind: type[Any],
        take: Callable[[Any, Caller], Any],
        *,
        guarded: bool = True,
        foreign: bool = False,
    ) -> None:
        super().__init__(doors, foreign=foreign)
        self._decoder = msgspec.json.Decoder(kind)
        self._take = take
        self._guarded = guarded

    def render_POST(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""

        def do() -> Any:  # noqa: ANN401 - what it answers
            caller = self._admit(request)
            return self._take(self._read(request), caller)

        return self._finish_with(request, do, lambda value: answer_json(request, value))

    def _admit(self, request: Request) -> Caller:
        if not self._foreign:
            require_same_origin(request)
        caller = caller_of(request)
        if self._guarded and not self._doors.gate.allows(caller.session):
            raise NotAllowedError("sign in with the operator's PIN first")
        return caller

    def _read(self, request: Request) -> object:
        require_media(request, {JSON_TYPE})
        raw = body_of(request, MAX_JSON_BYTES)
        try:
            return self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise OperatorError(f"not what is taken here: {error}") from error


class Upload(Do):
    """POST takes a file of an operator.

    Args:
        doors: see `Doors`.
        take: gets its bytes, its name as the address has it ("" for none), and who sent it.
        media: types that are taken: none that a form can send.
        most: bytes.
    """

    def __init__(
        self,
        doors: Doors,
        take: Callable[[bytes, str, Caller], Any],
        *,
        media: frozenset[str],
        most: int,
    ) -> None:
        super().__init__(doors, object, lambda _value, _caller: None)
        self._take_file = take
        self._media = media
        self._most = most

    def render_POST(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""

        def do() -> Any:  # noqa: ANN401 - what it answers
            caller = self._admit(request)
            require_media(request, self._media)
            name = arguments(request).get("name", "")
            return self._take_file(body_of(request, self._most), name, caller)

        return self._finish_with(request, do, lambda value: answer_json(request, value))


class Login(Do):
    """POST takes the operator's PIN and begins a session; an empty one ends it."""

    def __init__(self, doors: Doors) -> None:
        super().__init__(doors, Pin, lambda _value, _caller: None, guarded=False)

    def render_POST(self, request: Request) -> int:  # noqa: N802 - Twisted's name
        """Answer."""
        gate = self._doors.gate

        def do() -> bool:
            caller = self._admit(request)
            pin = self._read(request)
            assert isinstance(pin, Pin)  # noqa: S101 - the decoder saw to it
            gate.logout(caller.session)
            session = gate.login(pin.pin, caller.address) if pin.pin else ""
            set_session(request, session, seconds=SESSION_S)
            return gate.allows(session)

        return self._finish_with(
            request, do, lambda value: answer_json(request, {"signed_in": value})
        )


class Page(Asset):
    """A page of ours, which may play sounds."""

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer."""
        request.setHeader(b"Content-Security-Policy", POLICY.encode())
        return super().render_GET(request)
