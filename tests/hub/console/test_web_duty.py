"""The console in a browser: alarms, emergencies, notices, what boards and loudspeakers tell."""

import time
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.end_to_end

PATIENCE_S = 40


@pytest.fixture
def opened(console, new_page):
    """Open a page of the console as somebody of a role; return it."""

    def begin(role, path, *, language="en", theme="light"):
        caller = console(role, new=True)
        caller.post("/session/preferences", language=language, theme=theme)
        page = new_page(1366, 768)
        page.goto(f"{console.hub.url}/console/#/{path}")
        page.locator("#name").fill(caller.name)
        page.locator("#password").fill(caller.password)
        page.keyboard.press("Enter")
        expect(page.locator("main h2").first).to_be_visible(timeout=20_000)
        return page

    return begin


@pytest.fixture(autouse=True)
def nothing_told(console):
    """No notice of another test stands on the boards."""
    dispatcher = console("dispatcher")
    for kept in dispatcher.get("/notices")["notices"]:
        dispatcher.post(
            "/notices",
            command="withdraw-notice",
            command_id=uuid.uuid4().hex,
            why="before the test",
            notice_id=kept["notice"]["notice_id"],
        )


@pytest.fixture
def quiet(console):
    """Whatever a test began is ended after it."""
    yield
    dispatcher = console("dispatcher")
    for each in dispatcher.get("/scenarios")["running"]:
        dispatcher.post("/scenarios/end", id=each["id"], why="end of the test")


def test_an_alarm_comes_by_itself_is_acknowledged_and_put_aside(opened, console):
    deadline = time.monotonic() + PATIENCE_S
    while not console("viewer").get("/alarms")["alarms"] and time.monotonic() < deadline:
        time.sleep(0.1)
    page = opened("supervisor", "alarms")
    alarm = page.locator("tr", has_text="not connected to its broker")
    expect(alarm).to_be_visible()
    if alarm.get_by_role("button", name="Unshelve").count():
        alarm.get_by_role("button", name="Unshelve").click()
    if alarm.get_by_role("button", name="Acknowledge").count():
        alarm.get_by_role("button", name="Acknowledge").click()
    expect(alarm).to_contain_text("acknowledged")
    alarm.get_by_role("button", name="Shelve").click()
    page.locator("#shelf-why").fill("the broker is moved")
    page.get_by_role("dialog").get_by_role("button", name="Shelve").click()
    expect(alarm).to_have_count(0)
    page.get_by_role("button", name="Shelved").click()
    expect(alarm).to_contain_text("the broker is moved")
    alarm.get_by_role("button", name="Unshelve").click()
    expect(alarm).to_have_count(0)


def test_a_viewer_sees_alarms_and_emergencies_and_can_do_nothing(opened):
    page = opened("viewer", "alarms")
    expect(page.get_by_role("button", name="Acknowledge those shown")).to_have_count(0)
    page.goto(page.url.replace("alarms", "emergency"))
    expect(page.locator(".card").first).to_be_visible()
    expect(page.get_by_role("button", name="Prepare")).to_have_count(0)


@pytest.mark.usefixtures("quiet")
def test_a_drill_is_counted_begun_shown_on_every_console_and_ended(opened, console):
    other = opened("viewer", "notices", language="zh")
    page = opened("dispatcher", "emergency")
    page.locator(".card", has_text="Evacuation").get_by_role("button", name="Prepare").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("DRILL").check()
    page.locator("#em-why").fill("quarterly drill")
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.locator(".counted")).to_contain_text("0 commands")
    dialog.get_by_role("button", name="Execute").click()
    expect(page.locator(".underway")).to_contain_text("DRILL")
    expect(other.locator(".underway")).to_contain_text("演练")
    assert console("viewer").get("/notices")["notices"] == []
    page.get_by_role("button", name="End").click()
    page.locator("#end-why").fill("over")
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(other.locator(".underway")).to_have_count(0)


@pytest.mark.usefixtures("quiet")
def test_what_was_changed_after_arming_is_armed_again(opened):
    page = opened("dispatcher", "emergency")
    page.locator(".card", has_text="Fire").get_by_role("button", name="Prepare").click()
    dialog = page.get_by_role("dialog")
    page.locator("#em-why").fill("smoke")
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_role("button", name="Execute")).to_be_visible()
    page.locator("#em-minutes").fill("30")
    expect(dialog.get_by_role("button", name="Execute")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_notice_is_previewed_as_a_board_breaks_it_published_and_withdrawn(opened, console):
    page = opened("dispatcher", "notices", language="zh")
    page.get_by_role("button", name="发布通知").click()
    text = "因天气原因部分列车晚点，请旅客留意站内显示屏和广播，听从工作人员安排。"
    page.locator("#n-text-zh").fill(text)
    page.locator("#n-text-en").fill("Some trains are late because of the weather.")
    lines = page.locator(".board-preview [lang=zh] p")
    expect(lines).to_have_count(2)
    assert "".join(lines.all_inner_texts()) == text
    assert len(lines.first.inner_text()) == 20, "forty half characters a line"
    page.locator("#n-why").fill("风")
    page.get_by_role("button", name="检查").click()
    page.get_by_role("button", name="发布", exact=True).click()
    card = page.locator(".card", has_text="因天气原因")
    expect(card).to_be_visible()
    assert [n["notice"]["text"]["zh"] for n in console("viewer").get("/notices")["notices"]] == [
        text
    ]
    card.get_by_role("button", name="撤下").click()
    expect(card).to_have_count(0)
    assert console("viewer").get("/notices")["notices"] == []


def test_the_mirror_says_who_does_not_answer(opened):
    page = opened("viewer", "mirror")
    expect(page.locator("main")).to_contain_text("does not answer")
    page.complaints.clear()
