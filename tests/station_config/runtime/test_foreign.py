"""Pages of other sites: those that are named may ask and frame, all others may not."""

import json

import pytest
import structlog
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from station_config.runtime.foreign import ForeignPost, may_frame
from station_config.runtime.leaf import Leaf
from station_config.runtime.web import Folder, make_site

CONSOLE = "https://console.example"
ORIGINS = frozenset({CONSOLE})


class Framed(Leaf):
    def __init__(self, origins):
        super().__init__()
        self._origins = origins

    def render_GET(self, request):  # noqa: N802 - Twisted's name
        may_frame(request, self._origins)
        return b"a board"


@pytest.fixture
def ask():
    root = Folder({})
    root.putChild(b"double", ForeignPost(int, lambda number: number * 2, ORIGINS))
    root.putChild(b"framed", Framed(ORIGINS))
    root.putChild(b"alone", Framed(frozenset()))
    site = make_site(Clock(), root, structlog.get_logger())

    def send(method, path, body=b"", **headers):
        transport = StringTransport()
        protocol = site.buildProtocol(None)
        protocol.makeConnection(transport)
        lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        protocol.dataReceived("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head, _, content = transport.value().partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        told = dict(field.lower().split(": ", 1) for field in fields)
        return int(status.split()[1]), told, content

    return send


def test_one_that_is_named_is_told_what_it_may_and_answered(ask):
    status, told, _ = ask("OPTIONS", "/double", Origin=CONSOLE)
    assert status == 204
    assert told["access-control-allow-origin"] == CONSOLE
    assert "content-type" in told["access-control-allow-headers"]
    status, told, body = ask(
        "POST", "/double", b"21", Origin=CONSOLE, Content_Type="application/json"
    )
    assert (status, json.loads(body)) == (200, 42)
    assert told["access-control-allow-origin"] == CONSOLE
    assert "access-control-allow-credentials" not in told


@pytest.mark.parametrize("origin", ["https://evil.example", "null", CONSOLE + ".evil.example"])
def test_one_that_is_not_named_is_told_nothing(ask, origin):
    status, told, _ = ask("OPTIONS", "/double", Origin=origin)
    assert status == 405
    assert "access-control-allow-origin" not in told
    _, told, _ = ask("POST", "/double", b"1", Origin=origin, Content_Type="application/json")
    assert "access-control-allow-origin" not in told


def test_who_may_frame(ask):
    assert (
        f"frame-ancestors 'self' {CONSOLE};" in ask("GET", "/framed")[1]["content-security-policy"]
    )
    assert "frame-ancestors 'self';" in ask("GET", "/alone")[1]["content-security-policy"]
