"""What a dispatcher does with trains, each from the key to the hub and back, on one page."""

import re
import uuid
from datetime import timedelta

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from protocol.runs import Run
from station_config.load import load_station
from subsystems.broadcast.foretold import foretold
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.display.foreign import preview
from subsystems.display.model import Status, Tone
from subsystems.display.start import all_words, first_state
from subsystems.display.view import milliseconds
from tests.browser import note
from tests.hub.console.train_table import TrainTable
from tests.hub.real_hub import HOHHOT, MORNING

pytestmark = pytest.mark.end_to_end

BOARDS, SPEECH = "http://boards.example", "http://speech.example"


@pytest.fixture(scope="module")
def at_work(console, chromium):
    """Somebody at the train table, from the first test to the last."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: note(page, message))
    yield TrainTable(page, console("dispatcher", new=True)).log_in()
    context.close()


@pytest.fixture
def table(at_work):
    at_work.begin_anew()
    yield at_work
    complaints, at_work.page.complaints[:] = list(at_work.page.complaints), []
    assert not [each for each in complaints if "409" not in each]


@pytest.fixture
def others(console):
    """What another person says of a train."""
    return console("supervisor")


def another(station, kind, held):
    """A track or platform that trains stop at, and that is not `held`."""
    taken = {each["platform"] for each in station["tracks"] if each.get("platform")}
    fits = [
        each["id"]
        for each in station[kind]
        if (each.get("platform") if kind == "tracks" else each["id"] in taken)
    ]
    return next(each for each in fits if each != held)


# --- one train


def test_a_delay_is_previewed_confirmed_and_taken_back(table, some_run):
    row = some_run()
    shown = table.show(row)
    table.key("d")
    table.fill("wind", minutes="20", en="Because of wind")
    expect(table.page.locator(".compare")).to_contain_text("+20")
    assert not table.row(row)["words"], "a preview does nothing"
    table.confirm()
    expect(shown).to_contain_text("+20")
    (word,) = table.row(row)["words"]
    assert (word["who"], word["why"]) == (table.caller.name, "wind")
    assert table.row(row)["run"]["note"] == {"en": "Because of wind"}
    table.undo()
    expect(shown).not_to_contain_text("MANUAL")
    assert not table.row(row)["words"]


def test_a_delay_that_nobody_knows_is_told_with_a_text(table, some_run):
    row = some_run()
    shown = table.show(row)
    table.key("u")
    table.fill("no word yet", zh="等候通知", en="please wait")
    table.confirm()
    expect(shown).to_contain_text("unknown")
    run = table.row(row)["run"]
    assert (run["held"], run["note"]) == (True, {"zh": "等候通知", "en": "please wait"})


@pytest.mark.parametrize(
    ("key", "kind", "field"), [("p", "platforms", "platform"), ("t", "tracks", "track")]
)
def test_a_train_comes_to_another_platform_or_track(table, some_run, key, kind, field):
    row = some_run(role="INTERMEDIATE")
    shown = table.show(row)
    station = table.caller.get("/station")
    wanted = another(station, kind, row["run"].get(field))
    table.key(key)
    table.fill("works", choice=wanted)
    expect(table.page.locator(".compare")).to_be_visible()
    table.confirm()
    expect(shown).to_contain_text("MANUAL")
    assert table.words(row)[field] == {"field": field, field: wanted}
    run = table.row(row)["run"]
    assert run[field] != row["run"][field]
    labels = {each["id"]: each["label"] for each in station[kind]}
    told = shown.locator("[role=gridcell]", has_text=re.compile(f"^{labels[wanted]}$"))
    expect(told.first).to_be_visible()
    table.undo()
    expect(shown).not_to_contain_text("MANUAL")
    assert table.row(row)["run"]["track"] == row["run"]["track"]


def test_a_gate_that_leads_elsewhere_is_refused_and_the_right_one_is_kept(table, some_run):
    row = some_run(role="ORIGIN")
    shown = table.show(row)
    (here,) = row["run"]["gates"]
    gates = table.caller.get("/station")["gates"]
    other = next(each["label"] for each in gates if each["label"] != here)

    def tick(label):
        table.page.locator("fieldset label", has_text=re.compile(f"^{label}$")).click()

    table.key("g")
    tick(here)
    tick(other)
    table.fill("gate is broken")
    expect(table.page.locator(".objections.refused")).to_contain_text("does not lead")
    expect(table.dialog.get_by_role("button", name="Confirm")).to_have_count(0)
    tick(other)
    tick(here)
    table.fill("gate is well")
    table.confirm()
    expect(shown).to_contain_text("MANUAL")
    run = table.row(row)["run"]
    assert (run["gates"], list(table.words(row))) == ([here], ["gates"])


def test_passengers_wait_in_another_room(table, some_run):
    row = some_run(role="ORIGIN")
    shown = table.show(row)
    rooms = table.caller.get("/station")["waiting_rooms"]
    held = row["run"]["waiting_room"]["names"]
    room = next(each for each in rooms if each["names"] != held)
    table.key("w")
    table.fill("cleaning", choice=room["id"])
    table.confirm()
    expect(shown).to_contain_text(room["names"]["en"])
    assert table.row(row)["run"]["waiting_room"]["names"] == room["names"]


def test_check_in_is_opened_closed_and_opened_again(table, some_run):
    row = some_run(role="ORIGIN")
    shown = table.show(row)
    for key, told, is_open in (("o", "open", True), ("c", "closed", False), ("o", "open", True)):
        table.key(key)
        table.fill("crowding")
        table.confirm()
        cell = shown.locator("[role=gridcell]", has_text=re.compile(f"^{told}$")).first
        expect(cell).to_be_visible()
        assert table.words(row)["check-in"]["is_open"] is is_open


def test_a_train_is_cancelled_and_runs_again(table, some_run):
    row = some_run()
    shown = table.show(row)
    table.key("x")
    table.fill("line closed")
    expect(table.page.locator(".compare")).to_contain_text("cancelled")
    table.confirm()
    expect(shown).to_have_class(re.compile("struck"))
    assert table.row(row)["run"]["cancelled"]
    table.key("r")
    table.fill("line open")
    table.confirm()
    expect(shown).not_to_have_class(re.compile("struck"))
    assert not table.row(row)["run"].get("cancelled")
    table.key("b")
    table.fill("all is well")
    table.confirm()
    expect(shown).not_to_contain_text("MANUAL")
    assert not table.row(row)["words"]


def test_a_train_that_nobody_told_of_is_added_and_taken_away(table):
    number = f"L{uuid.uuid4().int % 9000 + 1000}"
    table.key("n")
    table.page.locator("#f-arrival_number").fill(number)
    table.page.locator("#f-departure_number").fill(number)
    table.page.locator("#f-category").select_option("G")
    table.page.locator("#f-track").select_option(index=3)
    table.fill("extra", origin="BTC", destination="QIP", arr="21:10", dep="21:20")
    expect(table.page.locator(".compare")).to_contain_text("21:20")
    table.confirm()
    row = table.caller.row(f"2021-01-20.{number.lower()}")
    assert row["run"]["departure"]["planned"] == "2021-01-20T13:20:00Z"
    shown = table.show(row)
    expect(shown).to_contain_text("21:20")
    table.undo()
    expect(shown).to_have_count(0)


def test_a_train_is_held_as_it_is_and_given_back(table, some_run):
    row = some_run(role="ORIGIN")
    shown = table.show(row)
    table.key("m")
    table.fill("line is unsteady", hold="60")
    expect(table.dialog.locator(".changes, .same")).not_to_contain_text("Track")
    table.confirm()
    expect(shown).to_contain_text("MANUAL")
    held = table.row(row)
    assert {"departure", "track", "gates"} <= set(table.words(row))
    assert all(each["until"] for each in held["words"])
    assert held["run"]["track"] == row["run"]["track"]
    assert held["run"]["gates"] == row["run"]["gates"]
    table.key("b")
    table.fill("steady again")
    table.confirm()
    expect(shown).not_to_contain_text("MANUAL")
    assert not table.row(row)["words"]


def test_what_is_held_as_it_is_is_given_back_whole_by_one_undo(table, some_run):
    row = some_run(role="INTERMEDIATE")
    shown = table.show(row)
    table.key("m")
    table.fill("line is unsteady")
    table.confirm()
    expect(shown).to_contain_text("MANUAL")
    table.undo()
    expect(shown).not_to_contain_text("MANUAL")
    assert not table.row(row)["words"]


def test_the_second_of_two_is_told_who_was_there_first(table, others, some_run):
    row = some_run()
    shown = table.show(row)
    table.key("d")
    table.fill("mine", minutes="5")
    expect(table.page.locator(".compare")).to_be_visible()
    others.say(row["id"], "delay", minutes=40, why="wind warning")
    table.key("Enter")
    told = table.page.locator(".objections.refused")
    expect(told).to_contain_text(others.name)
    expect(told).to_contain_text("wind warning")
    assert table.words(row)["delay"]["minutes"] == 40
    table.page.get_by_role("button", name="I have seen it").click()
    table.page.get_by_role("button", name="Preview").click()
    table.confirm()
    expect(shown).to_contain_text("+5")
    assert table.row(row)["words"][0]["who"] == table.caller.name


def test_the_palette_gives_an_order_and_the_panel_another(table, some_run):
    row = some_run()
    shown = table.show(row)
    table.key("Control+k")
    expect(table.dialog.get_by_role("combobox")).to_be_focused()
    table.page.keyboard.type("delay unknown")
    table.key("Enter")
    expect(table.dialog.locator("h2")).to_contain_text("Delay unknown")
    table.fill("no word yet")
    table.confirm()
    expect(shown).to_contain_text("unknown")
    table.key("Enter")
    panel = table.page.locator(".panel")
    panel.get_by_role("button", name="Back to AUTO", exact=True).first.click()
    table.fill("known again")
    table.dialog.get_by_role("button", name="Confirm").click()
    expect(table.dialog).to_have_count(0)
    expect(table.grid).to_be_focused()
    expect(shown).not_to_contain_text("MANUAL")
    table.key("Escape")
    expect(panel).to_have_count(0)
    expect(table.grid).to_be_focused()


def test_a_dialog_that_is_left_gives_the_keys_back_and_keeps_the_selection(table, some_run):
    rows = [some_run() for _ in range(2)]
    table.select(rows)
    table.page.locator(".many").get_by_role("button", name="Delay…", exact=True).click()
    expect(table.dialog).to_be_visible()
    table.key("Escape")
    expect(table.dialog).to_have_count(0)
    expect(table.page.locator(".many")).to_contain_text("2")
    expect(table.page.locator(".many")).to_contain_text("of them not shown 1")


# --- many


def on_track(caller, label):
    """Ids of today's trains that have not gone from a track."""
    rows = caller.get("/runs")["rows"]
    ids = {t["id"] for t in caller.get("/station")["tracks"] if t["label"] == label}
    return {
        row["id"]
        for row in rows
        if row["run"].get("track") in ids
        and row["passengers"] != "GONE"
        and row["id"].startswith("2021-01-20")
    }


