"""Two hubs at once: one speaks, no screen ever shows what the other one would say.

On one database the lease decides which; hubs that know nothing of each other are told apart by
their epochs. Each has a line of its own.
"""

import time

import pytest

from tests.end_to_end.reliability import on
from tests.end_to_end.rig import SECOND
from tests.end_to_end.truth import Deviation

pytestmark = pytest.mark.end_to_end


@on("nats", nightly=["mosquitto"])
def test_one_stands_by_and_takes_over(station):
    """The first is stopped, the second leads; the first goes on and is silent; then it leads."""
    case = station(second="shared")
    rig, watch = case.rig, case.watch
    first, second, third = case.trains
    rig.start(SECOND)
    watch.until(lambda _: rig.log("hub.stands-by", SECOND), 20, "the second to stand by")
    case.say(first, Deviation(late=12))
    case.told("晚点约12分")
    epoch = case.messages.leading

    case.lose()
    rig.freeze("hub")
    case.say(second, Deviation(late=25))
    watch.until(lambda _: case.messages.leading > epoch, 30, "the second to lead")
    case.measured["takes_over_s"] = time.monotonic() - case._lost_at
    case.mended()
    case.back("晚点约25分")

    epoch = case.messages.leading
    rig.thaw("hub")
    watch.for_(8)
    assert case.messages.leading == epoch
    assert case.messages.ghosts == []

    case.lose()
    rig.kill(SECOND)
    case.say(third, Deviation(cancelled=True))
    watch.until(lambda _: case.messages.leading > epoch, 30, "the first to lead again")
    case.mended()
    case.back("停运")


@on("mosquitto", nightly=["nats"])
def test_strangers_the_later_one_has_the_floor(station):
    """The first is stopped when the second begins, and goes on with what it knew then."""
    case = station(second="stranger")
    rig, watch = case.rig, case.watch
    first, second, third = case.trains
    case.messages.ghosts_allowed = True
    case.say(first, Deviation(late=12))
    case.told("晚点约12分")
    epoch = case.messages.leading

    case.lose()
    rig.freeze("hub")
    rig.start(SECOND)
    watch.until(lambda _: case.messages.leading > epoch, 30, "the second to lead")
    case.mended()
    case.back("晚点约12分")
    case.say(first, Deviation(late=30))
    case.say(second, Deviation(late=25))
    case.told("晚点约30分")
    case.told("晚点约25分")
    watch.for_(case.truth.grace_s + 2)  # from here on what the first one knows is false

    epoch, thawed = case.messages.leading, time.monotonic()
    rig.thaw("hub")
    watch.for_(15)
    assert case.messages.leading == epoch
    assert all(at < thawed + 5 for at in case.messages.ghosts)

    case.lose()
    rig.kill(SECOND)
    case.say(third, Deviation(cancelled=True))
    watch.until(lambda _: case.messages.leading > epoch, 60, "the first to begin anew")
    case.mended()
    case.back("停运", "晚点约30分")
