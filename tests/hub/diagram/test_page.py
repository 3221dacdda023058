"""The files of hub/console/web/diagram in a real browser, over a real journal."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from diagram_days import HOHHOT, INVENTED, SMALL
from playwright.sync_api import expect

READY = ".td-page[data-ready]"
WORKED = (*HOHHOT, 0.012)
"""A server that tests say things to; each of another train."""

SLOW = 30_000


FILL = """wanted => getComputedStyle(
    document.querySelector('[data-run="2021-01-20.d6970"] .td-body')).fill === wanted"""


def opened(page, server, **asked):
    page.goto(server.url("?" + "&".join(f"{k}={v}" for k, v in asked.items())))
    expect(page.locator(READY)).to_be_visible(timeout=SLOW)
    return page


def whole(server):
    with urllib.request.urlopen(server.url("api/v1/diagram")) as answer:
        return json.load(answer)


def until(page, holds, arg=None):
    """Wait until a function of the page returns something true (no text as code there)."""
    deadline = time.monotonic() + SLOW / 1000
    while not page.evaluate(holds, arg):
        assert time.monotonic() < deadline, holds
        page.wait_for_timeout(50)


def slide(page, minutes):
    page.locator(".td-time input").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", minutes
    )


def shown(page):
    return page.evaluate("Object.fromEntries(window.diagram.page.shown.trains)")


def test_every_train_is_drawn_with_a_name_that_says_it_all(page, served):
    server = served(*HOHHOT)
    opened(page, server)
    trains = whole(server)["trains"]
    expect(page.locator(".td-train")).to_have_count(len(trains))
    train = page.locator('[data-run="2021-01-20.d6970"]')
    name = train.get_attribute("aria-label")
    assert name.startswith("D6970，路过，鄂尔多斯 → 兴和北，在站，11道，5站台，晚22分")
    assert "到 13:28 图定, 13:50 实际" in name
    assert train.get_attribute("role") == "button"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_view_that_was_chosen_can_be_read_under_the_pointer(page, served, theme):
    opened(page, served(*HOHHOT), theme=theme)
    chosen = page.locator(".td-views button").nth(2)
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    look = "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; }"
    ink, ground = chosen.evaluate(look)
    assert ink != ground


def test_the_page_speaks_english(page, served):
    opened(page, served(*HOHHOT), language="en")
    name = page.locator('[data-run="2021-01-20.d6970"]').get_attribute("aria-label")
    assert "standing" not in name.split(",")[0]
    assert "22 min late" in name
    assert page.locator(".td-state").inner_text() == "Live"
    page.evaluate("window.diagram.setLanguage('zh')")
    expect(page.locator(".td-state")).to_have_text("实时")
    expect(page.locator(".td-track-name").first).to_have_text("1道")


def test_a_base_layer_is_fetched_once_and_kept_for_ever(page, served):
    server = served(*HOHHOT)
    asked = []
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith(".svg") else None)
    opened(page, server)
    page.evaluate("window.diagram.page.refresh()")
    assert len(asked) == 1
    with urllib.request.urlopen(asked[0]) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        tag = answer.headers["ETag"]
    again = urllib.request.Request(asked[0], headers={"If-None-Match": tag})
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(again)
    assert unchanged.value.code == 304
    unchanged.value.close()


def test_a_change_touches_only_its_train(page, served):
    own_server = served(*WORKED)
    opened(page, own_server)
    page.evaluate(
        """() => { window.touched = new Set(); window.watch = new MutationObserver((all) => {
            for (const m of all)
              window.touched.add(m.target.closest?.('[data-run]')?.dataset.run); });
            window.watch.observe(document.querySelector('.td-trains'),
              {subtree: true, childList: true, attributes: true, characterData: true}); }"""
    )
    own_server.tell(late={"2021-01-20.g2422": 9})
    expect(page.locator('[data-run="2021-01-20.g2422"] .td-delay')).to_have_text(
        "▲+9", timeout=SLOW
    )
    touched = page.evaluate("[...window.touched]")
    assert set(touched) <= {"2021-01-20.g2422", None}


def test_trains_go_by_the_clock_without_a_word_from_anybody(page, own_server):
    opened(page, own_server)
    before = page.locator('[data-run="2021-01-20.d6970"]').get_attribute("data-place")
    assert before == "track/11"
    own_server.tell(now="2021-01-20T05:55:30+00:00")
    expect(page.locator('[data-run="2021-01-20.d6970"]')).to_have_attribute(
        "data-motion", "leaving", timeout=SLOW
    )


def test_many_patches_leave_the_page_as_the_hub_is_and_memory_flat(page, own_server):
    opened(page, own_server, view="both")

    def change(count):
        told = own_server.tell(many=count)
        until(page, "seq => window.diagram.page.whole.seq === seq", told["seq"])

    change(500)
    measure = """async () => { await new Promise((r) => setTimeout(r, 600));
        return [document.querySelectorAll('*').length, performance.memory.usedJSHeapSize]; }"""
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    nodes, heap = page.evaluate(measure)
    change(1500)
    client.send("HeapProfiler.collectGarbage")
    nodes_after, heap_after = page.evaluate(measure)
    assert abs(nodes_after - nodes) < 200
    assert heap_after < heap + 3_000_000
    now = page.evaluate("Object.fromEntries(window.diagram.page.now.trains)")
    assert now == whole(own_server)["trains"]
    assert page.evaluate("window.diagram.page.patches") >= 1000


def test_the_keyboard_alone_finds_a_train_and_opens_it(page, served):
    opened(page, served(*HOHHOT))
    stop = page.locator('.td-train[tabindex="0"]')
    expect(stop).to_have_count(1)
    stop.focus()
    visited = set()
    for key in ("ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"):
        for _ in range(8):
            page.keyboard.press(key)
            visited.add(page.evaluate("document.activeElement.dataset.run"))
    assert visited == set(whole(served(*HOHHOT))["trains"])
    expect(page.locator(".td-card")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".td-open")).to_be_visible()
    chosen = page.evaluate("document.activeElement.dataset.run")
    page.locator(".td-open").press("Enter")
    assert page.locator("#diagram").get_attribute("data-opened") == chosen
    page.keyboard.press("Escape")


def test_the_card_is_never_over_its_train_and_does_not_flicker(page, served):
    opened(page, served(*INVENTED))
    for run_id in [*whole(served(*INVENTED))["trains"]][::3]:
        drawn = page.locator(f'.td-train[data-run="{run_id}"]')
        drawn.hover()
        card = page.locator(".td-card")
        expect(card).to_be_visible()
        train, beside = drawn.locator(".td-body").bounding_box(), card.bounding_box()
        apart = beside["x"] > train["x"] + train["width"] or train["x"] > beside["x"]
        assert apart or train["y"] + train["height"] < beside["y"] or train["width"] > 500


def test_zoom_and_move_by_key_wheel_and_pointer(page, served):
    opened(page, served(*HOHHOT))
    svg = page.locator(".td-svg")
    first = svg.get_attribute("viewBox")
    page.locator('.td-train[tabindex="0"]').focus()
    page.keyboard.press("+")
    zoomed = svg.get_attribute("viewBox")
    assert float(zoomed.split()[2]) < float(first.split()[2])
    page.keyboard.press("Shift+ArrowRight")
    assert float(svg.get_attribute("viewBox").split()[0]) > float(zoomed.split()[0])
    page.keyboard.press("0")
    assert svg.get_attribute("viewBox") == first
    box = svg.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -300)
    expect(svg).not_to_have_attribute("viewBox", first)
    at = svg.get_attribute("viewBox")
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 30, steps=4)
    page.mouse.up()
    assert svg.get_attribute("viewBox") != at
    page.locator('[data-zoom="fit"]').click()
    assert svg.get_attribute("viewBox") == first


def test_the_past_is_marked_and_is_what_was(page, served):
    opened(page, served(*HOHHOT))
    live = shown(page)
    slide(page, -42)
    expect(page.locator(READY)).to_have_attribute("data-state", "past", timeout=SLOW)
    expect(page.locator(".td-state")).to_have_text("历史：当时向旅客公布的内容")
    expect(page.locator(".td-when")).to_have_text("回看 13:10 42 分钟前")
    until(page, "() => window.diagram.page.shown.trains.has('2021-01-20.d6758')")
    past = shown(page)
    assert past["2021-01-20.d6758"]["place"] == "track/17"
    assert past != live
    page.locator(".td-nowbutton").click()
    expect(page.locator(READY)).to_have_attribute("data-state", "live")
    assert shown(page).keys() == live.keys()


def test_the_future_is_marked_as_forecast(page, served):
    opened(page, served(*HOHHOT), language="en")
    slide(page, 30)
    expect(page.locator(READY)).to_have_attribute("data-state", "forecast", timeout=SLOW)
    expect(page.locator(".td-state")).to_contain_text("nothing guessed")
    until(page, "() => window.diagram.page.shown !== window.diagram.page.now")
    assert shown(page)["2021-01-20.d6968"]["account"] == "held"
    page.keyboard.press("n")
    page.locator(".td-nowbutton").click()
    expect(page.locator(READY)).to_have_attribute("data-state", "live")


def test_what_the_journal_does_not_have_is_said(page, served):
    opened(page, served(*HOHHOT))
    slide(page, -180)
    page.evaluate("window.diagram.page.seek(window.diagram.page.stationNow() - 9 * 3600)")
    expect(page.locator(".td-state")).to_contain_text("未能载入", timeout=SLOW)
    assert any("400" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_the_chart_has_every_bar_and_marks_conflicts(page, served):
    own_server = served(*WORKED)
    opened(page, own_server, view="chart")
    bars = whole(own_server)["bars"]
    track = bars["2021-01-20.d2794"]["track"]
    own_server.tell(late={"2021-01-20.d6970": 50})
    bar = page.locator('.td-bar[data-run="2021-01-20.d6970"]')
    expect(bar).to_have_attribute("data-clash", "", timeout=SLOW)
    assert bars["2021-01-20.d6970"]["track"] == track
    assert "同道冲突: 2021-01-20.d2794" in bar.get_attribute("aria-label")
    expect(bar.locator(".td-edge")).to_be_visible()
    other = page.locator('.td-bar[data-run="2021-01-20.d2794"] .td-body').bounding_box()
    mine = bar.locator(".td-body").bounding_box()
    upper, lower = sorted((mine, other), key=lambda box: box["y"])
    assert upper["y"] + upper["height"] <= lower["y"] + 1, "one below the other"
    stop = page.locator('.td-bar[tabindex="0"]')
    stop.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".td-card")).to_be_visible()
    assert page.evaluate("document.activeElement.classList.contains('td-bar')")


def test_the_table_says_what_the_picture_shows(page, served):
    server = served(*HOHHOT)
    opened(page, server, view="table")
    table = page.locator(".td-table")
    row = table.locator("tr", has=page.locator("th", has_text="11道"))
    expect(row).to_contain_text("D6970 在站, 晚22分")
    expect(row).to_contain_text("D2794")
    for train in whole(server)["trains"].values():
        expect(table).to_contain_text(train["no"])


def test_the_legend_is_edited_with_a_live_sample_kept_and_reset(new_page, served):
    own_server = served(*WORKED)
    page = opened(new_page(), own_server)
    late = page.locator('[data-run="2021-01-20.d6970"] .td-body')
    colour = "e => getComputedStyle(e).fill"
    assert late.evaluate(colour) == "rgb(179, 38, 30)"
    page.get_by_role("button", name="编辑图例").click()
    expect(page.locator(".td-good")).to_be_visible()
    page.get_by_label("晚点: 颜色").evaluate(
        "e => { e.value = '#0055cc'; e.dispatchEvent(new Event('input')); }"
    )
    until(page, FILL, "rgb(0, 85, 204)")
    page.get_by_label("晚点: 颜色").evaluate(
        "e => { e.value = '#e4e4e4'; e.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".td-warnings")).to_contain_text("对比度不足", timeout=SLOW)
    page.get_by_label("晚点: 颜色").evaluate(
        "e => { e.value = '#0055cc'; e.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".td-good")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".td-editor")).to_be_hidden()
    again = opened(new_page(), own_server)
    body = again.locator('[data-run="2021-01-20.d6970"] .td-body')
    assert body.evaluate(colour) == "rgb(0, 85, 204)"
    again.get_by_role("button", name="编辑图例").click()
    again.get_by_role("button", name="恢复预设").click()
    until(again, FILL, "rgb(179, 38, 30)")


def test_discarding_brings_back_what_was(page, served):
    opened(page, served(*HOHHOT))
    page.get_by_role("button", name="编辑图例").click()
    page.get_by_label("预设").select_option("high-contrast")
    root = page.locator(READY)
    yard = "e => e.style.getPropertyValue('--td-yard')"
    until(
        page,
        "() => getComputedStyle(document.querySelector('.td-ground')).fill === 'rgb(0, 0, 0)'",
    )
    page.keyboard.press("Escape")
    assert root.evaluate(yard) == "#eef1f4"
    expect(page.get_by_role("button", name="编辑图例")).to_be_focused()


@pytest.mark.parametrize("view", ["both", "table"])
def test_axe_finds_nothing_at_many_tracks_either(page, served, view):
    opened(page, served(*INVENTED), view=view, theme="dark", language="en")
    until(page, "() => document.getAnimations().every((a) => a.playState === 'finished')")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("day", "size"),
    [
        (HOHHOT, (1366, 768)),
        (HOHHOT, (3840, 2160)),
        (SMALL, (1920, 1080)),
        (INVENTED, (1366, 768)),
        (INVENTED, (3840, 2160)),
    ],
    ids=lambda said: str(said[0]),
)
def test_it_fits_every_screen(new_page, served, size, day):
    page = opened(new_page(*size), served(*day))
    over = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    wide, high = page.evaluate(over)
    assert (wide, high) == size
    box = page.locator(".td-svg").bounding_box()
    assert box["height"] > size[1] * 0.6
    trains = page.locator(".td-train")
    assert trains.count() > 0
    for train in trains.all():
        at = train.bounding_box()
        assert at["x"] >= box["x"] - 1
        assert at["x"] + at["width"] <= box["x"] + box["width"] + 1


def test_a_train_that_goes_moves_out_through_its_end(page, own_server):
    opened(page, own_server)
    own_server.tell(now="2021-01-20T05:55:30+00:00")
    train = page.locator('[data-run="2021-01-20.d6970"]')
    expect(train).to_have_attribute("data-motion", "leaving", timeout=SLOW)
    page.evaluate(
        """() => { window.left = []; new MutationObserver((all) => { for (const m of all)
            for (const e of m.removedNodes) window.left.push(e.getAttribute("class")); })
            .observe(document.querySelector(".td-trains"), { childList: true }); }"""
    )
    own_server.tell(now="2021-01-20T05:56:30+00:00")
    expect(train).to_have_count(0, timeout=SLOW)
    until(page, "() => window.left.includes('td-gone')")
    assert page.locator(".td-gone").count() == 0, "nothing of it stays"


def test_a_train_on_a_bay_track_stands_clear_of_its_buffer_stop(page, served):
    opened(page, served(*SMALL), language="en")
    stock = page.locator('.td-train[data-place="track/1a"]')
    stop = page.locator("#buffer-1a")
    expect(stop).to_be_visible()
    edge = stock.locator(".td-body").bounding_box()
    assert edge["x"] + edge["width"] <= stop.bounding_box()["x"] + 2
    expect(page.locator(".td-table")).to_contain_text("bay track, trains use its left end")


def test_what_failed_at_first_is_asked_for_again_and_said(page, served):
    server = served(*HOHHOT)
    broken = "**/api/v1/diagram"
    page.route(broken, lambda route: route.fulfill(status=503, json={"error": "not drawn yet"}))
    page.goto(server.url("?language=en"))
    state = page.locator(".td-state")
    expect(state).to_contain_text("Could not load: not drawn yet. It will be asked for again")
    page.unroute(broken)
    expect(page.locator(READY)).to_be_visible(timeout=SLOW)
    expect(state).to_have_text("Live")
    page.complaints.clear()


def test_a_layout_without_tracks_is_said_and_the_page_works(page, served):
    server = served(*HOHHOT)

    def without(route):
        told = whole(server)
        told["ground"]["tracks"] = []
        route.fulfill(json=told | {"trains": {}, "bars": {}})

    page.route("**/api/v1/diagram", without)
    opened(page, server, language="en", view="both")
    expect(page.locator(".td-empty")).to_have_text(
        "The configuration of this station has no track to draw"
    )
    page.get_by_role("button", name="Table").click()
    expect(page.locator(".td-table caption")).to_be_visible()


def test_who_wants_less_motion_has_none(chromium, served):
    context = chromium.new_context(reduced_motion="reduce")
    page = opened(context.new_page(), served(*HOHHOT))
    style = page.locator(".td-train").first.evaluate(
        "e => [getComputedStyle(e).transitionProperty, getComputedStyle(e).animationName]"
    )
    assert style == ["none", "none"]
    context.close()


def test_a_lost_connection_is_told_and_the_picture_stays(page, own_server):
    opened(page, own_server)
    count = page.locator(".td-train").count()
    own_server.stop()
    expect(page.locator(READY)).to_have_attribute("data-state", "lost", timeout=SLOW)
    expect(page.locator(".td-state")).to_contain_text("连接中断")
    assert page.locator(".td-train").count() == count


def test_leaving_takes_everything_away(page, served):
    opened(page, served(*HOHHOT))
    page.evaluate("window.diagram.destroy()")
    assert page.locator("#diagram").inner_html() == ""


def test_what_is_said_by_a_text_stays_a_text(page, served):
    opened(page, served(*HOHHOT))
    evil = {"code": "x", "names": {"zh": "<img src=x onerror=alert(1)>", "en": "x"}}
    page.evaluate(
        """evil => { const p = window.diagram.page; const [run, train] = [...p.now.trains][0];
        p.take({seq: 'dev-999', follows: p.whole.seq,
          trains: {set: {[run]: {...train, no: evil.names.zh, to: evil.names}}}}); }""",
        evil,
    )
    page.locator(".td-train").first.click()
    assert page.locator("main img").count() == 0