def test_all_of_a_track_are_selected_in_two_keys_and_moved_in_one_order(table, some_run):
    row = some_run(role="INTERMEDIATE")
    table.show(row)
    station = table.caller.get("/station")
    label = next(t["label"] for t in station["tracks"] if t["id"] == row["run"]["track"])
    ids = on_track(table.caller, label)
    before = {each["id"]: each for each in table.caller.get("/runs")["rows"] if each["id"] in ids}
    table.key("f")
    expect(table.search).to_have_value(f"track:{label} ")
    table.key("*")
    expect(table.page.locator(".many")).to_contain_text(f"{len(ids)} trains")
    wanted = another(station, "tracks", row["run"]["track"])
    table.key("t")
    table.fill("works", choice=wanted)
    changes = table.page.locator(".changes").first
    expect(changes.locator("tbody tr")).to_have_count(min(8, len(ids)))
    assert {
        each["id"]: each for each in table.caller.get("/runs")["rows"] if each["id"] in ids
    } == before
    table.confirm()
    moved = [table.caller.row(each) for each in ids]
    assert {each["run"]["track"] for each in moved} == {wanted}
    table.undo()
    assert {table.caller.row(each)["run"]["track"] for each in ids} == {row["run"]["track"]}


def test_all_that_are_listed_are_late_and_then_not(table, some_run):
    row = some_run(role="ORIGIN")
    table.show(row)
    destination = row["run"]["destination"]["code"]
    table.search.fill(f"to:{destination} after:14:00 before:23:59")
    table.search.press("Enter")
    table.key("Control+a")
    marked = table.page.locator('.line[aria-selected="true"]')
    expect(marked.first).to_be_visible()
    ids = marked.evaluate_all("lines => lines.map((line) => line.dataset.run)")
    assert row["id"] in ids
    late = {i for i in ids if table.caller.row(i)["words"]}
    table.key("d")
    table.fill("wind", minutes="20")
    expect(table.page.locator(".changes")).to_contain_text("+20")
    table.confirm(re.compile(f"^Execute: {len(ids)} trains") if len(ids) > 1 else "Confirm")
    said = [table.words({"id": each}) for each in ids]
    assert {each["delay"]["minutes"] for each in said} == {20}
    table.undo()
    assert {i for i in ids if table.caller.row(i)["words"]} == late


