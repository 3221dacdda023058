"""A resource with no children: what every answer of ours to a browser begins with.

Law: a method that a resource does not offer is answered 405 in plain words, by ourselves: Twisted
would build an HTML page of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web import http
from twisted.web.resource import Resource

if TYPE_CHECKING:
    from twisted.web.server import Request

METHODS = ("GET", "HEAD", "POST")


class Leaf(Resource):
    """Offers the methods that it has a ``render_METHOD`` for."""

    isLeaf = True  # noqa: N815 - Twisted's name

    def render(self, request: Request) -> bytes | int:
        """Answer, or say what is offered."""
        method = request.method.decode(errors="replace")
        if method in METHODS and hasattr(self, f"render_{method}"):
            answer: bytes | int = getattr(self, f"render_{method}")(request)
            return answer
        offered = ", ".join(m for m in METHODS if hasattr(self, f"render_{m}"))
        request.setHeader(b"Allow", offered.encode())
        return plain(request, http.NOT_ALLOWED, f"只接受 {offered} · only {offered} here")


def plain(request: Request, code: int, text: str) -> bytes:
    """Return `text` as the body of an answer with `code`."""
    request.setResponseCode(code)
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    return f"{text}\n".encode()
