"""Commands of the hub: read, done, or refused with the reason."""

import pytest
from twisted.internet.defer import fail, succeed

from protocol.commands import Command, FailReason
from protocol.errors import DeviceError
from subsystems.broadcast.hub_orders import HubOrders
from subsystems.broadcast.speech.port import Clip
from subsystems.kit.orders import CommandRefusedError
from tests.subsystems.broadcast.desk_stage import DeskStage


@pytest.fixture
def stage(tmp_path, hohhot, words, log_lines):  # noqa: ARG001 - keeps the output quiet
    stage = DeskStage(tmp_path, hohhot, words)
    yield stage
    stage.driver.stop()


def orders(stage, sound=None):
    return HubOrders(
        stage.station, sound or (lambda *_: succeed(None)), lambda: stage.words.vocabulary
    )


def command(**parameters):
    return Command(command_id="1", kind="x", parameters=parameters)


def test_a_text_is_announced_in_zones_or_everywhere(stage):
    given = {"text.en": "Mind the gap", "zones": "forecourt, platform-9", "who": "console"}
    outcome = orders(stage).announce(command(**given), stage.desk)
    assert set(stage.heard()[outcome.result["key"]]) <= {"forecourt", "platform-9"}
    orders(stage).announce(command(**{"text.en": "Hello"}), stage.desk)
    everywhere = list(stage.driver.state.items.values())[-1].occasion.zones
    assert len(everywhere) == len(stage.station.announcement_zones)


@pytest.mark.parametrize("wrong", [{}, {"text.fr": "x"}, {"text.en": "x", "zones": "roof"}])
def test_what_cannot_be_announced_is_refused(stage, wrong):
    with pytest.raises(CommandRefusedError) as caught:
        orders(stage).announce(command(**wrong), stage.desk)
    assert caught.value.reason == FailReason.BAD_PARAMETERS


def test_what_is_spoken_is_stopped(stage):
    orders(stage).announce(command(**{"text.en": "Hello"}), stage.desk)
    orders(stage).stop(command(), stage.desk)
    stage.pass_time(2)
    assert stage.heard() == {}


def test_the_voices_are_tested_in_every_language(stage):
    made = []

    def sound(saying, chime):
        made.append((tuple(saying.shown), chime))
        return succeed(Clip("x.wav", 1.0, "00"))

    done = []
    orders(stage, sound).test(command()).addCallback(done.append)
    assert made == [(("zh",), ""), (("en",), "")]
    assert done[0].result == {"languages": "zh,en"}


def test_a_voice_that_fails_fails_the_test(stage):
    failed = []
    broken = orders(stage, lambda *_: fail(DeviceError("no voice")))
    broken.test(command()).addErrback(failed.append)
    assert failed[0].check(CommandRefusedError)
    assert "no voice" in failed[0].getErrorMessage()
