"""Who may ask and command what over HTTP: a real site on a real port, asked as browsers ask."""

from __future__ import annotations

import http.client
import json
import threading

import msgspec
import pytest
import structlog
from twisted.internet.defer import Deferred, fail
from twisted.internet.selectreactor import SelectReactor

from protocol.errors import DeviceError, OperatorError
from station_config.runtime.web import Folder, listen
from subsystems.broadcast.site.answers import Ask, AskOf, Do, Doors, File, Login, Page, Upload
from subsystems.broadcast.site.gate import Gate

CONSOLE = "http://console.example"


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """What a test commands."""

    what: str


class Site:
    """The site in a thread of its own."""

    def __init__(self, pin):
        self.reactor = SelectReactor()
        self.done = []
        gate = Gate(pin, self.reactor.seconds, lambda: "the-session")
        doors = Doors(gate, frozenset({CONSOLE}), structlog.get_logger())
        root = Folder({})
        for name, leaf in self._leaves(doors).items():
            root.putChild(name.encode(), leaf)
        listening = listen(self.reactor, root, host="127.0.0.1", port=0, log=structlog.get_logger())
        self.port = listening.getHost().port
        self._thread = threading.Thread(target=self.reactor.run, args=(False,), daemon=True)
        self._thread.start()

    def _leaves(self, doors):
        return {
            "ask": Ask(doors, dict, foreign=True),
            "own": Ask(doors, dict),
            "who": AskOf(doors, lambda caller: caller.session),
            "do": Do(doors, Order, self._take),
            "preview": Do(doors, Order, self._take, guarded=False, foreign=True),
            "upload": Upload(
                doors, lambda raw, *_: len(raw), media=frozenset({"audio/wav"}), most=9
            ),
            "sound": File(doors, lambda _: b"RIFF", "audio/wav", name="a.wav"),
            "login": Login(doors),
            "page": Page(b"<p>", "text/html"),
            "later": Ask(doors, lambda _: self._later()),
            "broken": Ask(doors, lambda _: fail(DeviceError("no disk", where="archive"))),
            "defect": Ask(doors, lambda _: 1 / 0),
            "wrong": Ask(doors, self._wrong),
        }

    def _take(self, order, caller):
        self.done.append((order.what, caller.session))
        return {"done": order.what}

    def _later(self):
        answer = Deferred()
        self.reactor.callLater(0.01, answer.callback, "later")
        return answer

    @staticmethod
    def _wrong(_given):
        raise OperatorError("no such zone", where="zone")

    def request(self, method, path, body=None, **headers):
        """Return status, headers and body; a value that is no bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("content_type", "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        return answer.status, answer.headers, raw

    def stop(self):
        self.reactor.callFromThread(self.reactor.stop)
        self._thread.join(10)


@pytest.fixture(params=["", "4711"], ids=["open", "pin"])
def site(request, log_lines):  # noqa: ARG001 - keeps the output quiet
    site = Site(request.param)
    site.pin = request.param
    yield site
    site.stop()


def code(answer):
    return answer[0]


def test_everybody_may_ask_and_the_console_from_its_own_origin(site):
    status, headers, raw = site.request("GET", "/ask?zone=hall", origin=CONSOLE)
    assert (status, json.loads(raw)) == (200, {"zone": "hall"})
    assert headers["Access-Control-Allow-Origin"] == CONSOLE
    _, headers, _ = site.request("GET", "/ask", origin="http://evil.example")
    assert "Access-Control-Allow-Origin" not in headers
    _, headers, _ = site.request("GET", "/own", origin=CONSOLE)
    assert "Access-Control-Allow-Origin" not in headers


def test_the_console_is_told_beforehand_what_it_may(site):
    status, headers, _ = site.request("OPTIONS", "/preview", origin=CONSOLE)
    assert status == 204
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert code(site.request("OPTIONS", "/do", origin=CONSOLE)) == 405
    assert code(site.request("OPTIONS", "/preview", origin="http://evil.example")) == 405


def test_a_command_needs_a_session_only_where_a_pin_is_set(site):
    expected = 403 if site.pin else 200
    assert code(site.request("POST", "/do", {"what": "stop"})) == expected
    assert code(site.request("POST", "/preview", {"what": "x"})) == 200


def test_a_session_is_begun_with_the_pin_and_ended(site):
    if not site.pin:
        return
    assert code(site.request("POST", "/login", {"pin": "0000"})) == 403
    status, headers, raw = site.request("POST", "/login", {"pin": "4711"})
    assert (status, json.loads(raw)) == (200, {"signed_in": True})
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    session = cookie.partition(";")[0]
    assert code(site.request("POST", "/do", {"what": "stop"}, cookie=session)) == 200
    assert site.done == [("stop", "the-session")]
    assert json.loads(site.request("GET", "/who", cookie=session)[2]) == "the-session"
    site.request("POST", "/login", {"pin": ""}, cookie=session)
    assert code(site.request("POST", "/do", {"what": "stop"}, cookie=session)) == 403


def test_another_site_may_not_command(site):
    for origin in (CONSOLE, "http://evil.example", "null"):
        assert code(site.request("POST", "/do", {"what": "stop"}, origin=origin)) == 403
        assert code(site.request("POST", "/login", {"pin": "4711"}, origin=origin)) == 403
    own = f"http://127.0.0.1:{site.port}"
    assert code(site.request("POST", "/preview", {"what": "x"}, origin=own)) == 200


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"what": "x"}', "text/plain"),
        (b'{"what": "x"}', "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"\xff", "application/json"),
        (b'{"what": 1}', "application/json"),
        (b'{"what": "x", "more": 1}', "application/json"),
        (b"[" * 5000, "application/json"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(site, body, media):
    status, _, raw = site.request("POST", "/preview", body, content_type=media)
    assert status == 400
    assert json.loads(raw)["error"]
    assert site.done == []


def test_a_file_has_its_type_and_its_measure(site):
    cookie = ""
    if site.pin:
        cookie = site.request("POST", "/login", {"pin": "4711"})[1]["Set-Cookie"].partition(";")[0]
    given = {"cookie": cookie}
    assert code(site.request("POST", "/upload", b"x" * 9, content_type="audio/wav", **given)) == 200
    assert (
        code(site.request("POST", "/upload", b"x" * 10, content_type="audio/wav", **given)) == 400
    )
    assert code(site.request("POST", "/upload", b"x", content_type="text/plain", **given)) == 400


def test_answers_that_come_later_fail_or_are_files(site, log_lines):
    assert json.loads(site.request("GET", "/later")[2]) == "later"
    status, _, raw = site.request("GET", "/broken")
    assert (status, json.loads(raw)["where"]) == (500, "archive")
    status, _, raw = site.request("GET", "/defect")
    assert (status, json.loads(raw)["error"]) == (500, "our defect")
    assert "ZeroDivisionError" in str(log_lines)
    assert code(site.request("GET", "/wrong")) == 400
    status, headers, raw = site.request("GET", "/sound")
    assert (raw, headers["Content-Type"]) == (b"RIFF", "audio/wav")
    assert "a.wav" in headers["Content-Disposition"]


def test_pages_may_play_sounds_and_nothing_from_elsewhere(site):
    policy = site.request("GET", "/page")[1]["Content-Security-Policy"]
    assert "media-src 'self' blob:" in policy
    assert "default-src 'none'" in policy
