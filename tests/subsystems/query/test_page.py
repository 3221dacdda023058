"""The kiosk's page in a real browser, its process and broker real, the hub in the test's hand."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.end_to_end
SHOTS = os.environ.get("STATION_SHOTS")
"""Directory for pictures to be looked at by a person."""
PATIENCE_MS = 20_000
WIDE, UPRIGHT = (1920, 1080), (1080, 1920)
SCREENS = ("", "number", "place", "time", "platform", "all", "train/2021-01-20.g2404")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


@pytest.fixture
def live(kiosk, cast, nats_broker, turning):
    """A kiosk that is in step with a hub and has its names spelled."""
    kiosk.hub = cast.hub(nats_broker, clock=kiosk.hub_clock)
    kiosk.start()
    kiosk.feed(kiosk.hub, turning)
    if kiosk.station.languages[0] == "zh":
        turning.until(lambda: kiosk.ask("find?text=bt").get("items"), 20)
    return kiosk


def opened(page, kiosk, query="", screen=""):
    page.goto(f"{kiosk.url}?{query}#/{screen}")
    expect(page.locator("#station")).not_to_be_empty(timeout=PATIENCE_MS)
    shown = ".now .cell b" if screen.startswith("train") else ".row .when b"
    expect(page.locator(shown).first).to_be_visible(timeout=PATIENCE_MS)
    return page


def numbers(page):
    return page.locator(".row .number").all_inner_texts()


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(WIDE, "dark", "zh"), (UPRIGHT, "light", "en")],
    ids=["wide-dark-zh", "upright-light-en"],
)
def test_every_screen_is_for_everybody(live, new_page, size, theme, language):
    """WCAG 2.2 AA by axe-core; nothing cut off; nothing too small to be touched."""
    page = new_page(*size)
    for screen in SCREENS:
        opened(page, live, f"theme={theme}&lang={language}", screen)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert found.violations_count == 0, (screen, found.generate_report())
        assert page.evaluate(OUTSIDE) == [], screen
        assert page.evaluate(SMALL) == [], screen
        name = screen.partition("/")[0] or "start"
        shoot(page, f"{'wide' if size == WIDE else 'upright'}-{theme}-{name}")
        live.hub.beat(live.source)


def test_a_train_is_found_by_touch_and_its_page_lives(live, new_page):
    page = opened(new_page(*UPRIGHT), live)
    page.get_by_role("link", name="按车站").click()
    for key in "BJB":
        page.get_by_role("button", name=key, exact=True).click()
    expect(page.locator(".row").first).to_contain_text("北京北", timeout=PATIENCE_MS)
    others = page.locator(".row .to").filter(has_not_text="北京北")
    expect(others).to_have_count(0, timeout=PATIENCE_MS)
    page.locator(".row").first.click()
    expect(page.locator(".fact.departure small")).to_be_visible(timeout=PATIENCE_MS)
    number = page.locator("h1").inner_text()
    run_id = f"2021-01-20.{number.lower()}"
    expect(page.locator(".fact.departure small")).to_have_text("图定")
    live.hub.say(live.changed(run_id, late=35, platform="7", platform_changed_from="5"))
    expect(page.locator("[data-slot=status]")).to_contain_text("晚点约35分", timeout=PATIENCE_MS)
    expect(page.locator(".fact.departure small")).to_have_text("预计")
    expect(page.locator(".fact.platform")).to_contain_text("原为5")
    shoot(page, "upright-late")
    live.hub.say(live.changed(run_id, cancelled=True))
    expect(page.locator("[data-slot=status]")).to_contain_text("停运", timeout=PATIENCE_MS)
    page.get_by_role("button", name="返回").click()
    expect(page.locator("#typed")).to_be_visible()
    page.get_by_role("button", name="首页").click()
    expect(page.locator(".tile")).to_have_count(4)


def test_with_the_keyboard_alone(live, page):
    opened(page, live, "lang=en")
    page.keyboard.press("Tab")
    for _ in range(12):
        if "By train number" in page.evaluate("document.activeElement.textContent"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#typed")).to_be_focused()
    page.keyboard.type("g240")
    expect(page.locator("#said")).to_contain_text("trains", timeout=PATIENCE_MS)
    page.locator("#typed").fill("2404")
    expect(page.locator(".row")).to_have_count(2, timeout=PATIENCE_MS)
    assert numbers(page) == ["G2404", "G2404"]
    page.locator(".row").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("G2404")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#typed")).to_be_visible()


def test_nothing_found_is_no_dead_end(live, page):
    opened(page, live, "lang=en", "place")
    page.locator("#typed").fill("zzzzzz")
    expect(page.locator(".note strong")).to_have_text("No train found", timeout=PATIENCE_MS)
    page.get_by_role("link", name="See all departures").click()
    expect(page.locator(".row").first).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{live.url}#/train/2021-01-20.nosuch")
    expect(page.locator(".note")).to_contain_text("不再提供", timeout=PATIENCE_MS)
    page.goto(f"{live.url}#/nonsense")
    expect(page.locator(".tile")).to_have_count(4)


def test_time_and_platform(live, page):
    opened(page, live, "lang=en", "time")
    page.get_by_role("button", name="20", exact=True).click()
    expect(page.locator(".right h2")).to_contain_text("From 20:00")
    evening = re.compile("^2[0-3]:")
    expect(page.locator(".row .when b").first).to_have_text(evening, timeout=PATIENCE_MS)
    assert min(page.locator(".row .when b").all_inner_texts()) >= "20:00"
    opened(page, live, "lang=en", "platform")
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.locator(".right h2")).to_have_text("Platform 5")
    expect(page.locator(".row .platform b").first).to_have_text("5")
    assert set(page.locator(".row .platform b").all_inner_texts()) == {"5"}


def test_alone_it_goes_on_and_old_estimates_are_dropped(live, page):
    run_id = "2021-01-20.g2408"
    age_s = (live.hub_clock.now() - live.source.confirmed_at).total_seconds()
    live.hub.say(live.state(estimate_lifetime_s=round(age_s) + 25))
    live.hub.say(live.changed(run_id, late=40))
    opened(page, live, "lang=en", f"train/{run_id}")
    status = page.locator("[data-slot=status]")
    expect(status).to_contain_text("Delayed 40 min", timeout=PATIENCE_MS)
    live.hub.die()
    expect(page.locator("#line")).to_contain_text("since", timeout=PATIENCE_MS)
    expect(status).to_contain_text("Time tbc, ask staff", timeout=2 * PATIENCE_MS)
    expect(page.locator(".fact.departure")).to_contain_text("tbc")
    assert "08:40" not in page.inner_text("main"), "dropped, not frozen"
    expect(page.locator(".way")).to_be_hidden()
    expect(page.locator(".fact.departure small")).to_be_hidden()
    shoot(page, "wide-lapsed")
    page.goto(f"{live.url}?lang=en#/number")
    page.locator("#typed").fill("G2404")
    expect(page.locator(".row .number").first).to_have_text("G2404", timeout=PATIENCE_MS)
    page.locator("#typed").fill("X9999")
    expect(page.locator(".note strong")).to_contain_text("ask the staff", timeout=PATIENCE_MS)


def test_when_its_process_dies_the_page_stays_and_comes_back(live, page):
    opened(page, live, "lang=en", "number")
    expect(page.locator("html")).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    page.wait_for_timeout(11_000)  # the time is kept each ten seconds
    held = numbers(page)
    live.end(signal.SIGKILL)
    expect(page.locator("#line")).to_contain_text("Screen on its own", timeout=PATIENCE_MS)
    assert numbers(page) == held
    page.locator("#typed").fill("G2404")
    expect(page.locator(".note")).to_contain_text("Recovering", timeout=PATIENCE_MS)
    page.reload()
    expect(page.locator("h1")).to_have_text("By train number", timeout=PATIENCE_MS)
    live.start()
    expect(page.locator(".row").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#line")).to_contain_text("Autonomous since", timeout=PATIENCE_MS)


def test_after_a_minute_alone_it_is_ready_for_the_next(live, new_page):
    page = new_page(*UPRIGHT)
    page.clock.install()
    opened(page, live)
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="By station").click()
    expect(page.locator("#typed")).to_be_visible()
    page.clock.run_for(41_000)
    expect(page.locator("#asleep")).to_be_visible()
    expect(page.locator("#asleep-text")).to_contain_text("Back to the start in")
    shoot(page, "upright-asleep")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#asleep")).to_be_hidden()
    page.clock.run_for(41_000)
    expect(page.locator("#asleep")).to_be_visible()
    page.clock.run_for(20_000)
    expect(page.locator("h1")).to_have_text("请选择查询方式")
    expect(page.locator("#asleep")).to_be_hidden()


@pytest.mark.parametrize("kiosk", ["muehlau_am_see"], indirect=True)
def test_it_speaks_its_stations_language(live, page):
    opened(page, live)
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.locator("h1")).to_have_text("Wie möchten Sie suchen?")
    page.get_by_role("link", name="Nach Bahnhof").click()
    page.locator("#typed").fill("berl")
    expect(page.locator(".row").first).to_contain_text("Berlin", timeout=PATIENCE_MS)
    page.locator(".row").first.click()
    expect(page.locator(".fact.platform dt")).to_have_text("Gleis")
    assert page.locator(".way").count() == 0, "no gates, no check-in"
    shoot(page, "wide-german")


OUTSIDE = """() => [...document.querySelectorAll(
        'h1, h2, button, input, #line, #clock, .fact, .tile')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width > 0 && !e.closest('dialog') && (r.left < 0 || r.top < 0
        || r.right > innerWidth + 1 || r.bottom > innerHeight + 1))
    .map(([e]) => e.outerHTML.slice(0, 80))"""

SMALL = """() => [...document.querySelectorAll('button, a, input')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (r.width < 56 || r.height < 56))
    .map(([e, r]) => [e.outerHTML.slice(0, 80), r.width, r.height])"""
