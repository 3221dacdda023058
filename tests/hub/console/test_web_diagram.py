"""The track diagram in the real console: its three layers, time, keys, as a dispatcher has them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from hub.accounts.roles import StaffRole
from station_config.runtime.deployment import ClockSettings, dump_deployment
from tests.hub.console.conftest import Caller, people
from tests.hub.real_hub import MORNING, RealHub
from tests.svg_layers.odd_stations import ODD, write

pytestmark = pytest.mark.end_to_end

READY = ".td-page[data-ready]"
SLOW = 30_000
LATE, EARLY, CANCELLED, HELD = (f"2021-01-20.{n}" for n in ("d6967", "z284", "k888", "k43"))
GONE = "2021-01-20.d6753"
"""Leaves at 08:32: before now, after the journal began."""


def starts_at(hub, moment):
    """Let the hub's next life begin at a moment of station time."""
    clock = ClockSettings(origin=moment, started=time.time())  # noqa: TID251 - it starts now
    hub.deployment = msgspec.structs.replace(hub.deployment, clock=clock)
    dump_deployment(hub.deployment, hub.file)


class Desk:
    """A dispatcher at the diagram, logged in once for all tests, and one who says things."""

    def __init__(self, hub, page, caller):
        self.hub, self.page, self.caller = hub, page, caller
        self.network = []
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.responseReceived", self._heard)

    def _heard(self, said):
        answer = said["response"]
        if re.search(r"/diagram/[0-9a-f]{64}\.svg$", answer["url"]) and not answer.get(
            "fromDiskCache"
        ):
            self.network.append(answer["url"])

    def open(self, language="en", theme="light"):
        """Load the page anew, as whoever comes back does."""
        self.caller.post("/session/preferences", language=language, theme=theme)
        self.page.goto("about:blank")
        self.page.goto(f"{self.hub.url}/console/#/diagram")
        expect(self.page.locator(READY)).to_be_visible(timeout=SLOW)
        return self.page

    def say(self, run_id, field, **word):
        status, answer = self.caller.say(run_id, field, **word)
        assert status == 200, answer

    def now(self):
        return self.caller.get("/diagram")["now"]

    def at(self, minutes=0):
        """Station time in so many minutes, as a command has it."""
        moment = MORNING + timedelta(seconds=self.now() - MORNING.timestamp(), minutes=minutes)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def since(self, clock):
        """Minutes from a time of this morning until now, as the slider has them: negative."""
        hours, minutes = map(int, clock.split(":"))
        ago = (hours - 8) * 60 + minutes - 30 - (self.now() - MORNING.timestamp()) / 60
        return round(ago)

    def slide(self, minutes):
        self.page.locator(".td-time input").evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", minutes
        )


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub that was there at 08:10 and is there again at 08:40, and a dispatcher's account."""
    made = RealHub(tmp_path_factory.mktemp("drawn"))
    starts_at(made, MORNING - timedelta(minutes=20))
    made.start()
    caller = Caller(made, "li.wei", people(made).add("li.wei", StaffRole("dispatcher")))
    assert caller.log_in()[0] == 200
    caller.say(LATE, "delay", minutes=10)
    made.stop()
    starts_at(made, MORNING + timedelta(minutes=10))
    made.start()
    assert caller.log_in()[0] == 200
    yield made, caller
    made.stop()


@pytest.fixture(scope="module")
def seat(hub, chromium):
    made, caller = hub
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    desk = Desk(made, page, caller)
    sit_down(made, caller, page)
    yield desk
    assert page.complaints == []
    context.close()


def sit_down(hub, caller, page):
    """Log in and look at the diagram; return the page."""
    page.goto(f"{hub.url}/console/#/diagram")
    page.locator("#name").fill(caller.name)
    page.locator("#password").fill(caller.password)
    page.keyboard.press("Enter")
    expect(page.locator(READY)).to_be_visible(timeout=SLOW)
    return page


def train(page, run_id):
    return page.locator(f'.td-train[data-run="{run_id}"]')


def bar(page, run_id):
    return page.locator(f'.td-bar[data-run="{run_id}"]')


def test_a_base_layer_comes_over_the_network_once_for_each_id(seat):
    page = seat.open("en")
    expect(page.locator(".td-track-name").first).to_have_text("1")
    page.locator('a[href="#/trains"]').click()
    expect(page.locator("[role=grid]")).to_be_visible(timeout=SLOW)
    page.locator('a[href="#/diagram"]').click()
    expect(page.locator(".td-track")).to_have_count(20)
    seat.open("zh")
    expect(page.locator(".td-track-name").first).to_have_text("1道")
    seat.open("en")
    expect(page.locator(".td-track-name").first).to_have_text("1")
    assert len(set(seat.network)) == 2, "another id is another file"
    assert len(seat.network) == 2, "and the browser keeps each"


