"""The web server, spoken to as a browser speaks: bytes in, bytes out, time in the test's hand."""

from __future__ import annotations

import gzip
import json
import socket

import msgspec
import pytest
import structlog
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from protocol.errors import DeviceError, OperatorError, StationError
from station_config.runtime.sse import MAX_UNREAD_S
from station_config.runtime.web import (
    Channel,
    Folder,
    Health,
    HealthPage,
    Json,
    Post,
    Sse,
    listen,
    make_site,
    static_files,
)

LOG = structlog.get_logger()


class Transport(StringTransport):
    """As Twisted's, with a way to be cut off."""

    aborted = False

    def abortConnection(self):  # noqa: N802 - Twisted's name
        self.aborted = True
        super().abortConnection()


class Browser:
    """One connection to a site."""

    def __init__(self, root, clock=None):
        self.site = make_site(clock or Clock(), root, LOG)
        self.transport = Transport()
        self.protocol = self.site.buildProtocol(None)
        self.protocol.makeConnection(self.transport)

    def send(self, method, path, headers=(), body=b""):
        lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers, f"Content-Length: {len(body)}"]
        self.protocol.dataReceived("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def ask(self, method, path, headers=(), body=b""):
        """Return status, headers (lower case) and body of one answer."""
        self.transport.clear()
        self.send(method, path, headers, body)
        head, _, content = self.transport.value().partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        names = dict(field.lower().split(": ", 1) for field in fields)
        return int(status.split()[1]), names, content

    def text(self):
        """What has come since the last call, chunks joined."""
        raw, out = self.transport.value(), b""
        if raw.startswith(b"HTTP"):
            raw = raw.partition(b"\r\n\r\n")[2]
        self.transport.clear()
        while raw:
            size, _, raw = raw.partition(b"\r\n")
            out, raw = out + raw[: int(size, 16)], raw[int(size, 16) + 2 :]
        return out.decode()

    def leave(self):
        self.protocol.connectionLost(ConnectionError())


@pytest.fixture
def files(tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html>站")
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "board.js").write_text("// " + "x" * 5000)
    (tmp_path / "js" / "lib.0a1b2c3d4e.js").write_text("// never changes")
    (tmp_path / "font.woff2").write_bytes(b"wOF2" + bytes(3000))
    return Folder(static_files(tmp_path))


def test_files_have_their_type_and_every_answer_is_safe(files):
    browser = Browser(files)
    for path, code, kind in [
        ("/", 200, "text/html; charset=utf-8"),
        ("/js/board.js", 200, "text/javascript; charset=utf-8"),
        ("/font.woff2", 200, "font/woff2"),
        ("/nothing", 404, "text/plain; charset=utf-8"),
        ("/index.html/more", 404, "text/plain; charset=utf-8"),
        ("/../../etc/passwd", 404, "text/plain; charset=utf-8"),
        ("/%2e%2e/%2e%2e/etc/passwd", 404, "text/plain; charset=utf-8"),
        ("/js/", 404, "text/plain; charset=utf-8"),
    ]:
        status, headers, _ = browser.ask("GET", path)
        assert (status, headers["content-type"]) == (code, kind), path
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["server"] == "station"


def test_a_browser_that_has_the_file_gets_no_body(files):
    browser = Browser(files)
    _, headers, body = browser.ask("GET", "/")
    assert body.decode().endswith("站")
    assert headers["cache-control"] == "no-cache"
    again = browser.ask("GET", "/", [f"If-None-Match: {headers['etag']}"])
    assert (again[0], again[2]) == (304, b"")


def test_a_path_that_names_its_content_is_never_asked_for_again(files):
    _, headers, _ = Browser(files).ask("GET", "/js/lib.0a1b2c3d4e.js")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


def test_text_is_compressed_for_those_who_take_it(files):
    browser = Browser(files)
    _, plain, body = browser.ask("GET", "/js/board.js")
    _, packed, small = browser.ask("GET", "/js/board.js", ["Accept-Encoding: gzip, br"])
    assert "content-encoding" not in plain
    assert packed["content-encoding"] == "gzip"
    assert gzip.decompress(small) == body
    _, font, _ = browser.ask("GET", "/font.woff2", ["Accept-Encoding: gzip"])
    assert "content-encoding" not in font


def test_head_has_no_body(files):
    status, headers, body = Browser(files).ask("HEAD", "/js/board.js")
    assert (status, body) == (200, b"")
    assert headers["content-length"] == "5003"


def test_a_file_of_unknown_kind_is_a_mistake_of_the_packer(tmp_path):
    (tmp_path / "x.exe").write_bytes(b"MZ")
    with pytest.raises(StationError, match=r"\.exe"):
        static_files(tmp_path)


def test_json_and_its_errors():
    def refuse():
        raise OperatorError("no such train", where="G1")

    def broken():
        raise DeviceError("disk", where="/x")

    root = Folder({})
    root.putChild(b"ok", Json(lambda: {"名": ["呼和浩特东"] * 200}))
    root.putChild(b"bad", Json(refuse))
    root.putChild(b"ours", Json(broken))
    browser = Browser(root)
    status, headers, body = browser.ask("GET", "/ok", ["Accept-Encoding: gzip"])
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert json.loads(gzip.decompress(body))["名"][0] == "呼和浩特东"
    assert browser.ask("GET", "/bad")[::2] == (400, b'{"error":"no such train","where":"G1"}')
    assert browser.ask("GET", "/ours")[0] == 500


class Order(msgspec.Struct):
    train: str


def test_post_takes_json_of_its_kind_and_nothing_else():
    taken = []
    root = Folder({})
    root.putChild(b"do", Post(Order, lambda order: taken.append(order) or {"done": order.train}))
    browser = Browser(root)
    kind = ["Content-Type: application/json; charset=utf-8"]
    assert browser.ask("POST", "/do", kind, b'{"train":"G1"}')[::2] == (200, b'{"done":"G1"}')
    for headers, body in [
        ([], b'{"train":"G1"}'),
        (["Content-Type: text/plain"], b'{"train":"G1"}'),
        (kind, b'{"train":1}'),
        (kind, b"{"),
        (kind, b'"' + b"x" * 70_000 + b'"'),
        (kind, b"[" * 60_000),
        (kind, b"\xff\xfe"),
    ]:
        status, _, answer = browser.ask("POST", "/do", headers, body)
        assert (status, "error" in json.loads(answer)) == (400, True)
    assert taken == [Order("G1")]
    assert browser.ask("GET", "/do")[0] == 405


def test_health_is_200_or_503():
    for ok, code in [(True, 200), (False, 503)]:
        root = Folder({})
        root.putChild(b"health", HealthPage(lambda ok=ok: Health(ok, {"mode": "ONLINE"})))
        status, _, body = Browser(root).ask("GET", "/health")
        assert (status, json.loads(body)) == (code, {"ok": ok, "mode": "ONLINE"})


def test_a_taken_port_is_named():
    from twisted.internet.epollreactor import EPollReactor  # noqa: PLC0415 - a reactor of its own

    reactor = EPollReactor()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=f"127.0.0.1:{port}.*cannot listen on port {port}"):
            listen(reactor, Folder({}), host="127.0.0.1", port=port, log=LOG)
    for internal in list(reactor._internalReaders):
        reactor.removeReader(internal)
        internal.connectionLost(None)
    reactor._poller.close()


