"""What stands in a request: arguments, the caller, the session's cookie, the body with its measure.

Law: reads requests and refuses what is not right; answers nothing. A page of another site can send
a form or a plain text unasked, and nothing else: so an origin that is not ours and a media type
that a form can have are both refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twisted.web import http

from protocol.errors import Blame, OperatorError
from station_config.runtime.web import answer_json
from subsystems.broadcast.site.gate import NotAllowedError

if TYPE_CHECKING:
    from twisted.web.server import Request

    from protocol.errors import StationError

COOKIE = "broadcast"
LONGEST = 200
"""Characters of one argument of an address."""


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        address: of the browser.
        session: name of its session, "" for none.
        secure: whether it came over TLS.
    """

    address: str
    session: str
    secure: bool


def refused(request: Request, error: StationError) -> bytes:
    """Return the body of an answer that says what is wrong."""
    code = http.INTERNAL_SERVER_ERROR if error.blame is not Blame.OPERATOR else http.BAD_REQUEST
    if isinstance(error, NotAllowedError):
        code = http.FORBIDDEN
    request.setResponseCode(code)
    return answer_json(request, {"error": error.message, "where": error.where})


def arguments(request: Request) -> dict[str, str]:
    """Return the arguments of the address.

    Raises:
        OperatorError: one is no text.
    """
    try:
        return {
            key.decode(): values[-1].decode()[:LONGEST]
            for key, values in (request.args or {}).items()
        }
    except UnicodeDecodeError as error:
        raise OperatorError("not UTF-8") from error


def caller_of(request: Request) -> Caller:
    """Return who asks."""
    session = request.getCookie(COOKIE.encode()) or b""
    address = getattr(request.getClientAddress(), "host", "")
    return Caller(address, session.decode(errors="replace"), bool(request.isSecure()))


def set_session(request: Request, session: str, *, seconds: float) -> None:
    """Have the browser keep the session's name, out of reach of scripts and of other sites."""
    life = f"Max-Age={int(seconds)}" if session else "Max-Age=0"
    secure = "; Secure" if request.isSecure() else ""
    cookie = f"{COOKIE}={session}; {life}; Path=/; HttpOnly; SameSite=Strict{secure}"
    request.responseHeaders.addRawHeader(b"Set-Cookie", cookie.encode())


def require_same_origin(request: Request) -> None:
    """Refuse what a page of another site sent.

    Raises:
        NotAllowedError: it did.
    """
    origin = (request.getHeader(b"origin") or b"").decode(errors="replace")
    host = (request.getHeader(b"host") or b"").decode(errors="replace")
    if origin and urlsplit(origin).netloc != host:
        raise NotAllowedError("another web site may not command loudspeakers")


def require_media(request: Request, media: frozenset[str] | set[str]) -> str:
    """Return the media type of what was sent.

    Raises:
        OperatorError: it is none of `media`.
    """
    told = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip()
    found = told.decode(errors="replace").lower()
    if found not in media:
        raise OperatorError(f"send {' or '.join(sorted(media))}")
    return found


def body_of(request: Request, most: int) -> bytes:
    """Return what was sent.

    Raises:
        OperatorError: more than `most` bytes.
    """
    content = request.content
    raw = b"" if content is None else content.read(most + 1)
    if len(raw) > most:
        raise OperatorError(f"more than {most} bytes")
    return raw
