"""The broadcast in a whole station: real processes, real sound files, real pages, a hub that dies.

One demo for all: a station takes a while to start on a busy machine.
"""

from __future__ import annotations

import json
import time
import urllib.request
import wave
from http.client import HTTPException

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from protocol.errors import DeviceError
from simulators.demo.child import wait_until
from station_config.runtime.command import main
from tests.end_to_end.demo import Demo

pytestmark = pytest.mark.end_to_end

PATIENCE_MS = 20_000
PAGES = ("/", "/announce", "/templates", "/archive")
TRAIN, RUN = "D6753", "2021-01-20.d6753"
"""Leaves at 08:32 from platform 7, by the timetable."""


def ask(demo, path):
    with urllib.request.urlopen(demo.broadcast_url + path, timeout=10) as answer:
        return json.load(answer)


def tell(demo, path, value):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(demo.broadcast_url + path, json.dumps(value).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def said(demo, **given):
    words = "&".join(f"{name}={value}" for name, value in given.items())
    return ask(demo, f"/api/archive?{words}")["entries"]


def voices(demo):
    return ask(demo, "/api/spoken")["voices"]


def notes(demo, board):
    return demo.json(f"/board/{board}/document")["document"]["notices"]


def move(demo, platform):
    deployment = str(demo.data / "deployment.toml")
    words = ("platform", TRAIN, platform, "--why", "test", "--deployment", deployment)
    assert main(["manual", *words]) == 0
    return time.monotonic()


def station_now(demo):
    return ask(demo, "/api/outlook")["now"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    data = tmp_path_factory.mktemp("broadcast") / "demo"
    with Demo(data, "--calm", "--at", "08:12") as running:
        yield ready(running)
        assert running.stop() == 0


def online(demo):
    try:
        return ask(demo, "/health")["mode"] == "ONLINE"
    except (OSError, HTTPException):  # nobody listens yet, or we have reached ourselves
        return False


def changed(demo):
    """Return the zones that were told of the change."""
    return {z for entry in said(demo, run=RUN, kind="platform-change") for z in entry["zones"]}


def ready(demo):
    """Wait longer than usual: this station has more processes, and the machine other work."""
    try:
        demo.ready()
    except DeviceError:
        demo.ready()
    wait_until(lambda: online(demo), 60, what="the broadcast to be online")
    return demo


def test_a_platform_change_is_heard_and_shown_where_the_train_is(demo):
    began = move(demo, "5")
    shown = wait_until(
        lambda: [n for n in notes(demo, "platform-5") if n["kind"] == "SPOKEN"],
        15,
        what="the transcript on the platform's board",
    )
    seconds = time.monotonic() - began
    wait_until(lambda: {"platform-5", "platform-7"} <= changed(demo), 15, what="both platforms")
    assert not changed(demo) & {"platform-1", "platform-9"}
    entries = said(demo, run=RUN, kind="platform-change")
    assert shown[0]["text"] in [entry["text"] for entry in entries]
    assert TRAIN in shown[0]["text"]["en"]
    assert notes(demo, "platform-2") == []
    assert seconds < 15, "from the command to the words on the board"
    entry = next(e for e in entries if e["text"] == shown[0]["text"])
    wait_until(
        lambda: (
            next(e for e in said(demo, run=RUN) if e["id"] == entry["id"])["outcome"] == "played"
        ),
        60,
        what="the end of the voice",
    )
    (file,) = (demo.data / "broadcast-1" / "archive").glob(f"*/{entry['id']}.wav")
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (16_000, 1)
        assert sound.getnframes() / 16_000 == pytest.approx(entry["seconds"], abs=0.1)
        loudest = max(abs(s) for s in memoryview(sound.readframes(10**7)).cast("h"))
    assert loudest > 3000, "there is sound in it"


def test_a_takeover_is_heard_alone_until_all_is_clear(demo, page):
    page.goto(demo.broadcast_url + "/announce?lang=en")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)
    emergency = page.locator("section.danger")
    emergency.get_by_label("Fire").check()
    emergency.get_by_label("Waiting Room 1").check()
    emergency.get_by_role("button", name="Step 1: arm").click()
    armed = page.locator("#armed")
    expect(armed).to_contain_text("There is a fire in the station")
    assert ask(demo, "/api/spoken")["takeovers"] == []
    armed.get_by_role("button", name="execute in 1 zones").click()
    expect(page.locator("#takeovers li")).to_have_count(1, timeout=PATIENCE_MS)
    wait_until(
        lambda: [v for v in voices(demo) if v.get("emergency")], 15, what="the emergency's voice"
    )
    room = next(z for z in ask(demo, "/api/outlook")["zones"] if z["id"] == "room-1")
    assert room["taken"]
    wait_until(
        lambda: [n for n in notes(demo, "waiting-hall-departures") if n["kind"] == "EMERGENCY"],
        10,
        what="the emergency on the board",
    )
    page.get_by_role("button", name="All clear, and say so").click()
    expect(page.locator("#takeovers li")).to_have_count(0, timeout=PATIENCE_MS)
    wait_until(lambda: not notes(demo, "waiting-hall-departures"), 10, what="the board to be calm")
    wait_until(
        lambda: [e for e in said(demo, zone="room-1", kind="manual") if "over" in e["text"]["en"]],
        30,
        what="the all clear",
    )


def test_a_muted_zone_is_silent_and_the_others_are_not(demo, page):
    page.goto(demo.broadcast_url + "/?lang=en")
    zone = page.locator('article[data-zone="exit"]')
    zone.get_by_role("combobox").select_option("10")
    expect(zone).to_have_attribute("data-state", "muted", timeout=PATIENCE_MS)
    listen = page.locator('article[data-zone="forecourt"]').get_by_role("button", name="Listen")
    listen.click()
    expect(listen).to_have_attribute("aria-pressed", "true")
    asked = {"zones": ["exit", "forecourt"], "text": {"en": "Muted here."}, "who": "test"}
    key = tell(demo, "/api/announce", asked)["key"]
    wait_until(lambda: [v for v in voices(demo) if v["key"] == key], 20, what="the voice")
    assert [v["zones"] for v in voices(demo) if v["key"] == key] == [["forecourt"]]
    zone.get_by_role("button", name="Unmute").click()
    expect(zone).not_to_have_attribute("data-state", "muted", timeout=PATIENCE_MS)
    tell(demo, "/api/stop", {"key": key})
    wait_until(lambda: not [v for v in voices(demo) if v["key"] == key], 10, what="silence")


def test_an_alert_by_file_and_one_that_is_broken(demo, capsys):
    alert = demo.data / "alert.xml"
    now = time.strftime("%Y-%m-%dT%H:%M:%S-00:00", time.gmtime(station_now(demo) / 1000 + 60))
    text = ALERT.replace("EXPIRES", now.replace("T00", "T01"))
    deployment = str(demo.data / "deployment.toml")
    alert.write_text(text.replace("Actual", "Exercise"), encoding="utf-8")
    assert main(["broadcast", "--deployment", deployment, "cap", str(alert)]) == 0
    assert "Exercise" in capsys.readouterr().out
    assert ask(demo, "/api/spoken")["takeovers"] == []
    alert.write_text(text.replace("<msgType>Alert</msgType>", ""), encoding="utf-8")
    assert main(["broadcast", "--deployment", deployment, "cap", str(alert)]) != 0
    assert "alert.xml:4" in capsys.readouterr().err
    (demo.data / "cap").mkdir(exist_ok=True)
    (demo.data / "cap" / "storm.xml").write_text(text, encoding="utf-8")
    takeovers = wait_until(
        lambda: ask(demo, "/api/spoken")["takeovers"], 20, what="the alert in the folder"
    )
    assert takeovers[0]["text"] == {"zh": "暴风雪红色预警。"}
    assert (demo.data / "cap" / "done" / "storm.xml").exists()
    tell(demo, "/api/emergency/end", {"key": takeovers[0]["key"], "say": False})


ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>e2e</identifier><sender>met@example.cn</sender>
<sent>2021-01-20T08:00:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope>
<info><language>zh-CN</language><category>Met</category><event>暴风雪</event>
<urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty>
<expires>EXPIRES</expires><headline>暴风雪红色预警</headline></info></alert>
"""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(demo, new_page, path, scheme):
    page = new_page(1920, 1080)
    page.emulate_media(color_scheme=scheme)
    page.goto(demo.broadcast_url + path + "?lang=zh")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes", timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []


def test_a_template_is_heard_and_a_reading_corrected(demo, page):
    page.goto(demo.broadcast_url + "/templates?lang=en")
    rows = page.locator("#template-list tr")
    expect(rows.first).to_be_visible(timeout=PATIENCE_MS)
    assert rows.count() > 20
    rows.first.get_by_role("button").click()
    expect(page.locator("#template-answer")).to_contain_text(" s", timeout=PATIENCE_MS)
    page.locator("#word").fill("六安")
    page.locator("#reading").fill("liu4 an1 an1")
    page.get_by_role("button", name="Correct").click()
    expect(page.locator("#correct-answer")).to_contain_text("2 Chinese characters")
    page.complaints.clear()  # of the answer 400, which is right
    page.locator("#reading").fill("liu4 an1")
    page.get_by_role("button", name="Correct").click()
    expect(page.locator("#lexicon-list")).to_contain_text("liu4 an1")
    page.get_by_role("button", name="Undo 六安").click()
    expect(page.locator("#lexicon-none")).to_be_visible()


def test_it_goes_on_without_a_hub_and_repeats_nothing_after_a_restart(tmp_path):
    """Check-in opens at 08:17, when the hub is dead."""
    with Demo(tmp_path / "alone", "--calm", "--at", "08:15") as demo:
        ready(demo)
        speaker = psutil.Process(demo.pid("broadcast"))
        with demo.nobody_restarts():
            psutil.Process(demo.pid("hub")).kill()
            wait_until(lambda: ask(demo, "/health")["mode"] == "AUTONOMOUS", 60, what="autonomy")
            assert not said(demo, run=RUN, kind="check-in-open")
            heard = wait_until(
                lambda: said(demo, run=RUN, kind="check-in-open"),
                180,
                every=1.0,
                what="check-in to be announced without a hub",
            )
            speaker.kill()
        wait_until(lambda: online(demo), 90, what="the broadcast to be back")
        since = station_now(demo)
        wait_until(lambda: station_now(demo) > since + 8000, 30, what="time to repeat something")
        again = said(demo, run=RUN, kind="check-in-open")
        assert {e["id"] for e in again} >= {e["id"] for e in heard}
        zones = [zone for e in again if e["outcome"] == "played" for zone in e["zones"]]
        assert len(zones) == len(set(zones)), again
        assert demo.stop() == 0