WATCH = """() => { window.moved = []; document.addEventListener("transitionrun",
    (e) => e.propertyName === "transform" && window.moved.push(e.target.dataset.run)); }"""


def test_a_train_comes_stands_and_leaves_moving_unless_somebody_wants_no_motion(seat):
    page = seat.open("en")
    page.evaluate(WATCH)
    seat.say(LATE, "arrival", at=seat.at(2))
    coming = train(page, LATE)
    expect(coming).to_have_attribute("data-motion", "coming", timeout=SLOW)
    end = coming.get_attribute("data-place")
    assert end == "right/south"
    seat.say(LATE, "actual-arrival", at=seat.at())
    expect(coming).to_have_attribute("data-place", "track/19", timeout=SLOW)
    expect(coming).to_have_attribute("data-motion", "standing")
    expect(coming.locator(".td-mark")).to_have_text("M")
    page.wait_for_function("run => window.moved.includes(run)", arg=LATE, timeout=SLOW)
    moved = page.evaluate("window.moved.length")
    page.emulate_media(reduced_motion="reduce")
    seat.say(LATE, "actual-departure", at=seat.at())
    expect(coming).to_have_attribute("data-motion", "leaving", timeout=SLOW)
    expect(coming).to_have_attribute("data-place", "left/south")
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    assert page.evaluate("window.moved.length") == moved, "it is there, but did not move"
    page.emulate_media(reduced_motion="no-preference")


def test_how_trains_stand_is_told_by_colour_sign_shape_and_in_the_key(seat):
    page = seat.open("en")
    seat.say(EARLY, "delay", minutes=-3)
    seat.say(CANCELLED, "cancelled")
    seat.say(HELD, "unknown")
    page.get_by_role("button", name="Occupation").click()
    for run_id, account in ((EARLY, "early"), (CANCELLED, "cancelled"), (HELD, "held")):
        expect(bar(page, run_id)).to_have_attribute("data-account", account, timeout=SLOW)
        assert "manual" in bar(page, run_id).get_attribute("aria-label")
    rows = page.locator(".td-rows .td-label")
    assert rows.all_text_contents() == page.evaluate(
        "() => [...document.querySelectorAll('.td-track-name')].map((e) => e.textContent)"
        ".filter((_, i) => i % 2 === 0)"
    ), "a row a track"
    key = page.locator(".td-key")
    for word in ("On time", "Late", "Early", "Starts here", "Stops", "Ends here", "Cancelled"):
        expect(key).to_contain_text(word)
    expect(key).to_contain_text("manual")
    first, second = (bar(page, run_id).bounding_box() for run_id in (EARLY, CANCELLED))
    assert first["y"] != second["y"], "each on its track"


def test_pointing_tells_clicking_keeps_and_leads_to_the_train_table(seat):
    page = seat.open("en")
    first = page.locator(".td-train").first
    card = page.locator(".td-card")
    number = first.locator(".td-no").text_content()
    first.hover()
    expect(card.locator("h2")).to_have_text(number)
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    first.click()
    page.mouse.move(5, 5)
    expect(card).to_be_visible()
    run_id = first.get_attribute("data-run")
    card.get_by_role("button", name="Open this run").click()
    panel = page.locator("aside.panel")
    expect(panel).to_contain_text(number, timeout=SLOW)
    assert page.url.endswith(f"#/trains/{run_id}")


def test_the_slider_goes_back_through_the_journal_and_two_hours_ahead(seat):
    page = seat.open("en")
    expect(train(page, GONE)).to_have_count(0)
    seat.slide(seat.since("08:20"))
    expect(page.locator(READY)).to_have_attribute("data-state", "past", timeout=SLOW)
    expect(train(page, GONE)).to_have_attribute("data-place", "track/16", timeout=SLOW)
    seat.slide(seat.since("08:03"))
    expect(page.locator(".td-state")).to_contain_text("the record begins at 08:10", timeout=SLOW)
    seat.slide(120)
    expect(page.locator(READY)).to_have_attribute("data-state", "forecast", timeout=SLOW)
    expect(page.locator(".td-when")).to_contain_text("in 120 min")
    expect(train(page, "2021-01-20.g2414")).to_be_visible(timeout=SLOW)
    page.locator(".td-nowbutton").click()
    expect(page.locator(READY)).to_have_attribute("data-state", "live")
    expect(train(page, "2021-01-20.g2414")).to_have_count(0)


