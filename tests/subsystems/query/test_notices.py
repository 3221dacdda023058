"""Notices on the kiosk's page: process, broker and browser real, the hub in the test's hand."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from protocol.notices import Notice, NoticeKind

pytestmark = pytest.mark.end_to_end
SHOTS = os.environ.get("STATION_SHOTS")
PATIENCE_MS = 20_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEXT = {
    "zh": "东进站口因施工关闭，请旅客走西进站口。",
    "en": "The east entrance is closed for works. Please use the west entrance.",
}
ALARM = {
    "zh": "请立即离开候车室，不要使用电梯。",
    "en": "Leave the waiting hall now. Do not use the lifts.",
}


@pytest.fixture
def live(kiosk, cast, nats_broker, turning):
    """A kiosk that is in step with a hub."""
    kiosk.hub = cast.hub(nats_broker, clock=kiosk.hub_clock)
    kiosk.start()
    kiosk.feed(kiosk.hub, turning)
    return kiosk


def tell(kiosk, *notices):
    """Have the hub say these notices, and no others."""
    for entity in [each for each in kiosk.hub.revs if each.startswith("notice/")]:
        del kiosk.hub.revs[entity]
    for notice in notices:
        kiosk.hub.say(notice)
    kiosk.hub.manifest()


def opened(page, kiosk, query=""):
    page.goto(f"{kiosk.url}?{query}")
    expect(page.locator("#station")).not_to_be_empty(timeout=PATIENCE_MS)
    return page


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def check(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    inside = "e => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1"
    for part in ("#notice", "#emergency", "#screen"):
        assert page.locator(part).evaluate(inside), part


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [((1920, 1080), "dark", "zh"), ((1080, 1920), "light", "en")],
    ids=["wide-dark-zh", "upright-light-en"],
)
def test_a_banner_and_an_emergency_for_everybody(live, new_page, size, theme, language):
    page = opened(new_page(*size), live, f"theme={theme}&lang={language}")
    name = f"kiosk-{theme}-{size[0]}"
    expect(page.locator("#notice")).to_be_hidden()
    works = Notice(notice_id="n1", kind=NoticeKind.INFORMATION, text=TEXT)
    tell(live, works)
    expect(page.locator("#notice")).to_contain_text(TEXT[language], timeout=PATIENCE_MS)
    word = {"zh": "通知", "en": "Notice"}[language]
    expect(page.locator("#notice strong")).to_have_text(f"● {word}")
    expect(page.locator("#said")).to_have_text(f"{word}: {TEXT[language]}")
    check(page)
    shoot(page, f"{name}-information")
    wind = Notice(notice_id="n2", kind=NoticeKind.DISRUPTION, text={"zh": "大风限速"})
    tell(live, works, wind)
    expect(page.locator("#notice .count")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#notice")).to_contain_text("大风限速", timeout=PATIENCE_MS)
    check(page)
    shoot(page, f"{name}-disruption")
    tell(live, works, Notice(notice_id="n3", kind=NoticeKind.EMERGENCY, text=ALARM))
    screen = page.locator("#emergency")
    for text in ALARM.values():
        expect(screen).to_contain_text(text, timeout=PATIENCE_MS)
    expect(screen).to_contain_text("! 紧急通告 Emergency")
    expect(screen).to_have_attribute("aria-live", "assertive")
    box = screen.bounding_box()
    assert (box["width"], box["height"]) == size
    check(page)
    shoot(page, f"{name}-emergency")
    tell(live)
    expect(screen).to_be_hidden(timeout=PATIENCE_MS)
    expect(page.locator("#notice")).to_be_hidden()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1366, 768)])
def test_the_longest_emergency_fits(live, new_page, size):
    page = opened(new_page(*size), live)
    text = {"zh": "请按指引疏散，" * 17, "en": "Leave the hall now. " * 12}
    title = {"zh": "火警" * 10, "en": "Fire alarm " * 3}
    kind = NoticeKind.EMERGENCY
    tell(live, Notice(notice_id="n3", kind=kind, title=title, text=text))
    expect(page.locator("#emergency")).to_be_visible(timeout=PATIENCE_MS)
    check(page)


def test_it_ends_by_the_pages_clock_when_its_process_and_the_hub_are_dead(live, page):
    ends_at = live.hub_clock.now() + timedelta(seconds=25)
    tell(live, Notice(notice_id="n1", kind=NoticeKind.INFORMATION, text=TEXT, ends_at=ends_at))
    opened(page, live)
    expect(page.locator("#notice")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    live.end(signal.SIGKILL)
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden(timeout=40_000)
    assert live.hub_clock.now() >= ends_at
