"""A whole station behind the console: all subsystems, dispatching, posts; and people at work."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

from playwright.sync_api import expect

from hub.accounts.client import Desk
from hub.accounts.roles import StaffRole
from hub.store.database import Database
from station_config.runtime.deployment import load_deployment
from tests.browser import note
from tests.end_to_end.demo import Demo
from tests.hub.console.conftest import Caller

PATIENCE_S = 90
PATIENCE_MS = 30_000
WORKS = ("dispatcher", "supervisor", "administrator")


class WholeStation:
    """`station demo` at `speed`, and somebody of each role who works at it.

    Attributes:
        demo: the process.
        callers: by role, logged in at the API.
    """

    def __init__(self, directory, *, at="07:30", speed="20"):
        self.demo = Demo(directory / "demo", "--at", at, "--speed", speed)
        self.deployment = load_deployment(self._ready().data / "deployment.toml")
        self.url = self.demo.hub_url
        database = Database(self.deployment.hub.database)
        database.create()
        desk = Desk(database, self.deployment)
        self.callers = {role: self._somebody(desk, role) for role in WORKS}
        database.close()

    def _ready(self):
        try:
            return self.demo.ready()
        except BaseException:
            self.demo.stop()
            raise

    def _somebody(self, desk, role):
        name = f"{role}.wang"
        caller = Caller(self, name, desk.add(name, StaffRole(role)))
        assert caller.log_in()[0] == 200
        return caller

    def stop(self):
        assert self.demo.stop() == 0

    def until(self, question, what):
        deadline = time.monotonic() + PATIENCE_S
        while not (answer := question()):
            assert time.monotonic() < deadline, what
            time.sleep(0.2)
        return answer

    def notice(self, kind, zh, en, *, minutes=60, zones=(), **more):
        """Publish a notice as the dispatcher."""
        caller = self.callers["dispatcher"]
        ends = after(caller.get("/station")["now"], minutes)
        told = {
            "notice_id": f"n{uuid.uuid4().hex[:8]}",
            "kind": kind,
            "text": {"zh": zh, "en": en},
            "zones": list(zones),
            "ends_at": ends,
            **more,
        }
        answer = caller.post(
            "/notices", command="notice", command_id=uuid.uuid4().hex, why="weather", notice=told
        )
        assert answer["answer"]["accepted"], answer

    def fill(self):
        """See to it that every page has something on it: notices, a drill, alarms in each state."""
        dispatcher = self.callers["dispatcher"]
        self.notice("INFORMATION", "请看管好随身物品。", "Please keep your belongings with you.")
        weather = "因大风，部分列车晚点，请留意显示屏。"
        self.notice("DISRUPTION", weather, "Because of wind some trains are late.", spoken=True)
        armed = dispatcher.post("/scenarios/arm", wanted=drill(dispatcher), why="quarterly drill")
        dispatcher.post("/scenarios/begin", token=armed["token"], count=armed["count"])
        alarms = self.until(lambda: self.alarms(3), "three alarms")
        keys = [each["condition"]["key"] for each in alarms]
        # One that is over and acknowledged is gone: each is taken once.
        dispatcher.post("/alarms/acknowledge", keys=keys[:1])
        dispatcher.post("/alarms/shelve", key=keys[1], minutes=720, why="is repaired")

    def alarms(self, least):
        """Return the alarms, None while there are fewer."""
        found = self.callers["dispatcher"].get("/alarms")["alarms"]
        return found if len(found) >= least else None


def drill(caller):
    """Return the first prepared scenario as a drill."""
    first = caller.get("/scenarios")["prepared"][0]["id"]
    return {
        "scenario": first,
        "zones": [],
        "tracks": [],
        "manual": False,
        "minutes": 600,
        "drill": True,
    }


def after(instant, minutes):
    """Return `instant` and so many minutes, as the API has it."""
    at = datetime.fromisoformat(instant) + timedelta(minutes=minutes)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Seat:
    """A page of the console on which somebody is logged in."""

    def __init__(
        self, station, role, chromium, *, width=1366, height=768, language="en", theme="light"
    ):
        self.station = station
        self.caller = station.callers[role]
        self.context = chromium.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.page.complaints = []
        self.page.on("pageerror", lambda error: self.page.complaints.append(str(error)))
        self.page.on("console", lambda message: note(self.page, message))
        self.prefer(language, theme)
        self.page.goto(f"{station.url}/console/")
        self.page.locator("#name").fill(self.caller.name)
        self.page.locator("#password").fill(self.caller.password)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[role=grid]")).to_be_visible(timeout=PATIENCE_MS)

    def prefer(self, language, theme):
        self.caller.post("/session/preferences", language=language, theme=theme)

    def turn(self, language, theme):
        """Load the page anew in another language and theme."""
        self.prefer(language, theme)
        self.page.reload()
        expect(self.page.locator("header.bar nav")).to_be_visible(timeout=PATIENCE_MS)

    def go(self, path, shown="main h2"):
        """Go to a page, and wait until `shown` is there."""
        self.page.evaluate("path => (location.hash = `#/${path}`)", path)
        expect(self.page.locator(shown).first).to_be_visible(timeout=PATIENCE_MS)
        return self.page

    def close(self):
        self.context.close()
