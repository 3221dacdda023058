"""Whatever dies: nothing false is shown or said, the mode is shown, and recovery needs no hand.

Real processes on both brokers; an independent reader looks at every screen all the time and hears
every message, and compares both with what is true. `docs/reliability.md` has the table of results.
"""

import pytest

from tests.end_to_end.reliability import on
from tests.end_to_end.truth import Deviation

pytestmark = pytest.mark.end_to_end


@on("nats", nightly=["mosquitto"])
def test_hub_killed_and_started_anew(station):
    case = station()
    first, second, third = case.trains
    case.say(first, Deviation(late=12, track=case.elsewhere(first)))
    case.told("晚点约12分")
    case.moved(first)
    case.lose()
    case.rig.kill("hub")
    case.say(second, Deviation(late=25, track=case.elsewhere(second)))
    case.say(third, Deviation(cancelled=True))
    case.alone()
    case.watch.for_(5)
    case.rig.start("hub")
    case.mended()
    case.back("停运", "晚点约25分")
    case.moved(second)


@on("mosquitto", nightly=["nats"])
def test_hub_frozen_and_thawed(station):
    """It does not die, its connection stays: only the beat is missing."""
    case = station()
    first, second, _ = case.trains
    case.say(first, Deviation(late=12))
    case.told("晚点约12分")
    case.lose()
    case.rig.freeze("hub")
    case.say(second, Deviation(late=25))
    case.alone()
    case.rig.thaw("hub")
    case.mended()
    case.back("晚点约25分")


@on("mosquitto", nightly=["nats"])
def test_broker_killed_and_started_empty(station):
    case = station()
    first, second, _ = case.trains
    case.say(first, Deviation(late=12))
    case.told("晚点约12分")
    case.lose()
    case.rig.kill("broker")
    case.say(second, Deviation(late=25))
    case.alone()
    case.rig.forget_broker()
    case.rig.start("broker")
    case.mended()
    case.back("晚点约25分")
