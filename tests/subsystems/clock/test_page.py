"""The clock's page in a real browser, its process and broker real, the hub in the test's hand."""

from __future__ import annotations

import os
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from protocol.master_clock import MasterClock
from protocol.messages import Beat, Source, SourceMode

pytestmark = pytest.mark.end_to_end
SHOTS = os.environ.get("STATION_SHOTS")
"""Directory for pictures to be looked at by a person."""


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def shown(page, zone):
    text = page.evaluate("document.documentElement.dataset.shown")
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone))


def open_page(page, process, turning):
    turning.until(lambda: answers(page, process.url), 20)
    return page


def answers(page, url):
    try:
        return page.goto(url).ok
    except Exception:  # noqa: BLE001 - not up yet
        return False


def until_page(turning, page, code):
    panel = page.locator("#panel")
    turning.until(lambda: panel.get_attribute("data-code") == code, 20)


def beat_until(turning, hub, page, code, beats=20):
    """A hub beats whether anybody listens yet or not."""
    for _ in range(beats):
        hub.beat()
        turning.for_seconds(1.0)
        if page.locator("#panel").get_attribute("data-code") == code:
            return
    until_page(turning, page, code)


ZONE = "Asia/Shanghai"


@pytest.fixture
def right(clock_process):
    """Says whether a page shows the hub's time: never ahead, and behind by less than `limit_s`."""

    def is_right(page, limit_s=1.2):
        if page.evaluate("document.documentElement.dataset.shown") is None:
            return False
        error_s = (clock_process.hub_clock.now() - shown(page, ZONE)).total_seconds()
        return -0.1 <= error_s < limit_s

    return is_right


def test_it_knows_only_its_own_time_and_says_so(page, clock_process, turning):
    open_page(page, clock_process.start(), turning)
    until_page(turning, page, "NO_DATA")
    expect(page.locator("#measures")).to_contain_text("Own clock, never checked")
    shoot(page, "clock-no-data")
    assert page.complaints == []


def test_it_tells_the_hubs_time_and_what_its_own_was(
    page, clock_process, turning, cast, nats_broker, right
):
    hub = cast.hub(nats_broker, clock=clock_process.hub_clock)
    open_page(page, clock_process.start(), turning)
    hub.everything()
    beat_until(turning, hub, page, "LIVE")
    expect(page.locator("#line")).to_contain_text("实时信息")
    turning.until(lambda: "−2.0 s" in page.locator("#measures").inner_text(), 10)
    turning.for_seconds(2)
    assert right(page)
    shoot(page, "clock-live")
    hub.die()
    until_page(turning, page, "CHECKING")
    shoot(page, "clock-checking")
    assert clock_process.end(signal.SIGTERM) == 0
    assert page.complaints == []


def test_it_goes_on_when_its_process_dies_and_comes_back_by_itself(
    page, clock_process, turning, cast, nats_broker, right
):
    hub = cast.hub(nats_broker, clock=clock_process.hub_clock)
    open_page(page, clock_process.start(), turning)
    hub.everything()
    beat_until(turning, hub, page, "LIVE")
    turning.for_seconds(1)
    assert clock_process.end(signal.SIGKILL) == -signal.SIGKILL
    until_page(turning, page, "SCREEN_ALONE")
    before = shown(page, ZONE)
    turning.until(lambda: shown(page, ZONE) >= before + timedelta(seconds=2), 5)
    expect(page.locator("#line")).to_contain_text("屏幕独立运行 自 07:")
    shoot(page, "clock-alone")

    page.reload()
    until_page(turning, page, "SCREEN_ALONE")
    turning.until(lambda: right(page, 2.0))

    clock_process.start()
    until_page(turning, page, "AUTONOMOUS")
    beat_until(turning, hub, page, "LIVE")
    turning.until(lambda: right(page))
    assert page.complaints == []


@pytest.mark.parametrize("clock_process", ["muehlau_am_see"], indirect=True)
def test_a_clock_speaks_its_stations_language(page, clock_process, turning):
    open_page(page, clock_process.start(), turning)
    until_page(turning, page, "NO_DATA")
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.locator("#line [lang=de]")).to_have_text("Noch keine Angaben, bitte nachfragen")
    expect(page.locator("#measures")).to_contain_text("Eigene Uhr, nie geprüft")
    expect(page.locator("[data-word=year] [lang=de]")).to_have_text("J")
    expect(page).to_have_title("Mühlau am See Uhr Clock")
    assert page.locator("[lang=zh]").count() == 0
    shoot(page, "clock-german")


LOOKS = [(look, theme) for look in ("both", "led", "hands") for theme in ("dark", "light")]


def test_every_look_is_readable_for_everybody(new_page, clock_process, turning, cast, nats_broker):
    hub = cast.hub(nats_broker, clock=clock_process.hub_clock)
    clock_process.start()
    page = open_page(new_page(), clock_process, turning)
    hub.everything()
    beat_until(turning, hub, page, "LIVE")
    for look, theme in LOOKS:
        page.goto(f"{clock_process.url}?look={look}&theme={theme}&lang=en,zh")
        until_page(turning, page, "LIVE")
        hub.beat()
        shoot(page, f"clock-{look}-{theme}")
        assert page.evaluate(OUTSIDE) == [], look
        assert not page.evaluate(OVERLAPPING), look
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
        assert page.locator("#hands svg").is_visible() is (look != "led")
        assert page.locator("#time .digits").first.is_visible() is (look != "hands")


