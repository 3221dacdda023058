"""The live stream: everything, then what changes, straight after the commit, to everybody."""

import json
import socket
import time

import pytest

pytestmark = pytest.mark.end_to_end

PATIENCE_S = 20


class Listener:
    """A page that listens; reads one event after another."""

    def __init__(self, caller, last=""):
        self._socket = socket.create_connection(("127.0.0.1", caller.hub.deployment.hub.port))
        self._socket.settimeout(PATIENCE_S)
        again = f"Last-Event-ID: {last}\r\n" if last else ""
        asked = f"GET /api/v1/live HTTP/1.0\r\nHost: x\r\nCookie: {caller.cookie}\r\n{again}\r\n"
        self._socket.sendall(asked.encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        while self._file.readline().strip():
            pass

    def next(self, *names):
        """Return name, id and data of the next event of these names."""
        deadline = time.monotonic() + PATIENCE_S
        event = {}
        while time.monotonic() < deadline:
            line = self._file.readline().decode().rstrip("\n")
            if not line:
                if event.get("event") in names:
                    return event["event"], event.get("id", ""), json.loads(event["data"])
                event = {}
                continue
            name, _, value = line.partition(": ")
            event[name] = value
        raise AssertionError(names)

    def close(self):
        self._file.close()
        self._socket.close()


@pytest.fixture
def listen(console):
    opened = []

    def begin(caller=None, last=""):
        opened.append(Listener(caller or console("viewer"), last))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def test_first_comes_everything(console, listen):
    page = listen()
    assert page.status == 200
    _, seq, snapshot = page.next("snapshot")
    assert snapshot["seq"] == seq
    rows = console("viewer").get("/runs")["rows"]
    assert {row["id"] for row in snapshot["rows"]} == {row["id"] for row in rows}
    assert page.next("state")[2]["leads"]


def test_a_command_is_on_every_page_at_once(console, listen, some_run):
    pages, row = [listen() for _ in range(3)], some_run()
    for page in pages:
        page.next("snapshot")
    began = time.monotonic()
    _, answer = console("dispatcher").say(row["id"], "delay", minutes=20, seen=row)
    for page in pages:
        while True:
            patch = page.next("patch")[2]
            changed = [each for each in patch["rows"] if each["id"] == row["id"]]
            if changed:
                break
        assert changed[0]["words"][0]["word"]["minutes"] == 20
        assert changed[0]["hand"] == answer["hand"]
    assert time.monotonic() - began < 2


def test_who_comes_back_gets_what_was_missed_and_nothing_else(console, listen, some_run):
    page, row = listen(), some_run()
    _, seq, _ = page.next("snapshot")
    page.close()
    console("dispatcher").say(row["id"], "delay", minutes=20)
    again = listen(last=seq)
    name, _, patch = again.next("snapshot", "patch")
    assert name == "patch"
    assert row["id"] in [each["id"] for each in patch["rows"]]


def test_who_knows_another_life_of_the_hub_begins_anew(listen):
    assert listen(last="another.7").next("snapshot", "patch")[0] == "snapshot"


def test_manual_and_who_edits_are_told(console, listen, some_run):
    page, row = listen(), some_run()
    page.next("state")
    console("dispatcher").post("/editing", run_id=row["id"])
    assert row["id"] in [each["run_id"] for each in page.next("presence")[2]]
    console("dispatcher").post("/editing", run_id=None)


def test_conflicts_follow(console, listen, some_run):
    page, row, other = listen(), some_run(role="INTERMEDIATE"), some_run(role="INTERMEDIATE")
    page.next("standing")
    caller = console("dispatcher")
    caller.say(other["id"], "track", track=row["run"]["track"])
    caller.say(other["id"], "departure", at=row["run"]["departure"]["planned"])
    _, answer = caller.say(other["id"], "arrival", at=row["run"]["arrival"]["planned"])
    assert "track-occupied" in [each["code"] for each in answer["answer"]["warned"]], answer
    told = page.next("standing")[2]["conflicts"]
    codes = [each["code"] for run_id in (row["id"], other["id"]) for each in told.get(run_id, [])]
    assert "track-occupied" in codes


def test_without_a_session_there_is_no_stream(console, listen):
    assert listen(console.nobody()).status == 401


def test_a_session_that_is_over_ends_its_stream(console, listen):
    caller = console("viewer", new=True)
    page = listen(caller)
    page.next("snapshot")
    caller.ask("POST", "/session/end", {})
    deadline = time.monotonic() + 30
    try:
        while page._file.readline():
            assert time.monotonic() < deadline
    except OSError:
        return
