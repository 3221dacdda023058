"""Who may change something here: asked as a browser asks, bytes in and bytes out."""

from __future__ import annotations

import json

import msgspec
import pytest
import structlog
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from protocol.errors import DeviceError, OperatorError
from station_config.runtime.web import Folder, make_site
from subsystems.staff_notices.gate import Guarded, local
from subsystems.staff_notices.limits import Limit

JSON = "Content-Type: application/json"
PRIVATE = IPv4Address("TCP", "10.1.2.3", 40000)


class Word(msgspec.Struct):
    word: str


class Door:
    """A guarded page at ``/``; `took` is what came through, `answer` what it says then."""

    def __init__(self, burst=100.0):
        self.clock, self.took, self.answer = Clock(), [], {"well": True}
        limit = Limit(1.0, burst)
        log = structlog.get_logger()
        root = Folder({})
        guarded = Guarded(Word, self._take, limit=limit, reactor=self.clock, log=log)
        root.putChild(b"say", guarded)
        self.site = make_site(self.clock, root, log)

    def _take(self, value):
        self.took.append(value.word)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def send(self, *headers, body=b'{"word": "x"}', peer=PRIVATE):
        self.transport = StringTransport(peerAddress=peer)
        self.connection = self.site.buildProtocol(None)
        self.connection.makeConnection(self.transport)
        lines = ["POST /say HTTP/1.1", "Host: posts:80", *headers, f"Content-Length: {len(body)}"]
        self.connection.dataReceived("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def told(self):
        head, _, content = self.transport.value().partition(b"\r\n\r\n")
        if b"chunked" in head:
            content = content.split(b"\r\n")[1]
        return int(head.split()[1]), json.loads(content)

    def ask(self, *headers, **rest):
        self.send(*(headers or (JSON,)), **rest)
        return self.told()


@pytest.fixture
def door():
    return Door()


def test_a_page_of_ours_is_answered(door):
    ours = (JSON, "Origin: http://posts:80", "Sec-Fetch-Site: same-origin")
    assert door.ask(*ours) == (200, {"well": True})
    assert door.took == ["x"]


@pytest.mark.parametrize(
    "header",
    [
        "Origin: http://evil.example",
        "Origin: http://posts:81",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none",
    ],
)
def test_a_page_of_another_site_is_not(door, header):
    assert door.ask(JSON, header)[0] == 403
    assert door.took == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Type: text/plain"], b'{"word": "x"}'),
        (["Content-Type: application/x-www-form-urlencoded"], b"word=x"),
        ([JSON], b"{"),
        ([JSON], b'{"word": 1}'),
        ([JSON], b"\xff\xff"),
    ],
)
def test_what_is_no_json_value_of_this_kind_is_refused(door, headers, body):
    assert door.ask(*headers, body=body)[0] == 400
    assert door.took == []


def test_only_from_a_private_network(door):
    assert door.ask(peer=IPv4Address("TCP", "8.8.8.8", 1))[0] == 403
    assert door.ask(peer=IPv6Address("TCP", "2001:4860:4860::8888", 1))[0] == 403
    assert door.took == []
    assert door.ask(peer=IPv6Address("TCP", "::ffff:192.168.0.9", 1))[0] == 200


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("172.16.3.4", True),
        ("fe80::1%eth0", True),
        ("fd00::5", True),
        ("::ffff:8.8.8.8", False),
        ("1.1.1.1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_private_addresses_are_known(host, ours):
    assert local(host) is ours


def test_who_asks_too_often_waits_and_harms_nobody_else():
    door = Door(burst=2.0)
    assert [door.ask()[0] for _ in range(3)] == [200, 200, 429]
    assert door.ask(peer=IPv4Address("TCP", "10.9.9.9", 1))[0] == 200
    door.clock.advance(1.0)
    assert door.ask()[0] == 200


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OperatorError("no such post"), 403, "no such post"),
        (DeviceError("disk is full"), 503, "disk is full"),
        (KeyError("secret"), 500, "our defect"),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_what_goes_wrong_is_said_by_whose_fault_it_is(door, error, code, told, later):
    door.answer = fail(error) if later else error
    assert door.ask() == (code, {"error": told})


def test_an_answer_may_come_later(door):
    door.answer = waiting = Deferred()
    door.send(JSON)
    assert door.transport.value() == b""
    waiting.callback({"late": 1})
    assert door.told() == (200, {"late": 1})


def test_who_left_before_the_answer_harms_nobody(door):
    door.answer = waiting = Deferred()
    door.send(JSON)
    door.connection.connectionLost(ConnectionError())
    waiting.callback({"late": 1})
    assert door.transport.value() == b""
    assert waiting.result is None, "no failure that nobody sees"
    door.answer = {}
    assert door.ask()[0] == 200