def test_looks_are_chosen_by_keys_and_buttons_and_kept(page, clock_process, turning):
    open_page(page, clock_process.start(), turning)
    root = page.locator("html")
    expect(root).to_have_attribute("data-look", "both")
    page.keyboard.press("l")
    page.keyboard.press("t")
    expect(root).to_have_attribute("data-look", "led")
    theme = root.get_attribute("data-theme")
    page.locator("#press-look").focus()
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-look", "hands")
    page.reload()
    expect(root).to_have_attribute("data-look", "hands")
    expect(root).to_have_attribute("data-theme", theme)
    assert page.complaints == []


def test_the_master_clock_is_named_with_what_the_hub_says_of_it(
    page, clock_process, turning, cast, nats_broker
):
    hub = cast.hub(nats_broker, clock=clock_process.hub_clock)
    open_page(page, clock_process.start(), turning)
    hub.everything()
    beat_until(turning, hub, page, "LIVE")
    measures = page.locator("#measures")
    for word, told in (("synced", "gps 已同步"), ("suspect", "gps 信号矛盾")):
        master = MasterClock(source="gps", uncertainty_s=0.25, stratum=1)
        hub.say(
            Beat(
                utc=hub.clock.now(), manifest_seq=hub.manifest_seq, clock_quality=word, clock=master
            )
        )
        expect(measures).to_contain_text(told)
    # The master's 250 ms and the page's own, which grow with the load of the machine.
    expect(measures).to_contain_text(re.compile(r"±(2[5-9]\d|[3-9]\d\d) ms"))


class Leaping:
    """A hub's clock with a leap second at the end of its present minute, some seconds ahead."""

    rate = 1.0

    def __init__(self, wall, ahead_s):
        self.wall = wall
        started = wall().timestamp()
        minute = started // 60 * 60 + 60
        self.shift = minute - ahead_s - started
        self.at = minute

    def now(self):
        straight = self.wall().timestamp() + self.shift
        if straight < self.at:
            return datetime.fromtimestamp(straight, UTC)
        told = self.at - 1e-6 if straight < self.at + 1 else straight - 1
        return datetime.fromtimestamp(told, UTC)

    def beat(self, hub):
        left = self.now().timestamp() < self.at
        at = datetime.fromtimestamp(self.at, UTC) if left else None
        master = MasterClock(source="gps", uncertainty_s=0.001, leap_at=at, leap=int(left))
        hub.say(
            Beat(
                utc=self.now(),
                manifest_seq=hub.manifest_seq,
                clock_quality="synced",
                clock=master,
                source=Source(SourceMode.LIVE, self.now(), self.now()),
            )
        )


def test_the_60th_second_is_shown_and_nothing_is_left_out_or_repeated(
    page, clock_process, turning, cast, nats_broker
):
    open_page(page, clock_process.start(), turning)
    clock = Leaping(clock_process.hub_clock.now, 12.0)
    hub = cast.hub(nats_broker, clock=clock)
    hub.everything()
    panel = page.locator("#panel")

    def beaten():
        clock.beat(hub)
        turning.for_seconds(0.5)
        return panel.get_attribute("data-code") == "LIVE"

    turning.until(beaten, 9)
    turning.until(lambda: beaten() and page.locator("#leap").is_visible(), 4)
    page.evaluate(RECORD)
    turning.until(lambda: beaten() and clock.now().timestamp() > clock.at + 4, 25)
    shown = [text[-2:] for text in page.evaluate("window.seen")]
    at = shown.index("59")
    assert shown[at : at + 5] == ["59", "60", "00", "01", "02"], shown
    expect(page.locator("#leap")).to_be_hidden()
    shoot(page, "clock-leap")


RECORD = """() => { window.seen = [];
    new MutationObserver(() => window.seen.push(document.documentElement.dataset.shown))
        .observe(document.documentElement, { attributeFilter: ["data-shown"] }); }"""

SIZES = [(1080, 1920), (1280, 720), (1280, 1024)]


def test_nothing_is_cut_off_on_other_screens(new_page, clock_process, turning, cast, nats_broker):
    hub = cast.hub(nats_broker, clock=clock_process.hub_clock)
    clock_process.start()
    pages = [open_page(new_page(*size), clock_process, turning) for size in SIZES]
    hub.everything()
    for size, page in zip(SIZES, pages, strict=True):
        beat_until(turning, hub, page, "LIVE")
        shoot(page, f"clock-{size[0]}")
        assert page.evaluate(OUTSIDE) == [], size
        assert not page.evaluate(OVERLAPPING), size
        assert page.complaints == []


OUTSIDE = """() => [...document.querySelectorAll('h1, p, span, svg, dt, dd')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (r.left < 0 || r.top < 0
        || r.right > innerWidth + 1 || r.bottom > innerHeight + 1))
    .map(([e]) => e.outerHTML.slice(0, 80))"""

OVERLAPPING = """() => { const boxes = ['header', '#dial', '#calendar', 'footer']
    .map(s => document.querySelector(s).getBoundingClientRect());
    return boxes.slice(1).some((b, n) => b.top < boxes[n].bottom - 1); }"""
