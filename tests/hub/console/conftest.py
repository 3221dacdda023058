"""A real hub with an account of each role, and somebody who talks to its API as a page does."""

from __future__ import annotations

import http.client
import json
import uuid

import pytest

from hub.accounts.client import Desk
from hub.accounts.roles import StaffRole
from hub.store.database import Database
from station_config.load import load_station
from tests.hub.real_hub import RealHub

CATEGORY = "G"


class Caller:
    """Somebody at a browser; remembers the cookie and the page's token."""

    def __init__(self, hub, name="", password=""):
        self.hub = hub
        self.name = name
        self.password = password
        self.cookie = ""
        self.token = ""
        self.headers = {}

    def ask(self, method, path, body=None, **headers):
        """Return status, answer and headers."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.hub.deployment.hub.port, timeout=20
        )
        sent = {"Cookie": self.cookie, "X-Page-Token": self.token} | headers
        raw = None
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, f"/api/v1{path}", raw, {k: v for k, v in sent.items() if v})
        answer = connection.getresponse()
        self.headers = answer.headers
        read = answer.read()
        connection.close()
        return answer.status, json.loads(read) if read else None

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path, **body):
        status, answer = self.ask("POST", path, body)
        assert status == 200, answer
        return answer

    def log_in(self, password=None):
        given = {"name": self.name, "password": password or self.password}
        status, answer = self.ask("POST", "/session", given)
        if status == 200:
            self.cookie = self.headers["Set-Cookie"].partition(";")[0]
            self.token = answer["page_token"]
        return status, answer

    def row(self, run_id):
        return next(row for row in self.get("/runs")["rows"] if row["id"] == run_id)

    def say(self, run_id, field, *, why="x", seen=None, path="/command", **word):
        """Say a word about a run; return status and answer."""
        order = {
            "command": "set",
            "command_id": uuid.uuid4().hex,
            "why": why,
            "run_id": run_id,
            "word": {"field": field, **word},
        }
        if seen is not None:
            order["seen_hand"] = seen["hand"]
            order["seen_rev"] = seen["rev"]
        return self.ask("POST", path, order)


@pytest.fixture(scope="package")
def console(tmp_path_factory):
    """A hub and its people: `console(role)` is somebody of that role, logged in."""
    hub = RealHub(tmp_path_factory.mktemp("console"))
    hub.start()
    desk = people(hub)
    made = {}

    def somebody(role, *, new=False):
        if new or role not in made:
            name = f"{role}.{uuid.uuid4().hex[:6]}"
            caller = Caller(hub, name, desk.add(name, StaffRole(role)))
            assert caller.log_in()[0] == 200
            if new:
                return caller
            made[role] = caller
        return made[role]

    somebody.hub = hub
    somebody.desk = desk
    somebody.nobody = lambda: Caller(hub)
    yield somebody
    hub.stop()


def people(hub):
    database = Database(hub.deployment.hub.database)
    database.create()
    return Desk(database, hub.deployment)


@pytest.fixture
def some_run(console):
    """Return runs that still come, no two alike in a test."""
    taken = console.__dict__.setdefault("taken", set())
    now = set()
    rows = load_station(console.hub.deployment.station).timetable.rows
    printed = {row.departure_number for row in rows}

    def fits(row, wanted):
        run = row["run"]
        later = run.get("departure", {}).get("planned", "") > "2021-01-20T06:00"
        if not later:
            return False
        alike = all(run.get(name) == value for name, value in wanted.items())
        over = row["withdrawn"] or run.get("cancelled") or row["passengers"] == "GONE"
        if over or run["departure_number"] not in printed:
            return False  # others add trains, and take them back
        return alike and row["id"].startswith("2021-01-20")

    def take(**wanted):
        rows = [row for row in console("viewer").get("/runs")["rows"] if fits(row, wanted)]
        fresh = [row for row in rows if row["id"] not in taken]
        # A hub serves many files: when all were taken, one of which nobody says anything any more.
        quiet = [row for row in rows if not row["words"] and row["id"] not in now]
        assert fresh or quiet, "no such run"
        row = [*fresh, *quiet][0]
        taken.add(row["id"])
        now.add(row["id"])
        return row

    return take
