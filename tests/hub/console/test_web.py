"""The console in a browser: logging in, the live table, a command with its preview, two at once."""

import hashlib
import json
import re
from importlib.resources import files

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import hub.console

pytestmark = pytest.mark.end_to_end

WEB = files(hub.console) / "web"
SCRIPTS = sorted(path for folder in ("js", "diagram") for path in (WEB / folder).rglob("*.js"))


def text_of(*parts):
    return WEB.joinpath(*parts).read_text(encoding="utf-8")


# --- the files


def test_what_others_made_is_what_was_recorded():
    said = json.loads(text_of("vendor", "vendor.json"))
    body = (WEB / "vendor" / said["file"]).read_bytes()
    assert hashlib.sha256(body).hexdigest() == said["sha256"]
    licences = text_of("vendor", "LICENCES.txt")
    for package in said["packages"]:
        assert f"{package['name']} {package['version']} ({package['licence']})" in licences
        assert package["integrity"].startswith("sha512-")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_begins_with_its_law_and_can_be_read_in_one_sitting(path):
    text = path.read_text(encoding="utf-8")
    typed = path.parent.name == "diagram"
    assert re.match(r"// @ts-check\n/\*\*\n(?: \*.*\n)*? \* Law: " if typed else "// Law: ", text)
    assert len(text.splitlines()) <= 330
    assert "innerHTML" not in text


def test_every_word_is_there_in_both_languages():
    files = [text_of("js", f"words{name}.js") for name in ("", "_duty", "_why")]
    found = re.findall(r'^  "?([\w-]+)"?: \["(.*)"\],$', "".join(files), re.MULTILINE)
    words = dict(found)
    assert len(words) == len(found) > 150, "a word that stands twice hides the other"
    for key, both in words.items():
        chinese, _, english = both.partition('", "')
        assert chinese, key
        assert english, key
    asked = set()
    for path in SCRIPTS:
        code = re.sub(r"^\s*(//|/?\*).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        asked |= set(re.findall(r'\bt\("([\w-]+)"\)', code))
    assert asked - set(words) == set()


# --- the pages


@pytest.fixture
def opened(console, new_page):
    """Open the console as somebody of a role; return page and caller."""

    def begin(role, *, language="en", theme="light", width=1366, height=768):
        caller = console(role, new=True)
        caller.post("/session/preferences", language=language, theme=theme)
        page = new_page(width, height)
        page.goto(f"{console.hub.url}/console/")
        page.locator("#name").fill(caller.name)
        page.locator("#password").fill(caller.password)
        page.keyboard.press("Enter")
        expect(page.locator("[role=grid]")).to_be_visible(timeout=20_000)
        return page, caller

    return begin


def line(page, row):
    return page.locator(f'[data-run="{row["id"]}"]')


def show(page, row):
    """Bring a train into sight by its number."""
    number = row["run"].get("departure_number") or row["run"]["arrival_number"]
    page.locator("input[type=search]").fill(number)
    expect(line(page, row)).to_be_visible(timeout=10_000)
    line(page, row).click()
    return line(page, row)


def test_who_types_a_wrong_password_is_told_and_stays_out(console, page):
    page.goto(f"{console.hub.url}/console/")
    page.locator("#name").fill("nobody")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="密码")).to_be_visible()
    assert page.locator("[role=grid]").count() == 0
    assert len([told for told in page.complaints if "401" in told]) == len(page.complaints)
    page.complaints.clear()


def test_a_command_of_another_is_seen_at_once(opened, console, some_run):
    page, _ = opened("viewer")
    row = some_run()
    shown = show(page, row)
    expect(shown).not_to_contain_text("MANUAL")
    console("dispatcher").say(row["id"], "delay", minutes=25)
    expect(shown).to_contain_text("+25")
    expect(shown).to_contain_text("MANUAL")


def test_others_see_who_is_about_to_change_a_train(opened, some_run):
    first, caller = opened("dispatcher")
    second, _ = opened("viewer")
    row = some_run()
    show(first, row)
    shown = show(second, row)
    first.keyboard.press("d")
    expect(shown).to_contain_text(caller.name)
    first.keyboard.press("Escape")
    expect(shown).not_to_contain_text(caller.name)


def test_a_viewer_is_offered_no_command(opened, some_run):
    page, _ = opened("viewer")
    show(page, some_run())
    page.keyboard.press("Enter")
    page.keyboard.press("d")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".orders")).to_have_count(0)


def test_why_and_what_was_done_are_told(opened, console, some_run):
    page, _ = opened("viewer")
    row = some_run()
    console("dispatcher").say(row["id"], "delay", minutes=7, why="because of wind")
    show(page, row).dblclick()
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".rules")).to_contain_text("late")
    expect(page.locator(".story").nth(1)).to_contain_text("+7")
    page.get_by_role("tab", name="What was done").click()
    expect(page.locator(".words")).to_contain_text("because of wind")


def test_the_keyboard_is_enough(opened):
    page, _ = opened("dispatcher")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    expect(page.locator(".line.chosen")).to_have_count(1)
    page.keyboard.press("?")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Delay")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("audit")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("G24")
    page.keyboard.press("Enter")
    expect(page.locator(".line .strong").first).to_contain_text("G24")


def test_it_says_when_the_hub_is_gone(console, opened):
    page, _ = opened("viewer")
    expect(page.locator(".link")).to_be_visible()
    console.hub.freeze()
    try:
        expect(page.locator(".link.bad")).to_be_visible(timeout=40_000)
    finally:
        console.hub.thaw()
    expect(page.locator(".link.bad")).to_have_count(0, timeout=40_000)


LOOKS = [("zh", "light"), ("en", "dark")]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_nothing_stands_in_the_way_of_anybody(opened, console, some_run, language, theme):
    page, _ = opened("supervisor", language=language, theme=theme)
    row = some_run()
    console("dispatcher").say(row["id"], "unknown")
    axe = Axe()

    def holds(what):
        found = axe.run(page)
        assert found.violations_count == 0, f"{what}: {found.generate_report()}"

    holds("table")
    show(page, row).dblclick()
    holds("panel")
    page.keyboard.press("d")
    holds("dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    holds("palette")
    page.keyboard.press("Escape")
    for place in ("station", "audit", "me"):
        page.goto(f"{console.hub.url}/console/#/{place}")
        page.locator("h2").first.wait_for()
        holds(place)


def test_the_login_has_no_violation_either(console, page):
    page.goto(f"{console.hub.url}/console/")
    page.locator("#name").wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
