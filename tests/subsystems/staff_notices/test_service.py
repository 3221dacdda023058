"""The posts' terminals as people use them: real process and browser, the hub in the test's hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from hub.broker.permissions import device_permissions
from protocol.messages import HubState, Plan, Source, SourceMode
from protocol.runs import Role
from station_config.load import load_station
from station_config.posts.model import Moment
from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
    load_deployment,
)
from subsystems.staff_notices.model import key_of
from subsystems.staff_notices.people import FILE, new_person
from subsystems.staff_notices.service import store_path
from subsystems.staff_notices.store import Store
from subsystems.staff_notices.view import milliseconds
from tests.conftest import free_port
from tests.subsystems.display import sample_day

pytestmark = pytest.mark.end_to_end
SHOTS = os.environ.get("STATION_SHOTS")
"""Directory for pictures to be looked at by a person."""
STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
RUN = "import sys; from station_config.runtime.command import main; sys.exit(main())"
DEVICE = "staff-1"
PATIENCE_MS = 20_000
TABLET, PHONE, DESK = (1024, 600), (390, 780), (1280, 800)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
POST = "pa-room"


class Terminals:
    """`station staff-notices`; it can be killed and started again."""

    def __init__(self, deployment, log, station, port, clock):
        self.deployment, self.log, self.station, self.port = deployment, log, station, port
        self.hub_clock, self.process = clock, None
        self.url = f"http://127.0.0.1:{port}"
        today = clock.now().astimezone(station.zone_info).date()
        self.days = [today, today + timedelta(days=1)]
        self.plans = [sample_day.plan(station, each) for each in self.days]
        self.runs = self.plans[0] | self.plans[1]

    def start(self):
        argv = [sys.executable, "-c", RUN, "staff-notices", "--deployment", str(self.deployment)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment)
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(15)

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"{self.url}/{path}", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return {}

    def send(self, path, value, **headers):
        data = json.dumps(value).encode()
        given = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(f"{self.url}/{path}", data, given)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def feed(self, hub, turning, *changed):
        turning.until(lambda: self.ask("health").get("broker"), 40)
        at = self.hub_clock.now()
        self.source = Source(SourceMode.LIVE, at, at)
        hub.say(HubState(online=True, hub="hub", source=self.source, zone=self.station.zone))
        for day, plan in zip(self.days, self.plans, strict=True):
            hub.say(Plan(service_date=day, runs=tuple(plan.values())))
        for run in changed:
            hub.say(run)
        hub.manifest()
        hub.beat(self.source)
        turning.until(lambda: self.ask("health").get("mode") == "ONLINE", 30)

    def store(self):
        deployment = load_deployment(self.deployment)
        return Store(store_path(deployment.subsystems["staff-notices"]), read_only=True)

    def lines(self, kind):
        store = self.store()
        try:
            assert store.check() == ""
            return [line for _, line, _ in store.lines() if line.kind == kind]
        finally:
            store.close()

    def line(self, kind, turning):
        """Return the only line, once it is on disk: a page shows its own signature before."""
        turning.until(lambda: self.lines(kind))
        (line,) = self.lines(kind)
        return line

    def command(self, *words):
        argv = [sys.executable, "-c", RUN, "staff-notices", *words]
        done = subprocess.run(
            [*argv, "--deployment", str(self.deployment)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout


LEAD = timedelta(seconds=60)


def next_runs(station, at):
    """Return the next two trains that begin here and whose check-in is still to be announced."""
    today = at.astimezone(station.zone_info).date()
    runs = sample_day.plan(station, today).values()
    later = (r for r in runs if r.role is Role.ORIGIN)
    found = [r for r in later if r.departure.planned - at > timedelta(minutes=25)]
    return sorted(found, key=lambda r: r.departure.planned)[:2]


@pytest.fixture
def served(nats_broker, tmp_path, request):
    """Hohhot East's posts under the test broker's station id; not started yet.

    Station time begins `LEAD` before the PA room is told of the check-in of `next`.
    """
    nats_broker.add_user(device_permissions(nats_broker.topics, DEVICE, "staff-notices"))
    station = tmp_path / "station"
    shutil.copytree(STATIONS / getattr(request, "param", "hohhot_east"), station)
    xml = station / "station.xml"
    name = xml.read_text().partition('<station id="')[2].partition('"')[0]
    xml.write_text(xml.read_text().replace(f'id="{name}"', f'id="{nats_broker.topics.station}"', 1))
    loaded = load_station(station)
    about = datetime(2021, 1, 19, 23, 40, tzinfo=UTC)
    coming, late = next_runs(loaded, about)
    origin = coming.departure.planned - timedelta(minutes=20) - LEAD
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / DEVICE).write_text(nats_broker.password(DEVICE))
    started = datetime.now(UTC).timestamp()  # noqa: TID251 - as every process of the demo has it
    path = tmp_path / "deployment.toml"
    port = free_port()
    settings = SubsystemSettings(id=DEVICE, cache=tmp_path / "s.cache", port=port)
    dump_deployment(
        Deployment(
            station=station,
            broker=BrokerSettings(host=nats_broker.host, port=nats_broker.port, secrets=secrets),
            hub=HubSettings(database="sqlite://"),
            clock=ClockSettings(origin=origin, started=started),
            subsystems={"staff-notices": settings},
        ),
        path,
    )
    clock = SystemClock(origin, started)
    made = Terminals(path, tmp_path / "s.log", loaded, port, clock)
    made.next, made.run = made.runs[coming.run_id], made.runs[late.run_id]
    made.secrets, made.load_from = secrets, station
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


@pytest.fixture
def live(served, cast, nats_broker, turning):
    """Posts in step with a hub; a train is 40 minutes late, so that every post has something."""
    served.hub = cast.hub(nats_broker, clock=served.hub_clock)
    served.start()
    late = sample_day.change(served.run, late=40)
    served.feed(served.hub, turning, late)
    served.late = late
    return served


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"notices-{name}.png")


def opened(page, live, post=POST, query="terminal=t-1"):
    page.goto(f"{live.url}/post/{post}?{query}")
    expect(page.locator("#post")).not_to_be_empty(timeout=PATIENCE_MS)
    expect(page.locator("#line")).not_to_be_empty(timeout=PATIENCE_MS)
    return page


def sign_on(page, person="王芳"):
    page.locator("#tools .person").click()
    page.fill("#person", person)
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden(timeout=PATIENCE_MS)


OUTSIDE = """() => [...document.querySelectorAll('h1, h2, button, #line, #clock, .notice, .card')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width > 0 && !e.closest('dialog')
        && (r.left < -1 || r.right > innerWidth + 1))
    .map(([e]) => e.outerHTML.slice(0, 90))"""
SMALL = """() => [...document.querySelectorAll('button, a, input')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (r.width < 44 || r.height < 44))
    .map(([e, r]) => [e.outerHTML.slice(0, 80), r.width, r.height])"""


def good_for_everybody(page, what):
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, (what, found.generate_report())
    assert page.evaluate(OUTSIDE) == [], what
    assert page.evaluate(SMALL) == [], what


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(TABLET, "dark", "zh"), (PHONE, "light", "en")],
    ids=["tablet-dark-zh", "phone-light-en"],
)
def test_it_is_for_everybody(live, new_page, size, theme, language):
    """WCAG 2.2 AA by axe-core; nothing beyond the edges; nothing too small to be touched."""
    page = new_page(*size)
    opened(page, live, query=f"theme={theme}&lang={language}&terminal=t-1")
    expect(page.locator(".notice").first).to_be_visible(timeout=PATIENCE_MS)
    name = f"{'tablet' if size == TABLET else 'phone'}-{theme}"
    for tab in ("open", "coming", "done"):
        page.locator(f"#tabs [data-tab={tab}]").click()
        good_for_everybody(page, tab)
        shoot(page, f"{name}-{tab}")
    page.locator("#tools .person").click()
    good_for_everybody(page, "sign-on")
    shoot(page, f"{name}-sign-on")
    page.goto(f"{live.url}/?theme={theme}&lang={language}")
    expect(page.locator(".card").first).to_be_visible(timeout=PATIENCE_MS)
    name_of_it = {"zh": "到发通告", "en": "Staff notices"}[language]
    expect(page.locator("h1")).to_have_text(name_of_it)
    good_for_everybody(page, "overview")
    shoot(page, f"{name}-overview")
    page.goto(f"{live.url}/shift/{POST}?lang={language}")
    expect(page.locator("table")).to_be_visible()
    options = {"runOnly": {"type": "tag", "values": RULES}}
    assert Axe().run(page, options=options).violations_count == 0
    shoot(page, f"{name}-shift")


def test_a_notice_is_told_at_its_instant_and_signed_for(live, new_page, turning):
    page = opened(new_page(*TABLET), live)
    delay = page.locator(".notice", has_text=live.run.departure_number)
    expect(delay).to_contain_text("晚点40分", timeout=PATIENCE_MS)
    delay.get_by_role("button").click()
    expect(page.locator("#dialog")).to_be_visible()
    page.fill("#person", "王芳")
    page.keyboard.press("Enter")
    expect(page.locator("#list .notice")).to_have_count(0, timeout=PATIENCE_MS)
    page.locator("#tabs [data-tab=done]").click()
    expect(page.locator(".notice .state").first).to_contain_text("王芳", timeout=PATIENCE_MS)
    line = live.line("sign", turning)
    assert (line.person, line.terminal, line.post) == ("王芳", "t-1", POST)
    page.locator("#tabs [data-tab=open]").click()
    turning.until(lambda: live.hub.connection.connected)
    live.hub.say(sample_day.change(live.run, late=0))
    again = page.locator(".notice", has_text=live.run.departure_number).first
    expect(again.locator(".change").first).to_contain_text("晚点40分", timeout=PATIENCE_MS)
    expect(again).to_contain_text("正点")
    shoot(page, "tablet-changed")
    assert len(live.lines("sign")) == 1
    check_in = page.locator(".notice", has_text=live.next.departure_number)
    expect(check_in.filter(has_text="检票预告")).to_be_visible(timeout=90_000)
    code, told = live.command("audit", "--verify", "--train", live.run.departure_number)
    assert code == 0
    assert "the audit holds" in told
    assert "王芳" in told
    code, told = live.command("shift", "--post", POST, "--csv")
    assert told.startswith("\ufeff")
    assert re.search(rf"{live.run.departure_number},晚点变化,.*已更新,.*王芳,t-1", told)
    assert "晚点40分" in live.command("list", "--post", POST)[1]


def test_alone_it_goes_on_and_what_was_signed_counts_once(live, new_page):
    """The server is killed: it tells what falls due by its own clock, and takes signatures."""
    page = opened(new_page(*TABLET), live)
    expect(page.locator("html")).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    sign_on(page)
    expect(page.locator(".notice").first).to_be_visible(timeout=PATIENCE_MS)
    other = page.locator("#tabs [data-tab=coming]")
    expect(other).not_to_contain_text(" 0", timeout=PATIENCE_MS)
    page.wait_for_timeout(5500)  # the time is kept each five seconds
    live.end(signal.SIGKILL)
    expect(page.locator("#line")).to_contain_text("屏幕独立运行", timeout=PATIENCE_MS)
    page.reload()
    expect(page.locator("#line")).to_contain_text("屏幕独立运行", timeout=PATIENCE_MS)
    alone = page.locator(".notice", has_text="本机按时刻自行通告")
    expect(alone.first).to_be_visible(timeout=90_000)
    shoot(page, "tablet-alone")
    count = page.locator("#list .sign").count()
    for _ in range(count):
        page.locator("#list .sign").first.click()
    expect(page.locator("#queue")).to_contain_text(str(count), timeout=PATIENCE_MS)
    page.locator("#tabs [data-tab=done]").click()
    expect(page.locator(".notice[data-status=WAITS]")).to_have_count(count)
    shoot(page, "tablet-waiting")
    page.reload()
    expect(page.locator("#queue")).to_contain_text(str(count), timeout=PATIENCE_MS)
    live.start()
    expect(page.locator("#queue")).to_be_hidden(timeout=40_000)
    expect(page.locator(".warning").first).to_contain_text("已上传", timeout=PATIENCE_MS)
    came_once(live, count)


def came_once(live, count):
    signs = live.lines("sign")
    assert len(signs) == count
    assert len({line.notice for line in signs}) == count
    assert all(line.person == "王芳" for line in signs)
    for line in signs:
        assert line.detail["acknowledged_at"] < line.detail["received_at"]
    assert live.lines("refused") == []


def test_what_changed_meanwhile_is_told_and_signed_anew(live, new_page, turning):
    page = opened(new_page(*TABLET), live, query="terminal=t-1&lang=en")
    sign_on(page)
    row = page.locator(".notice", has_text=live.run.departure_number)
    expect(row.first).to_be_visible(timeout=PATIENCE_MS)
    page.route("**/sign", lambda route: route.abort())
    row.first.get_by_role("button").click()
    expect(page.locator("#queue")).to_contain_text("1", timeout=PATIENCE_MS)
    turning.until(lambda: live.hub.connection.connected)
    live.hub.say(sample_day.change(live.run, late=75))
    expect(row.first).to_contain_text("75 min late", timeout=PATIENCE_MS)
    page.unroute("**/sign")
    warning = page.locator(".warning", has_text="it had changed meanwhile")
    expect(warning).to_be_visible(timeout=40_000)
    expect(row.first).to_contain_text("75 min late")
    expect(row.first.get_by_role("button")).to_be_visible()
    shoot(page, "tablet-conflict")
    (refused,) = live.lines("refused")
    assert (refused.detail["why"], refused.person) == ("SUPERSEDED", "王芳")
    assert live.lines("sign") == []


def test_a_clock_that_was_wrong_is_told(live, new_page):
    page = opened(new_page(*TABLET), live, query="terminal=t-1&lang=en")
    sign_on(page)
    expect(page.locator(".notice").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("data-offline", "ready", timeout=PATIENCE_MS)
    page.wait_for_timeout(5500)
    page.context.set_offline(True)
    page.add_init_script("const now = Date.now; Date.now = () => now() + 95000;")
    page.reload()
    expect(page.locator(".notice").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("#list .sign").first.click()
    page.context.set_offline(False)
    warning = page.locator(".warning", has_text="clock is off by 9")
    expect(warning).to_be_visible(timeout=40_000)
    expect(page.locator("#queue")).to_be_hidden(timeout=40_000)
    (line,) = live.lines("sign")
    assert 85 < line.detail["clock_off_s"] < 105


def test_killed_it_forgets_nothing_and_its_faults_are_there_again(live, new_page, turning):
    page = opened(new_page(*TABLET), live)
    sign_on(page)
    page.locator("#list .sign").first.click()
    expect(page.locator("#list .sign")).to_have_count(0, timeout=PATIENCE_MS)
    turning.until(lambda: live.ask("health")["notices"]["ACKNOWLEDGED"] == 1)
    before = live.ask("health")["notices"]
    live.end(signal.SIGKILL)
    live.start()
    turning.until(lambda: live.ask("health").get("notices"), 40)
    after = live.ask("health")["notices"]
    assert after["ACKNOWLEDGED"] == 1
    assert sum(after.values()) >= sum(before.values())
    expect(page.locator("#tools .person")).to_contain_text("王芳", timeout=PATIENCE_MS)


def quick(served, post, moment):
    """Let what a post is told of `moment` be told to the console after two seconds."""
    xml = served.load_from / "station.xml"
    before, head, rest = xml.read_text().partition(f'<post id="{post}"')
    old = rest[rest.index(f'<moment of="{moment}"') :].partition("/>")[0]
    new = re.sub(r'(within|escalate-after)="[^"]*"', r'\1="PT1S"', old)
    assert old.count("=") == new.count("=")
    xml.write_text(before + head + rest.replace(old, new, 1))


def test_after_a_restart_the_fault_stands_at_the_hub_again_until_signed(
    served, cast, nats_broker, turning
):
    quick(served, POST, "delay")
    served.hub = hub = cast.hub(nats_broker, clock=served.hub_clock)
    served.start()
    served.feed(hub, turning, sample_day.change(served.run, late=40))
    code = f"unsigned-{POST}"

    def told():
        """Return whether the fault stood, each time it was said."""
        return [fault.active for fault in hub.faults if fault.code == code]

    turning.until(lambda: told() == [True], 60)
    served.end(signal.SIGKILL)
    hub.faults.clear()
    served.start()
    turning.until(lambda: told()[:1] == [True], 60)
    assert [fault.part for fault in hub.faults if fault.code == code] == [POST] * len(told())
    asked = {"session": "s" * 16, "post": POST, "terminal": "t-9", "person": "王芳"}
    assert served.send("sign-on", {**asked, "at": milliseconds(served.hub_clock.now())})[0] == 200
    one = {"id": "i" * 16, "notice": key_of(POST, served.run.run_id, Moment.DELAY) + "/1"}
    one |= {"session": "s" * 16, "at": milliseconds(served.hub_clock.now())}
    delivery = {"terminal": "t-9", "sent_at": one["at"], "signatures": [one]}
    assert served.send("sign", delivery)[1]["results"][0]["verdict"] == "ACCEPTED"
    turning.until(lambda: told()[-1:] == [False], 30)


def test_only_a_page_of_ours_may_sign(live):
    asked = {"session": "s" * 16, "post": POST, "terminal": "t-9", "person": "x", "at": 1.0}
    assert live.send("sign-on", asked)[0] == 200
    assert live.send("sign-on", asked, Origin="http://evil.example")[0] == 403
    assert live.send("sign-on", asked, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert live.send("sign-on", asked, **{"Content-Type": "text/plain"})[0] == 400
    assert live.send("sign-on", {**asked, "post": "kitchen"})[0] == 403
    assert live.send("sign-on", {**asked, "terminal": "../x"})[0] == 400
    delivery = {"terminal": "t-9", "sent_at": 1.0, "signatures": []}
    one = {"id": "i" * 16, "notice": "gates/x/delay/1", "session": "n" * 16, "at": 1.0}
    status, answer = live.send("sign", {**delivery, "signatures": [one]})
    assert (status, answer["results"][0]["verdict"]) == (200, "NOBODY")


def test_with_a_list_a_pin_is_asked_for(served, cast, nats_broker, turning, new_page):
    people = served.secrets / FILE
    people.write_text(f"{new_person('0417', '王芳', '2468')}\n", encoding="utf-8")
    served.hub = cast.hub(nats_broker, clock=served.hub_clock)
    served.start()
    served.feed(served.hub, turning)
    page = opened(new_page(*TABLET), served, query="terminal=t-1&lang=en")
    page.locator("#tools .person").click()
    page.fill("#person", "0417")
    page.fill("#pin", "1111")
    page.keyboard.press("Enter")
    expect(page.locator(".wrong")).to_contain_text("wrong", timeout=PATIENCE_MS)
    page.fill("#pin", "2468")
    page.keyboard.press("Enter")
    expect(page.locator("#tools .person")).to_contain_text("0417 王芳", timeout=PATIENCE_MS)
    (line,) = served.lines("sign-on")
    assert line.detail["checked"] is True
    asked = {"session": "s" * 16, "post": POST, "terminal": "t-9", "person": "0417", "at": 1.0}
    tries = [served.send("sign-on", {**asked, "pin": f"{n:04}"})[1] for n in range(8)]
    assert {"error": "too-often"} in tries


@pytest.mark.parametrize("served", ["muehlau_am_see"], indirect=True)
def test_it_speaks_its_stations_language(served, new_page, turning):
    served.start()
    turning.until(lambda: served.ask("health").get("posts"), 40)
    page = opened(new_page(*TABLET), served, post="dispatcher")
    expect(page.locator("#post")).to_have_text("Aufsicht", timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.locator("#tabs [data-tab=open]")).to_contain_text("Zu quittieren")