ON_TIME = "() => getComputedStyle(document.querySelector('.td-key .td-body, .td-key path')).fill"


def test_the_legend_is_the_accounts_own_and_stays(seat):
    page = seat.open("en")
    before = page.evaluate(ON_TIME)
    page.get_by_role("button", name="Edit legend").click()
    offered = page.get_by_label("Preset").locator("option").all_inner_texts()
    assert "Colour-blind safe (Okabe-Ito)" in offered
    page.get_by_label("Preset").select_option("okabe-ito")
    expect(page.locator(".td-good")).to_be_visible()
    page.get_by_label("On time: Colour").evaluate(
        "e => { e.value = '#123456'; e.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_function(f"before => ({ON_TIME})() !== before", arg=before)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".td-editor")).to_be_hidden()
    seat.open("en")
    assert page.evaluate(ON_TIME) == "rgb(18, 52, 86)"
    kept = seat.caller.get("/diagram/legend?theme=light")
    assert (kept["own"], kept["legend"]["name"]) == (True, "okabe-ito")
    seat.caller.post("/diagram/legend/reset", theme="light")


def test_the_keyboard_and_a_screen_reader_find_every_train(seat):
    page = seat.open("en")
    page.get_by_role("button", name="Zoom in").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.td-train')"):
            break
    run_id = page.evaluate("document.activeElement.dataset.run")
    expect(page.locator(".td-card")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".td-open")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.run") == run_id
    whole = seat.caller.get("/diagram")["trains"]
    tree = page.get_by_role("group", name="Trains")
    for drawn in tree.get_by_role("button").all():
        fields = whole[drawn.get_attribute("data-run")]
        assert fields["no"] in drawn.get_attribute("aria-label")
    table = page.get_by_role("table")
    for fields in whole.values():
        expect(table).to_contain_text(fields["no"])


@pytest.mark.parametrize(
    ("station", "moment", "tracks"),
    [
        ("hohhot_east", datetime(2017, 1, 20, 0, 40, tzinfo=UTC), 7),
        ("thirty_six", datetime(2025, 3, 29, 6, 0, tzinfo=UTC), 36),
    ],
)
def test_few_tracks_and_many(new_page, tmp_path, station, moment, tracks):
    made = RealHub(tmp_path / "hub")
    if station in ODD:
        where = write(tmp_path / station, station)
        made.deployment = msgspec.structs.replace(made.deployment, station=where)
    starts_at(made, moment)
    made.start()
    try:
        caller = Caller(made, "li.wei", people(made).add("li.wei", StaffRole("viewer")))
        page = sit_down(made, caller, new_page(1366, 768))
        expect(page.locator(".td-track")).to_have_count(tracks)
        expect(page.locator(".td-track-name")).to_have_count(2 * tracks)
        whole = caller.log_in() and caller.get("/diagram")
        expect(page.locator(".td-train")).to_have_count(len(whole["trains"]))
        page.locator(".td-views button").nth(1).click()
        expect(page.locator(".td-rows .td-label")).to_have_count(tracks)
        box = page.locator(".td-chart").bounding_box()
        assert box["width"] <= 1366
    finally:
        made.stop()


@pytest.mark.parametrize(
    ("language", "theme"), [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
)
def test_axe_finds_nothing_in_any_state(seat, language, theme):
    page = seat.open(language, theme)
    axe = Axe()

    def holds(what):
        found = axe.run(page)
        assert found.violations_count == 0, f"{what}: {found.generate_report()}"

    expect(page.locator(".td-train")).not_to_have_count(0)
    page.locator(".td-train").first.click()
    expect(page.locator(".td-open")).to_be_visible()
    holds("trains and the card")
    page.locator(".td-bar-of-tools > button").click()
    expect(page.locator(".td-good")).to_be_visible()
    holds("the editor")
    page.keyboard.press("Escape")
    page.locator(".td-views button").nth(2).click()
    for minutes, state in ((seat.since("08:20"), "past"), (60, "forecast")):
        seat.slide(minutes)
        expect(page.locator(READY)).to_have_attribute("data-state", state, timeout=SLOW)
        expect(page.locator(".td-train")).not_to_have_count(0)
        holds(state)
