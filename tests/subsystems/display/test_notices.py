"""Notices on the boards: what the machine sends, and what a real browser shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from station_config.model import BoardKind
from subsystems.display.machine import NoticesChanged, SendNotices, document, step
from subsystems.display.model import Status, Tone
from subsystems.display.start import all_words, first_state
from subsystems.display.view import milliseconds
from subsystems.kit.notes import Note

BOARD = "waiting-hall-departures"
PATIENCE_MS = 15000
START = datetime(2021, 1, 19, 23, tzinfo=UTC)
"""When the server of the tests begins."""
INFORMATION = {
    "notice_id": "n1",
    "kind": "INFORMATION",
    "text": {"zh": "东进站口关闭，请走西口。", "en": "The east entrance is closed."},
}
LONG = "请旅客们注意，" * 12
EMERGENCY = {
    "notice_id": "n9",
    "kind": "EMERGENCY",
    "title": {"zh": "火警", "en": "Fire"},
    "text": {"zh": "请立即离开候车室。", "en": "Leave the waiting hall now."},
}
HOLES = """() => {
  const outer = (e) => e.getBoundingClientRect();
  return Array.from(document.querySelectorAll("#notice .led, #emergency .led, #rows td .led"))
    .filter((e) => e.checkVisibility())
    .filter((e) => {
      const box = outer(e), room = outer(e.closest("section, table"));
      return box.left < room.left - 1 || box.right > room.right + 1
        || box.top < room.top - 1 || box.bottom > room.bottom + 1;
    }).map((e) => e.textContent);
}"""
"""Texts that stand out of their part of the screen."""


def open_board(page, server, board=BOARD, query=""):
    page.goto(server.url(f"board/{board}{query}"))
    expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def empty(hohhot):
    live = Status(line={"zh": "实时"}, tone=Tone.GOOD, confirmed_until=1)
    return first_state(hohhot, all_words(hohhot), live, "code", date(2021, 1, 20))


def test_each_board_gets_its_own_notices_once(empty):
    note = Note("n1", "INFORMATION", {"zh": "关闭"}, end=milliseconds(START) + 1000)
    state, effects = step(empty, NoticesChanged({BOARD: (note,)}), START)
    assert effects == (SendNotices(BOARD, (note,)),)
    assert document(state, BOARD, START).notices == (note,)
    assert document(state, "arrivals", START).notices == ()
    assert step(state, NoticesChanged({BOARD: (note,)}), START)[1] == ()
    late = START + timedelta(seconds=1)
    assert document(state, BOARD, late).notices == (), "it has ended"
    _, effects = step(state, NoticesChanged({}), START)
    assert effects == (SendNotices(BOARD, ()),)


def test_a_board_stands_in_zones_of_its_own(empty):
    gate = next(v for v in empty.views.values() if v.board.kind is BoardKind.GATE)
    layout = gate.station.layout_on(START.date())
    room = next(g.waiting_room for g in layout.gates if g.id == gate.board.gate)
    assert gate.places(START) == (gate.board.id, room)


def test_a_notice_comes_without_hiding_a_train_and_goes(page, board_server):
    open_board(page, board_server, query="?lang=zh")
    trains = page.locator("#rows tbody tr[data-run]")
    expect(trains).to_have_count(10)
    board_server.tell(notices=[INFORMATION])
    band = page.locator("#notice")
    expect(band).to_be_visible()
    expect(band.locator('[data-part="kind"]')).to_have_text("● 通知")
    expect(band.locator('[data-part="text"]')).to_have_text("东进站口关闭，请走西口。")
    expect(page.locator("#notices-said")).to_contain_text("通知: 东进站口关闭")
    expect(trains).to_have_count(10)
    assert page.evaluate(HOLES) == []
    board_server.tell(notices=[])
    expect(band).to_be_hidden()
    expect(page.locator("#notices-said")).to_be_empty()


def test_what_is_spoken_has_the_band_alone_while_it_is_spoken(page, board_server):
    open_board(page, board_server, query="?lang=zh")
    voice = {
        "id": "spoken/speech/1",
        "text": {"zh": "K274次列车改在2站台上车。", "en": "Platform 2."},
    }
    board_server.tell(notices=[INFORMATION], spoken=[voice])
    band = page.locator("#notice")
    expect(band.locator('[data-part="kind"]')).to_have_text("♪ 正在广播")
    expect(band.locator('[data-part="text"]')).to_have_text("K274次列车改在2站台上车。")
    expect(band.locator('[data-part="count"]')).to_be_empty()
    expect(page.locator("#notices-said")).to_contain_text("正在广播: K274次列车")
    assert page.evaluate(HOLES) == []
    board_server.tell(notices=[INFORMATION])
    expect(band.locator('[data-part="kind"]')).to_have_text("● 通知")


def test_a_long_notice_is_told_page_by_page_in_every_language(page, board_server):
    board_server.tell(
        notices=[{"notice_id": "n2", "kind": "DISRUPTION", "text": {"zh": LONG, "en": "Delays."}}]
    )
    open_board(page, board_server)
    text = page.locator('#notice [data-part="text"]')
    expect(page.locator('#notice [data-part="kind"]')).to_have_text("▲ 运行变化")
    first = text.inner_text()
    expect(text).not_to_have_text(first, timeout=PATIENCE_MS)
    second = text.inner_text()
    assert (first + second).replace("\n", "") in LONG
    expect(text).to_have_text("Delays.", timeout=40000)
    expect(page.locator('#notice [data-part="kind"]')).to_have_text("▲ Service change")


def test_it_begins_and_ends_by_the_pages_clock_without_its_server(page, board_server):
    """The server dies; the page is loaded anew; the notice ends all the same."""
    begins, ends = START + timedelta(minutes=10), START + timedelta(minutes=20)
    times = {"begins_at": begins.isoformat(), "ends_at": ends.isoformat()}
    board_server.tell(now=(begins - timedelta(seconds=3)).isoformat(), rate=1)
    board_server.tell(notices=[INFORMATION | times])
    open_board(page, board_server, query="?lang=zh")
    band = page.locator("#notice")
    expect(band).to_be_hidden()
    expect(band).to_be_visible(timeout=PATIENCE_MS)
    board_server.tell(now=(ends - timedelta(seconds=9)).isoformat())
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    page.wait_for_timeout(2500)  # the document is kept two seconds after it came
    board_server.kill()
    page.reload()
    expect(band).to_be_visible()
    expect(band).to_be_hidden(timeout=PATIENCE_MS)
    board_server.start()


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (1080, 1920), (1366, 768)])
@pytest.mark.parametrize("board", [BOARD, "gate-b5"])
def test_an_emergency_fills_every_screen_and_nothing_is_cut(new_page, board_server, size, board):
    page = new_page(*size)
    board_server.tell(notices=[EMERGENCY, INFORMATION])
    open_board(page, board_server, board)
    screen = page.locator("#emergency")
    expect(screen).to_be_visible()
    box = screen.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *size)
    shown = screen.locator('[data-part="text"]').inner_text().replace("\n", " ")
    assert "火警：请立即离开候车室。" in shown.replace(" ", "")
    assert "Fire: Leave the waiting hall now." in shown
    expect(screen.locator('[data-part="kind"]')).to_have_text("！ 紧急通告 Emergency")
    alarm = page.locator("#emergency-said")
    expect(alarm).to_have_attribute("aria-live", "assertive")
    expect(alarm).to_contain_text("Emergency: Fire: Leave the waiting hall now.")
    assert page.evaluate(HOLES) == []
    assert page.locator("#board").evaluate("e => getComputedStyle(e).visibility") == "hidden"
    board_server.tell(notices=[INFORMATION])
    expect(screen).to_be_hidden()
    expect(page.locator("#notice")).to_be_visible()
    assert page.evaluate(HOLES) == []


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1366, 768)])
def test_the_longest_notices_fit(new_page, board_server, size):
    page = new_page(*size)
    text = {"zh": "请按指引疏散，" * 17, "en": "Leave the hall now. " * 12}
    longest = {"title": {"zh": "火警" * 10, "en": "Fire alarm " * 3}, "text": text}
    board_server.tell(notices=[EMERGENCY | longest, INFORMATION | longest])
    open_board(page, board_server)
    expect(page.locator("#emergency")).to_be_visible()
    assert page.evaluate(HOLES) == []
    board_server.tell(notices=[INFORMATION | longest])
    expect(page.locator("#notice")).to_be_visible()
    assert page.evaluate(HOLES) == []


def test_nothing_moves_for_those_who_asked_for_less(page, board_server):
    board_server.tell(notices=[EMERGENCY])
    page.emulate_media(reduced_motion="reduce")
    open_board(page, board_server)
    kind = page.locator('#emergency [data-part="kind"]')
    expect(kind).to_be_visible()
    assert kind.evaluate("e => getComputedStyle(e).animationName") == "none"


def test_the_text_version_has_all_of_it_at_once(page, board_server):
    board_server.tell(notices=[EMERGENCY, INFORMATION])
    open_board(page, board_server, query="?plain")
    expect(page.locator("#notice")).to_contain_text("通知: 东进站口关闭")
    expect(page.locator("#notice")).to_contain_text("Notice: The east entrance is closed.")
    expect(page.locator("#emergency")).to_contain_text("Leave the waiting hall now.")
    expect(page.locator("#rows tbody tr[data-run]").first).to_be_visible()


def test_lines_are_cut_where_they_may_be(page, board_server):
    open_board(page, board_server)
    cut = page.evaluate(
        """async ([text, columns]) => (await import("/web/notes.js")).wrap(text, columns)""",
        ["请走西口，谢谢。 Use the west entrance, extraordinarily", 12],
    )
    assert cut == ["请走西口，谢", "谢。 Use the", "west", "entrance,", "extraordinar", "ily"]
