"""The kiosk's page in a real browser, its process and broker real, the hub in the test's hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.end_to_end
SHOTS = os.environ.get("STATION_SHOTS")
"""Directory for pictures to be looked at by a person."""
PATIENCE_MS = 15_000
WIDE, UPRIGHT = (1920, 1080), (1080, 1920)


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


@pytest.fixture
def live(kiosk, cast, nats_broker, turning):
    """A kiosk that is in step with a hub."""
    hub = cast.hub(nats_broker, clock=kiosk.hub_clock)
    kiosk.start()
    kiosk.feed(hub, turning)
    kiosk.hub = hub
    turning.until(lambda: kiosk.ask("find?text=baotou").get("items"), 20)
    turning.until(lambda: kiosk.ask("find?text=bt").get("items"), 20)  # names are spelled
    return kiosk


def opened(page, kiosk, query=""):
    page.goto(f"{kiosk.url}?{query}")
    expect(page.locator("#station")).not_to_be_empty(timeout=PATIENCE_MS)
    expect(page.locator(".row").first).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_shots(live, new_page, turning):
    for size in (WIDE, UPRIGHT):
        for theme in ("dark", "light"):
            page = new_page(*size)
            name = f"{'wide' if size == WIDE else 'upright'}-{theme}"
            lang = "zh" if theme == "dark" else "en"
            opened(page, live, f"theme={theme}&lang={lang}")
            shoot(page, f"{name}-start")
            page.locator(".tile").nth(1).click()
            page.get_by_role("button", name="B", exact=True).click()
            page.get_by_role("button", name="T", exact=True).click()
            turning.for_seconds(0.6)
            shoot(page, f"{name}-place")
            page.locator(".row").first.click()
            turning.for_seconds(0.5)
            shoot(page, f"{name}-train")
            for kind in ("number", "time", "platform", "all"):
                page.goto(f"{live.url}?theme={theme}&lang={lang}#/{kind}")
                turning.for_seconds(0.6)
                shoot(page, f"{name}-{kind}")
            assert page.complaints == []