def test_a_batch_in_which_one_cannot_be_done_is_not_done(table, some_run, others):
    rows = [some_run() for _ in range(2)]
    table.select(rows)
    others.say(rows[1]["id"], "cancelled")
    expect(table.line(rows[1])).to_have_class(re.compile("struck"))
    table.key("o")
    table.fill("crowding")
    told = table.page.locator(".objections.refused")
    expect(told).to_contain_text("1 / 2")
    expect(table.dialog.get_by_role("button", name="Execute")).to_have_count(0)
    assert "check-in" not in table.words(rows[0])
    told.get_by_role("button", name="Leave these out").click()
    table.confirm()
    assert "check-in" in table.words(rows[0])
    assert "check-in" not in table.words(rows[1])


def test_ranges_are_selected_by_keys_and_by_the_box_above(table):
    table.search.fill("class:G")
    table.search.press("Enter")
    table.key("Home", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(table.page.locator(".many b")).to_contain_text("3 trains")
    table.key("Escape")
    expect(table.page.locator(".many")).to_have_count(0)
    box = table.page.locator(".head .tick")
    box.click()
    expect(box).to_have_attribute("aria-pressed", "true")
    box.click()
    expect(table.page.locator(".many")).to_have_count(0)
    table.key("End", "PageUp", "k")
    expect(table.page.locator(".line.chosen")).to_have_count(1)


# --- what boards and loudspeakers would tell


class Subsystems:
    """Display and broadcast, asked by the page: their real previews, without their processes."""

    def __init__(self):
        self.asked = []
        self._station = load_station(HOHHOT)
        self._vocabulary = vocabulary_of(self._station)
        status = Status(line={"zh": "实时"}, tone=Tone.GOOD, confirmed_until=1)
        words = all_words(self._station)
        self._boards = first_state(self._station, words, status, "code", MORNING.date())

    def boards(self, route):
        runs, at = self._read(route)
        views, sheets = self._boards.views, self._boards.sheets
        _answer(route, preview(runs, views, sheets, milliseconds(at)))

    def speech(self, route):
        runs, at = self._read(route)
        said = foretold(runs, self._station, self._vocabulary, at)
        _answer(route, {"announcements": said})

    def _read(self, route):
        """Return the runs, and an instant at which all of them are told."""
        self.asked.append(route.request.url)
        runs = msgspec.json.decode(route.request.post_data, type=tuple[Run, ...])
        return runs, max(each.timeline.shown_at for each in runs) + timedelta(minutes=1)


def _answer(route, value):
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    route.fulfill(status=200, body=msgspec.json.encode(value), headers=headers)


def _with_sites(route):
    sites = {"display": BOARDS, "broadcast": SPEECH}
    route.fulfill(json=route.fetch().json() | {"sites": sites})


def _may_ask_sites(route):
    found = route.fetch()
    policy = found.headers["content-security-policy"]
    policy = policy.replace("connect-src", f"connect-src {BOARDS} {SPEECH}")
    route.fulfill(response=found, headers=found.headers | {"content-security-policy": policy})


@pytest.fixture
def subsystems(at_work):
    """The page asks them."""
    page, made = at_work.page, Subsystems()
    page.route(f"{BOARDS}/**", made.boards)
    page.route(f"{SPEECH}/**", made.speech)
    page.route("**/api/v1/station", _with_sites)
    page.route("**/console/", _may_ask_sites)
    page.reload()
    expect(at_work.grid).to_be_visible(timeout=20_000)
    yield made
    page.unroute_all()
    page.reload()
    expect(at_work.grid).to_be_visible(timeout=20_000)


def test_what_boards_would_show_and_loudspeakers_say_of_many_is_asked_at_once(
    table, some_run, subsystems
):
    rows = [some_run(role="ORIGIN") for _ in range(6)]
    table.select(rows)
    table.key("d")
    table.fill("wind", minutes="20")
    told = table.page.locator(".told-both")
    expect(told.locator(".led").first).to_be_visible()
    expect(told).to_contain_text("♪")
    expect(told.locator(".mark").first).to_contain_text("trains")
    assert len(subsystems.asked) == 2
    numbers = "|".join(row["run"]["departure_number"] for row in rows)
    expect(told.locator(".led").first).to_contain_text(re.compile(numbers))
    found = Axe().run(table.page)
    assert found.violations_count == 0, found.generate_report()
    table.key("Escape")
    expect(table.dialog).to_have_count(0)


# --- the station


def test_the_station_is_manual_in_two_steps_and_auto_again(table, console):
    button = table.page.locator("button.mode")
    for doing, holds in (("Make the station MANUAL", True), ("Return the station to AUTO", False)):
        button.click()
        table.page.locator("#mode-why").fill("storm")
        table.key("Enter")
        execute = table.dialog.get_by_role("button", name=f"Execute: {doing}")
        expect(execute).to_be_visible()
        assert bool(console("viewer").get("/state").get("mode")) is not holds
        execute.click()
        expect(table.dialog).to_have_count(0)
        expect(button).to_contain_text("MANUAL" if holds else "AUTO")
        assert bool(console("viewer").get("/state").get("mode")) is holds
