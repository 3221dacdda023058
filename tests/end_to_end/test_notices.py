"""A notice from the command line to a real board, whose hub is killed while it is up."""

from __future__ import annotations

import psutil
import pytest
from playwright.sync_api import expect

from simulators.demo.child import wait_until
from station_config.runtime.command import main
from tests.end_to_end.demo import Demo

pytestmark = pytest.mark.end_to_end

PATIENCE_MS = 20_000
TEXT = ("--text", "zh=东进站口关闭，请走西口", "--text", "en=East entrance closed")


def say(demo, *words):
    assert (
        main(
            ["notice", *words, "--deployment", str(demo.data / "deployment.toml"), "--why", "施工"]
        )
        == 0
    )


def test_a_notice_ends_in_time_though_the_hub_is_dead(tmp_path, page):
    with Demo(tmp_path / "demo", "--calm", "--at", "06:59:30").ready() as demo:
        page.goto(demo.board_url("waiting-hall-departures") + "?lang=zh")
        band = page.locator("#notice")
        expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)
        say(demo, "publish", *TEXT, "--notice", "n1", "--for", "1")
        expect(band).to_contain_text("东进站口关闭", timeout=PATIENCE_MS)
        with demo.nobody_restarts():
            psutil.Process(demo.pid("hub")).kill()
            expect(page.locator("#line")).to_contain_text("自主运行 自", timeout=40_000)
            expect(band).to_be_visible()
            expect(band).to_be_hidden(timeout=70_000)
        wait_until(lambda: demo.pid("hub"), 10, what="the hub to be started again")
        expect(page.locator("#line")).to_contain_text("实时", timeout=40_000)
        say(demo, "publish", *TEXT, "--kind", "emergency", "--notice", "n2")
        expect(page.locator("#emergency")).to_be_visible(timeout=PATIENCE_MS)
        say(demo, "withdraw", "n2")
        expect(page.locator("#emergency")).to_be_hidden(timeout=PATIENCE_MS)
        assert demo.stop() == 0
