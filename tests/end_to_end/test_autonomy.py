"""Whatever dies: nothing false is shown, the mode is shown, and recovery needs no hand.

Real processes on both brokers; an independent reader looks at the board all the time and compares
it with what is true (`tests.end_to_end.truth`). `docs/reliability.md` has the table of results.
"""

import os
import shutil
import time

import pytest

from simulators.demo.child import wait_until
from simulators.dispatch.scripting import set_cancelled, set_delay
from tests.end_to_end.rig import MOSQUITTO, Rig, Watch
from tests.end_to_end.test_boards import TIMETABLE
from tests.end_to_end.truth import Deviation, Truth

pytestmark = pytest.mark.end_to_end


@pytest.fixture(params=["nats", "mosquitto"])
def broker(request):
    if request.param == "mosquitto" and shutil.which(MOSQUITTO) is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    return request.param


@pytest.fixture
def station(tmp_path, broker, page):
    """A running station, its truth, and somebody who looks at the board."""
    made = []

    def make(**options):
        rig = Rig(tmp_path, broker, **options).start()
        made.append(rig)
        rig.ready()
        truth = Truth(TIMETABLE, rig.speed)
        watch = Watch(page, truth)
        watch.open(rig)
        watch.live()
        return rig, truth, watch

    yield make
    for rig in made:
        rig.stop()


def rows_of(watch):
    return {row[0]: row for row in watch.look()["rows"]}


def say(rig, truth, number, deviation):
    """Let dispatching say something of a train, and note that it is true from now on."""
    engine = rig.dispatching()
    with engine.begin() as connection:
        plan_id = next(
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT plan_id FROM stage_plan WHERE dep_train_no = ? OR arr_train_no = ?",
                (number, number),
            )
        )
        if deviation.cancelled:
            set_cancelled(connection, plan_id)
        else:
            set_delay(connection, plan_id, deviation.late)
        truth.change(number, deviation)
    engine.dispose()


def far_ahead(watch, count=3):
    """Trains that leave late enough for a change to be told before check-in."""
    return [row[0] for row in watch.look()["rows"]][-count - 1 : -1]


def told(text):
    return lambda seen: any(text in row[3] for row in seen["rows"])


def back(truth, watch, *texts):
    """The board is live by itself, and tells what has become true meanwhile."""
    watch.live()
    truth.found()
    truth.grace_s = 15.0
    for text in texts:
        watch.until(told(text), 25, text)
    truth.grace_s = 6.0


def test_hub_killed_and_started_anew(station):
    rig, truth, watch = station()
    first, second, third = far_ahead(watch)
    say(rig, truth, first, Deviation(late=12))
    watch.until(told("晚点约12分"), 20, "the delay")
    truth.lost()
    rig.kill("hub")
    say(rig, truth, second, Deviation(late=25))
    say(rig, truth, third, Deviation(cancelled=True))
    watch.alone()
    watch.for_(5)
    rig.start("hub")
    back(truth, watch, "停运", "晚点约25分")
    assert watch.looks > 100


def test_hub_frozen_and_thawed(station):
    """It does not die, its connection stays: only the beat is missing."""
    rig, truth, watch = station()
    first, second, _ = far_ahead(watch)
    say(rig, truth, first, Deviation(late=12))
    watch.until(told("晚点约12分"), 20, "the delay")
    truth.lost()
    rig.freeze("hub")
    say(rig, truth, second, Deviation(late=25))
    watch.alone(45)
    rig.thaw("hub")
    back(truth, watch, "晚点约25分")


def test_broker_killed_and_started_empty(station):
    rig, truth, watch = station()
    first, second, _ = far_ahead(watch)
    say(rig, truth, first, Deviation(late=12))
    watch.until(told("晚点约12分"), 20, "the delay")
    truth.lost()
    rig.kill("broker")
    rig.forget_broker()
    say(rig, truth, second, Deviation(late=25))
    watch.alone()
    rig.start("broker")
    back(truth, watch, "晚点约25分")


def test_power_lost_and_one_display_alone(station):
    """Everything dies; one display comes back with nothing but its cache, then all the rest."""
    rig, truth, watch = station()
    first, _, third = far_ahead(watch)
    say(rig, truth, first, Deviation(late=12))
    say(rig, truth, third, Deviation(cancelled=True))
    watch.until(told("晚点约12分"), 20, "the delay")
    watch.until(told("停运"), 20, "the cancellation")
    time.sleep(1.5)  # what was written last may be lost with the power, not what was before
    truth.lost()
    for name in list(rig.processes):
        rig.kill(name)
    rig.start("display")
    wait_until(lambda: _answers(rig), 20, what="the display alone")
    watch.open(rig)
    seen = watch.alone()
    assert len(seen["rows"]) > 5
    watch.for_(5)
    rig.start(*(name for name in rig.commands if name != "display"))
    back(truth, watch)


def test_a_clock_an_hour_wrong_at_boot(station):
    """The display's own clock is an hour ahead when it starts: it goes by the hub's."""
    rig, _, watch = station()
    rig.kill("display")
    rig.skew("display", hours=1)
    rig.start("display")
    watch.page.goto("about:blank")
    wait_until(lambda: _answers(rig), 20, what="the display")
    rig.ready()
    watch.open(rig)
    watch.live()
    watch.for_(5)


def test_hours_of_autonomy_across_midnight(station):
    """Tomorrow's plan was held already; deviations lapse instead of freezing."""
    hours = int(os.environ.get("STATION_AUTONOMY_HOURS", "2"))
    rig, truth, watch = station(at="22:40", speed=60.0)
    first = far_ahead(watch)[0]
    say(rig, truth, first, Deviation(late=20))
    watch.until(told("晚点约20分"), 30, "the delay")
    truth.lost()
    rig.kill("hub")
    watch.alone()
    watch.until(told("时间待定"), 90, "the delay to lapse")
    watch.until(_hours_later(hours), hours * 3600 / rig.speed + 60, "the hours to pass")
    assert "自主运行" in watch.look()["line"]
    assert len(watch.look()["rows"]) > 0


def _hours_later(hours):
    """Whether the board's own clock has gone on by so many hours, over midnight."""
    ends = 22 * 60 + 40 + hours * 60

    def later(seen):
        minute = int(seen["clock"][:2]) * 60 + int(seen["clock"][3:5])
        later.days += minute < later.last - 12 * 60
        later.last = minute
        return later.days * 24 * 60 + minute >= ends

    later.days, later.last = 0, 0
    return later


def _answers(rig):
    try:
        return rig.health()
    except OSError:
        return False
