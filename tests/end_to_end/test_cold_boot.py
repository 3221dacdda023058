"""A cold boot with nothing but a cache, a clock that is wrong, and hours without anybody.

As in `test_autonomy`: every screen and every message is compared with the truth all the time.
"""

import os
import time

import pytest

from tests.end_to_end.reliability import EVERYTHING, on
from tests.end_to_end.screens import ALONE
from tests.end_to_end.truth import Deviation

pytestmark = pytest.mark.end_to_end
HOURS = float(os.environ.get("STATION_AUTONOMY_HOURS") or (24 if EVERYTHING else 1))
"""Simulated hours of autonomy."""
A_TRAIN_IS_GONE = 5
"""Hours after which every train is gone that a board shows now."""


@on("nats", nightly=["mosquitto"])
def test_power_lost_and_one_display_alone(station):
    """Everything of the station dies; one display comes back with its cache alone, then the rest.

    Dispatching is not the station's. The kiosk's page stays in front of a dead server.
    """
    case = station()
    rig, watch = case.rig, case.watch
    first, second, third = case.trains
    case.say(first, Deviation(late=12))
    case.say(second, Deviation(track=case.elsewhere(second)))
    case.say(third, Deviation(cancelled=True))
    case.told("晚点约12分")
    case.told("停运")
    case.moved(second)
    time.sleep(1.5)  # what was written last may be lost with the power, not what was before
    case.lose()
    for name in list(rig.processes):
        if name != "dispatch":
            rig.kill(name)
    rig.start("display")
    watch.until(lambda _: _answers(rig), 30, "the display alone")
    watch.open(rig, kiosk=False)
    case.alone()
    seen = watch.until(lambda seen: ALONE in seen["line"], 20, "the display itself to say so")
    assert len(seen["rows"]) > 5
    watch.for_(5)
    rig.start(*(name for name in rig.commands if name not in {"display", "dispatch"}))
    case.mended()
    case.back()


@on("mosquitto", nightly=["nats"])
def test_a_clock_an_hour_wrong_at_boot(station):
    """The computer's own clock is an hour ahead when it starts: it goes by the hub's."""
    case = station()
    rig, watch = case.rig, case.watch
    case.lose()
    for name in ("display", "hall"):
        rig.kill(name)
        rig.skew(name, hours=1)
    rig.start("display", "hall")
    case.mended()
    case.back()
    watch.open(rig)
    watch.live()
    watch.for_(5)


@on("nats", nightly=["mosquitto"])
def test_hours_of_autonomy_across_midnight(station):
    """Tomorrow's plan was held already; deviations lapse instead of freezing.

    At such a speed they do after a minute of real time: that it is in time is the judge's to see,
    that it is seen needs a train that has not left by then. Simulated trains run on time whatever
    dispatching says of one, so it must be gone when the hub comes back.
    """
    speed = 120.0
    case = station(at="22:50", speed=speed)
    watch = case.watch
    leaves = 0
    if HOURS > A_TRAIN_IS_GONE:
        last = watch.look()["rows"][-1].train
        case.say(last, Deviation(late=40))
        case.told("晚点约40分")
        leaves = case.truth.next(last).departure + 40
    case.lose()
    case.rig.kill("hub")
    began = case.truth.minute
    case.alone()
    if began + speed + 20 < leaves:
        case.told("时间待定", 90)
    watch.until(
        lambda _: case.truth.minute > began + HOURS * 60,
        HOURS * 3600 / speed + 60,
        "the hours to pass",
    )
    assert case.truth.minute > 24 * 60
    assert "自主运行" in watch.look()["line"]
    assert len(watch.look()["rows"]) > 0
    case.rig.start("hub")
    case.mended()
    case.back()


def _answers(rig):
    try:
        return rig.health()
    except OSError:
        return False
