"""The console with a whole station behind it: what boards show, loudspeakers say and posts sign is
real; every page has something on it."""

import csv
import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.hub.console.whole_station import PATIENCE_MS, Seat, WholeStation

pytestmark = pytest.mark.end_to_end

SHOWN = {
    "trains": "[data-run]",
    "diagram": ".td-trains g",
    "alarms": ".alarms tbody tr",
    "mirror": ".spoken tbody tr",
    "notices": ".card",
    "emergency": ".card.drill",
    "reports": ".plot svg",
    "history": ".plain-table tbody tr",
    "station": ".plain-table tbody tr",
    "me": "#me-old",
}
OF_ADMINISTRATOR = {"audit": ".plain-table tbody tr", "accounts": ".plain-table tbody tr"}
LOOKS = [("zh", "dark"), ("en", "light")]
"""Words do not depend on colours: each language and each theme once."""


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    made = WholeStation(tmp_path_factory.mktemp("whole"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def seats(station, chromium):
    """A seat of each role, taken once."""
    taken = {}

    def seat(role):
        if role not in taken:
            taken[role] = Seat(station, role, chromium)
        return taken[role]

    yield seat
    for each in taken.values():
        each.close()


@pytest.fixture
def seat(seats):
    """The same, and at the end of the test no page has anything to complain of."""
    used = {}

    def take(role):
        used[role] = seats(role)
        return used[role]

    yield take
    for each in used.values():
        complaints, each.page.complaints[:] = list(each.page.complaints), []
        assert not complaints


def api(seat, path):
    return seat.caller.get(path)


def test_the_mirror_shows_real_boards_and_what_is_said_next(seat):
    desk = seat("dispatcher")
    page = desk.go("mirror", SHOWN["mirror"])
    boards = api(desk, "/station")["boards"]
    expect(page.locator(".mirror iframe")).to_have_count(len(boards))
    frame = page.frame_locator(".mirror iframe").first
    expect(frame.locator("body")).to_contain_text(
        re.compile(r"[DGKTZ]\d{2,4}"), timeout=PATIENCE_MS
    )
    zones = {each["names"]["en"] for each in api(desk, "/station")["zones"]}
    told = page.locator(".spoken tbody th")
    assert {each.strip() for each in told.all_inner_texts()} <= zones
    expect(page.locator(".next-said").first).to_contain_text(re.compile(r"\d\d:\d\d ."))
    expect(page.locator("main")).not_to_contain_text("does not answer")


def test_what_was_said_is_found_in_the_archive(seat, station):
    desk = seat("dispatcher")
    page = desk.go("mirror", SHOWN["mirror"])

    def search():
        page.locator("#said-text").fill("")
        page.get_by_role("button", name="Search").click()
        return page.get_by_role("region", name="Archive").locator("tbody tr").count()

    station.until(search, "something that was said")


def test_a_command_is_previewed_by_those_who_show_and_say_it(seat):
    desk = seat("dispatcher")
    page = desk.go("trains", SHOWN["trains"])
    later = next(
        row["run"]
        for row in api(desk, "/runs")["rows"]
        if row["passengers"] == "SHOWN" and row["run"].get("departure_number")
    )
    page.locator("input[type=search]").fill(later["departure_number"])
    page.locator(f'[data-run="{later["run_id"]}"]').click()
    page.keyboard.press("d")
    page.locator("#f-minutes").fill("20")
    page.locator("#f-why").fill("wind")
    page.keyboard.press("Enter")
    told = page.locator(".told-both")
    expect(told.locator(".led").first).to_be_visible(timeout=PATIENCE_MS)
    expect(told.locator(".led").first).to_contain_text(later["departure_number"])
    expect(told).to_contain_text("♪")
    expect(told).not_to_contain_text("does not answer")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.locator("input[type=search]").fill("")


def test_a_post_that_does_not_sign_is_an_alarm_that_sounds_and_the_sound_is_kept(seat):
    desk = seat("dispatcher")
    page = desk.go("alarms", "main h2")
    overdue = page.locator(".alarms tr", has_text="unsigned").first
    expect(overdue).to_be_visible(timeout=3 * PATIENCE_MS)
    expect(overdue).to_contain_text("Call the post")
    sound = page.locator("button", has_text=re.compile("[Ss]ound|Silent for"))
    expect(sound).to_contain_text("Sound is off")
    sound.click()
    expect(sound).to_contain_text("Sound on")
    page.reload()
    expect(sound).to_contain_text("after the next click")
    page.locator("main h2").click()
    expect(sound).to_contain_text("Sound on")
    sound.click()
    expect(sound).to_contain_text("Silent for 30 min")
    page.reload()
    expect(sound).to_contain_text("Silent for")


def test_a_report_is_drawn_told_as_a_table_and_taken_along(seat):
    desk = seat("dispatcher")
    page = desk.go("reports", SHOWN["reports"])
    expect(page.locator(".plot").nth(3)).to_be_visible()
    page.locator("#r-limit").fill("5")
    page.get_by_role("button", name="Count").click()
    expect(page.locator("main")).to_contain_text("at most 5 minutes late")
    report = api(desk, "/reports/punctuality?on_time=5")
    assert report["total"]["reported"] > 0
    heights = page.locator(".plot rect").evaluate_all("all => all.map(e => e.height.baseVal.value)")
    assert max(heights) > 100
    told = page.get_by_role("region", name="by class").locator("tbody th").all_inner_texts()
    assert told == sorted(report["by_class"])
    with page.expect_download() as waited:
        page.get_by_role("button", name="Every train CSV").click()
    text = waited.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == report["total"]["visits"]
    assert waited.value.suggested_filename.endswith(".csv")


def test_moments_and_rows_that_were_not_believed_are_counted_too(seat):
    desk = seat("dispatcher")
    page = desk.go("reports", SHOWN["reports"])
    report, found = api(desk, "/reports/punctuality"), api(desk, "/reports/rejects")
    lines = list(csv.DictReader(io.StringIO(api(desk, "/reports/rejects/all")["text"])))
    assert found["whole"] + found["parts"] <= len(lines), "the second answer may know more"
    assert sum(each["whole"] + each["parts"] for each in found["reasons"]) == (
        found["whole"] + found["parts"]
    )
    hours = page.get_by_role("region", name="Moments for announcements").locator("tbody th")
    told = set(hours.all_inner_texts())
    assert told <= {*report["triggers"], *report["triggers_by_hour"]}
    assert told
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#rejects")).to_contain_text("Rows not believed")
    for each in found["reasons"]:
        expect(page.locator("[aria-labelledby=rejects] tbody")).to_contain_text(each["en"])


def test_boards_are_looked_at_as_they_stood(seat):
    desk = seat("dispatcher")
    page = desk.go("history", SHOWN["history"])
    about = api(desk, "/station")
    now = datetime.fromisoformat(about["now"])
    then = (now - timedelta(minutes=2)).replace(second=0, microsecond=0)
    board = next(each["id"] for each in about["boards"] if each["kind"] == "departures")
    stood = api(desk, f"/history?at={then:%Y-%m-%dT%H:%M:%SZ}&board={board}")
    assert stood
    local = then.astimezone(ZoneInfo(about["zone"]))
    page.locator("#h-at").fill(f"{local:%Y-%m-%dT%H:%M:%S}")
    page.locator("#h-board").select_option(board)
    page.get_by_role("button", name="Show").click()
    numbers = page.locator(".plain-table tbody th")
    expect(numbers).to_have_count(len(stood))
    assert numbers.first.inner_text() in str(stood[0]["run"])
    page.locator("#h-at").fill("2020-01-01T07:00:00")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status").filter(has_text="begins")).to_be_visible()
    expect(numbers).to_have_count(0)
    desk.page.complaints[:] = [each for each in desk.page.complaints if "400" not in each]


def test_an_account_is_made_changed_let_in_again_and_disabled(seat, station):
    desk = seat("administrator")
    page = desk.go("accounts", "#new-name")
    line = page.locator("tr", has_text="li.na")
    dialog = page.get_by_role("dialog")
    page.locator("#new-name").fill("li.na")
    page.locator("#new-role").select_option("viewer")
    page.get_by_role("button", name="New account").click()
    password = dialog.locator(".given").inner_text().strip()
    assert len(password) >= 10
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert password not in page.content(), "it is shown once"
    guest = type(desk.caller)(station, "li.na", password)
    assert guest.log_in()[1]["role"] == "viewer"
    line.get_by_role("combobox").select_option("supervisor")
    station.until(lambda: guest.log_in()[1].get("role") == "supervisor", "another role")
    for _ in range(7):
        station.until(lambda: guest.log_in("wrong")[0] == 401, "another try")
    expect(line).to_contain_text("mistyped", timeout=PATIENCE_MS)
    line.get_by_role("button", name="Let in again").click()
    expect(line).not_to_contain_text("mistyped")
    assert guest.log_in()[0] == 200
    line.get_by_role("button", name="Disable").click()
    expect(line).to_contain_text("disabled")
    assert guest.log_in()[0] == 401
    line.get_by_role("button", name="New password").click()
    again = dialog.locator(".given").inner_text().strip()
    assert again != password
    page.keyboard.press("Escape")
    line.get_by_role("button", name="Enable").click()
    station.until(lambda: guest.log_in(again)[0] == 200, "the new password")


def test_the_audit_is_searched_and_its_chain_verified(seat):
    desk = seat("administrator")
    page = desk.go("audit", ".plain-table tbody tr")
    name = desk.station.callers["dispatcher"].name
    page.locator("#audit-about").fill(name)
    page.get_by_role("button", name="Search").click()
    rows = page.locator(".plain-table tbody tr")
    expect(rows.filter(has_not_text=name)).to_have_count(0)
    expect(rows.first).to_contain_text("logged in")
    page.locator("#audit-about").fill("nobody.at.all")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").filter(has_text="Nothing is recorded")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(rows.filter(has_not_text=name).first).to_be_visible()
    page.get_by_role("button", name="Verify the chain").click()
    told = page.locator(".chain")
    expect(told).to_contain_text("The chain holds")
    assert re.search(r"\d+:[0-9a-f]{64}", told.inner_text())


def test_no_page_with_something_on_it_stands_in_anybodys_way(seat, station):
    """Every page in both languages and themes, after one login of each role."""
    station.fill()
    axe = Axe()
    wrong = []
    for role, pages in (("dispatcher", SHOWN), ("administrator", OF_ADMINISTRATOR)):
        desk = seat(role)
        for language, theme in LOOKS:
            desk.turn(language, theme)
            for path, shown in pages.items():
                found = axe.run(desk.go(path, shown))
                if found.violations_count:
                    wrong.append(f"{path} {language} {theme}: {found.generate_report()}")
        told = desk.page.complaints  # axe asks the frames of other sites, which do not answer
        told[:] = [each for each in told if "postMessage" not in each]
    assert not wrong, "\n".join(wrong)
