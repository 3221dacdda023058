"""Pages of other sites that may ask: CORS, without credentials, for origins that the settings name.

Law: only what commands nothing is offered so. A browser that asks for permission first is told what
it has; who is not named is answered as if this were not here: the browser keeps it from the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web import http

from station_config.runtime.web import CONTENT_SECURITY_POLICY, Post

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twisted.web.server import Request

KEEP_S = 600
"""For so long a browser remembers the permission."""


def welcome(request: Request, origins: frozenset[str]) -> bool:
    """Say to a browser what a page of another site may; return whether that was all it asked."""
    origin = (request.getHeader(b"origin") or b"").decode(errors="replace")
    if origin not in origins:
        return False
    request.setHeader(b"Access-Control-Allow-Origin", origin.encode())
    request.setHeader(b"Cross-Origin-Resource-Policy", b"cross-origin")
    request.setHeader(b"Vary", b"Origin")
    if request.method != b"OPTIONS":
        return False
    request.setHeader(b"Access-Control-Allow-Methods", b"GET, POST")
    request.setHeader(b"Access-Control-Allow-Headers", b"content-type")
    request.setHeader(b"Access-Control-Max-Age", str(KEEP_S).encode())
    request.setResponseCode(http.NO_CONTENT)
    return True


def may_frame(request: Request, origins: frozenset[str]) -> None:
    """Let pages of `origins` show the answer in a frame."""
    if origins:
        framed = f"frame-ancestors 'self' {' '.join(sorted(origins))}"
        policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'self'", framed)
        request.setHeader(b"Content-Security-Policy", policy.encode())


class ForeignPost(Post):
    """A `Post` that pages of other sites may ask, too; it must command nothing.

    Args:
        kind: see `Post`.
        take: see `Post`.
        origins: of those sites.
    """

    def __init__(
        self, kind: type[Any], take: Callable[[Any], object], origins: frozenset[str]
    ) -> None:
        super().__init__(kind, take)
        self._origins = origins

    def render(self, request: Request) -> bytes | int:
        """Answer."""
        if welcome(request, self._origins):
            return b""
        return super().render(request)