@pytest.fixture
def clock():
    return Clock()


def open_stream(channel, clock):
    root = Folder({})
    root.putChild(b"events", channel)
    browser = Browser(root, clock)
    browser.send("GET", "/events", ["Last-Event-ID: 41"])
    return browser


def test_an_event_as_it_goes_over_the_wire():
    raw = Sse("board", "一\r\n二".encode(), id="7").to_bytes().decode()
    assert raw == "id: 7\nevent: board\ndata: 一\ndata: 二\n\n"


def test_a_stream_greets_then_sends_and_beats_every_five_seconds(clock):
    greeted = []
    channel = Channel(
        clock, LOG, greet=lambda last: greeted.append(last) or [Sse("all", b"1")], beat=lambda: b"b"
    )
    browser = open_stream(channel, clock)
    assert b"text/event-stream" in browser.transport.value()
    assert greeted == ["41"]
    assert browser.text() == ("retry: 1000\n\nevent: all\ndata: 1\n\nevent: beat\ndata: b\n\n")
    channel.send(Sse("change", b"{}", id="42"))
    assert browser.text() == "id: 42\nevent: change\ndata: {}\n\n"
    clock.pump([4.9, 0.1])
    assert browser.text() == "event: beat\ndata: b\n\n"
    assert channel.listeners == 1


