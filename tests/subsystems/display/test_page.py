"""The boards in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from sample_day import MIN, plan

from protocol.timeline import on_departure_board
from protocol.times import clock_text

BOARD = "waiting-hall-departures"
PATIENCE_MS = 15000


def open_board(page, server, board=BOARD, query=""):
    page.goto(server.url(f"board/{board}{query}"))
    expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)


def lines(page):
    """Return the visible rows as (run, texts)."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll("#rows tbody tr[data-run]"), (row) => [
             row.dataset.run, Array.from(row.cells, (cell) => cell.innerText.trim())])"""
    )


@pytest.mark.parametrize(
    ("now", "minutes"), [("2021-01-19T23:00:00+00:00", 0), ("2021-01-20T10:20:00+00:00", 37)]
)
def test_the_board_shows_the_rows_of_its_time(page, board_server, hohhot, now, minutes):
    at = datetime.fromisoformat(now) + minutes * MIN
    board_server.tell(now=at.isoformat(), rate=0.001)
    open_board(page, board_server, query="?lang=en")
    zone = hohhot.zone_info
    runs = plan(hohhot, at.astimezone(zone).date())
    shown = [run for run in runs.values() if on_departure_board(run, at)]
    shown.sort(key=lambda run: (run.departure.planned, run.run_id))
    told = lines(page)
    assert len(told) == 10
    for run, (run_id, texts) in zip(shown, told, strict=False):
        assert run_id == run.run_id
        assert texts[0] == run.departure_number
        assert texts[1] == run.destination.name("en")
        assert texts[2] == clock_text(run.departure.planned, zone)
    assert page.locator("#clock").inner_text().startswith(clock_text(at, zone))
    assert page.complaints == []


def test_check_in_opens_and_the_row_leaves_without_any_message(page, board_server):
    run = "2021-01-20.d6753"  # departs 08:32
    board_server.tell(now="2021-01-20T00:16:55+00:00", rate=1)
    open_board(page, board_server, query="?lang=zh")
    status = page.locator(f'[data-run="{run}"] [data-column="status"]')
    expect(status).to_contain_text("候车")
    expect(status).to_contain_text("正在检票", timeout=PATIENCE_MS)
    board_server.tell(now="2021-01-20T00:32:58+00:00")
    page.reload()
    row = page.locator(f'[data-run="{run}"]')
    expect(row).to_be_visible()
    expect(row).to_have_count(0, timeout=PATIENCE_MS)


def test_a_change_reaches_the_row_and_marks_its_version(page, board_server):
    run = "2021-01-20.d6753"
    open_board(page, board_server, query="?lang=zh")
    row = page.locator(f'[data-run="{run}"]')
    expect(row).to_be_visible()
    version = board_server.tell(run=run, late=17)["version"]
    expect(row).to_have_attribute("data-version", str(version))
    expect(row.locator('[data-column="status"]')).to_contain_text("晚点约17分")
    expect(row.locator('[data-column="departure"]')).to_have_attribute(
        "aria-label", "图定 08:32, 预计 08:49"
    )
    board_server.tell(run=run, fields={"platform": "9", "platform_changed_from": "7"})
    expect(row.locator('[data-column="platform"] s')).to_have_text("7")
    expect(row.locator('[data-column="platform"] .text')).to_have_text("9")
    board_server.tell(run=run, fields={"gates": ["C9"], "gates_changed_from": ["C7"]})
    expect(row.locator('[data-column="gate"] s')).to_have_text("C7")
    expect(row.locator('[data-column="gate"] .text')).to_have_text("C9")


@pytest.mark.parametrize(
    "board_server", [("hohhot_east", "2021-01-19T23:00:00+00:00", 1, 3.0)], indirect=True
)
def test_pages_and_languages_turn(page, board_server):
    open_board(page, board_server)
    expect(page.locator("#pages")).to_have_text("第1页 共2页")
    first = [run for run, _ in lines(page)]
    expect(page.locator("html")).to_have_attribute("data-language", "en", timeout=PATIENCE_MS)
    expect(page.locator("#pages")).to_have_text("Page 1 of 2")
    assert [run for run, _ in lines(page)] == first
    expect(page.locator("#pages")).to_have_text("第2页 共2页", timeout=PATIENCE_MS)
    assert not {run for run, _ in lines(page)} & set(first)


def test_the_board_outlives_its_server_through_a_reload_and_comes_back(page, board_server):
    """The server dies, the page is loaded anew, time goes on; the server returns, so does live."""
    open_board(page, board_server, query="?lang=en")
    html = page.locator("html")
    expect(html).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    expect(page.locator("#line")).to_contain_text("Live")
    before = lines(page)
    page.wait_for_timeout(2500)  # the document is kept two seconds after it came
    board_server.kill()
    expect(page.locator("#line")).to_contain_text("Screen on its own since 07:00")
    page.reload()
    expect(html).to_have_attribute("data-ready", "yes")
    expect(html).to_have_attribute("data-server", "lost", timeout=PATIENCE_MS)
    assert lines(page) == before
    expect(page.locator("#line")).to_contain_text("Screen on its own since 07:0")
    clock = page.locator("#clock").inner_text()
    expect(page.locator("#clock")).not_to_have_text(clock)
    page.evaluate("window.sameBefore = true")
    board_server.start()
    expect(html).to_have_attribute("data-server", "heard", timeout=4000)
    expect(page.locator("#line")).to_contain_text("Live")
    assert page.evaluate("window.sameBefore") is True
    assert page.complaints == []


def test_what_was_not_confirmed_for_too_long_is_no_longer_told(page, board_server):
    run = "2021-01-20.d6753"
    board_server.tell(run=run, late=17)
    open_board(page, board_server, query="?lang=zh")
    status = page.locator(f'[data-run="{run}"] [data-column="status"]')
    expect(status).to_contain_text("晚点约17分")
    board_server.tell(link={"mode": "AUTONOMOUS", "confirmed_at": "2021-01-19T22:20:00+00:00"})
    expect(status).to_contain_text("请询问工作人员")
    expect(page.locator(f'[data-run="{run}"]')).to_have_attribute("data-lapsed", "true")
    expect(page.locator("#line")).to_contain_text("自主运行 自 07:00")
    other = page.locator('[data-run="2021-01-20.d6961"] [data-column="departure"]')
    expect(other).to_have_text("08:00")


def test_a_page_of_older_files_loads_itself_anew_once(page, board_server):
    loads = []
    old = re.compile(r"data-code=\"\w+\"")

    def older(route):
        if route.request.is_navigation_request():
            loads.append(route.request.url)
        if len(loads) > 1:
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=old.sub('data-code="older"', answer.text()))

    page.route(re.compile(r"/board/[\w-]+$"), older)
    open_board(page, board_server)
    expect(page.locator("html")).not_to_have_attribute("data-code", "older")
    expect(page.locator("#line")).to_contain_text("实时信息")
    assert len(loads) == 2


@pytest.mark.parametrize("board", ["gate-b5", "platform-5"])
def test_the_next_train_stands_large(page, board_server, board):
    board_server.tell(now="2021-01-20T01:56:00+00:00")
    open_board(page, board_server, board)
    hero = page.locator("#hero")
    expect(hero).to_have_attribute("data-run", "2021-01-20.d6968")
    expect(hero.locator('[data-box="train"]')).to_have_text("D6968")
    expect(hero.locator('[data-box="place"]')).to_contain_text("Ulanqab")
    large = page.evaluate(
        """() => document.querySelector('[data-box="train"] .led').getBoundingClientRect().height"""
    )
    assert large >= 140
    ids = [run for run, _ in lines(page)]
    assert "2021-01-20.d6968" not in ids
    assert page.complaints == []


SIZES = [(1920, 1080), (1366, 768), (3840, 2160), (1080, 1920)]
SHOWN = [(BOARD, "zh"), (BOARD, "en"), ("gate-b5", "zh"), ("gate-a2", "en"), ("platform-2", "zh")]


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_nothing_is_cut_and_every_dot_is_whole_on_any_screen(new_page, full_boards, size):
    full_boards.tell(now="2021-01-20T01:56:00+00:00")
    page = new_page(*size)
    for board, language in SHOWN:
        open_board(page, full_boards, board, f"?lang={language}")
        assert page.evaluate(FAULTS) == [], (board, language)


FAULTS = """() => {
  const faults = [];
  const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
  const boxes = [];
  for (const led of document.querySelectorAll(".led")) {
    const box = led.getBoundingClientRect();
    if (box.width === 0) continue;
    const dot = parseFloat(getComputedStyle(led).getPropertyValue("--dot"));
    const name = led.textContent;
    const outside = box.left < 0 || box.right > wide + 0.5 || box.bottom > high || box.top < 0;
    if (outside) faults.push(`${name} is outside`);
    if (dot < 2) faults.push(`${name} has dots of ${dot}`);
    if (Math.abs(box.width / (dot * 6) - Math.round(box.width / (dot * 6))) > 0.01)
      faults.push(`${name} is ${box.width} wide with dots of ${dot}`);
    const box_of = "#next, [data-box], header > *, footer > *, tr";
    const parent = led.closest(box_of).getBoundingClientRect();
    if (box.bottom > parent.bottom + 1 || box.top < parent.top - 1)
      faults.push(`${name} sticks out of its box by ${box.bottom - parent.bottom}`);
    boxes.push([name, box]);
  }
  for (const [a, p] of boxes) for (const [b, q] of boxes) {
    const over = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const deep = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (p !== q && over > 1 && deep > 1) faults.push(`${a} lies over ${b}`);
  }
  return faults;
}"""


def test_the_page_is_a_table_for_those_who_do_not_see(page, board_server):
    open_board(page, board_server, query="?plain&lang=en")
    table = page.get_by_role("table", name="出发")
    expect(table.get_by_role("columnheader")).to_have_count(7)
    expect(table.get_by_role("columnheader", name="Train")).to_be_visible()
    count = table.get_by_role("row").count()
    assert count > 11  # the text version has all rows at once
    assert page.locator("tbody tr[data-run]").first.get_attribute("lang") == "en"
    expect(page.locator("#line[role=status]")).to_contain_text("Live")
    assert page.evaluate("document.title") == "出发 · Departures"
    small = page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('td')).fontSize)"
    )
    assert small >= 16
    assert page.complaints == []


def test_the_list_leads_to_every_board(page, board_server, hohhot):
    page.goto(board_server.url())
    expect(page.get_by_role("heading", level=1)).to_contain_text("呼和浩特东")
    for board in hohhot.boards:
        expect(page.locator(f'a.name[href="/board/{board.id}"]')).to_be_visible()
    page.get_by_role("link", name="到达").first.click()
    expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)
    expect(page.locator("#title")).to_contain_text("到达")
    assert page.complaints == []


def test_the_sample_day_is_the_real_one(hohhot):
    runs = plan(hohhot, date(2021, 1, 20))
    assert len(runs) == 135
    assert all(
        run.timeline.shown_at < datetime(2021, 1, 21, 16, tzinfo=UTC) for run in runs.values()
    )