def test_an_event_is_one_write(clock):
    channel = Channel(clock, LOG)
    browser = open_stream(channel, clock)
    browser.transport.clear()
    written = []
    browser.transport.writeSequence = lambda parts: written.append(b"".join(parts))
    channel.send(Sse("x", b"1\n2"))
    assert written == [b"1a\r\nevent: x\ndata: 1\ndata: 2\n\n\r\n"]


def test_who_left_is_forgotten_and_no_timer_stays(clock):
    channel = Channel(clock, LOG)
    browser = open_stream(channel, clock)
    browser.leave()
    assert channel.listeners == 0
    channel.send(Sse("x", b"1"))
    clock.advance(5)
    assert not channel._heart.running


def test_who_does_not_read_is_dropped_before_it_costs_memory(clock):
    channel = Channel(clock, LOG, max_unsent_bytes=1000)
    slow, quick = open_stream(channel, clock), open_stream(channel, clock)
    slow.transport.producer.pauseProducing()
    for _ in range(20):
        channel.send(Sse("x", b"y" * 100))
    assert slow.transport.aborted
    assert not quick.transport.aborted
    assert (channel.listeners, channel.dropped) == (1, 1)
    assert len(slow.transport.value()) < 2000
    slow.leave()


def test_who_reads_again_in_time_stays(clock):
    channel = Channel(clock, LOG, max_unsent_bytes=1000)
    browser = open_stream(channel, clock)
    for _ in range(10):
        browser.transport.producer.pauseProducing()
        channel.send(Sse("x", b"y" * 800))
        browser.transport.producer.resumeProducing()
    assert channel.listeners == 1


def test_who_reads_nothing_for_long_is_dropped_by_a_heartbeat(clock):
    channel = Channel(clock, LOG)
    browser = open_stream(channel, clock)
    browser.transport.producer.pauseProducing()
    clock.pump([5.0] * int(MAX_UNREAD_S / 5 + 1))
    assert browser.transport.aborted
    browser.leave()


def test_who_comes_while_a_stream_is_held_is_greeted_at_its_release(clock):
    channel = Channel(clock, LOG, greet=lambda last: [Sse("all", last.encode())])
    channel.hold()
    browser, left = open_stream(channel, clock), open_stream(channel, clock)
    channel.send(Sse("x", b"1"))
    clock.advance(20)
    assert browser.text() == "retry: 1000\n\n"
    assert channel.listeners == 0
    left.leave()
    channel.release()
    assert browser.text() == "event: all\ndata: 41\n\nevent: beat\ndata: {}\n\n"
    assert channel.listeners == 1
    channel.close()
    assert browser.transport.value().endswith(b"0\r\n\r\n")


def test_closing_ends_held_streams_too(clock):
    channel = Channel(clock, LOG)
    channel.hold()
    browser = open_stream(channel, clock)
    channel.close()
    assert browser.transport.value().endswith(b"0\r\n\r\n")


def test_closing_ends_the_streams(clock):
    channel = Channel(clock, LOG)
    browser = open_stream(channel, clock)
    channel.close()
    assert browser.transport.value().endswith(b"0\r\n\r\n")
    assert channel.listeners == 0
    assert not channel._heart.running
    channel.send(Sse("x", b"1"))
