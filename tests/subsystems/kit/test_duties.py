"""Commands, wants and configurations over real brokers, through deaths of the device."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twisted.internet.defer import Deferred

from protocol.codec import encode
from protocol.commands import AckStage, Command, CommandKind, FailReason
from protocol.devices import Config, Health, Power, Want
from protocol.messages import LinkMode, Response, RunQuery
from subsystems.kit.complaints import UNSUPPORTED
from subsystems.kit.duties import Willing
from subsystems.kit.orders import CommandRefusedError, Outcome

PATIENCE_S = 20.0
SECOND = timedelta(seconds=1)


class Device:
    """A link of a device that does what the test says, and what the hub hears of it."""

    def __init__(self, turning, cast, broker, make):
        self.turning, self.cast, self.broker, self.make = turning, cast, broker, make
        self.done, self.wants, self.configs, self.restarts = [], [], [], 0
        self.slow = Deferred()
        self.identify = {"identify": self._identify}
        self.hub = cast.hub(broker)
        self.link = None

    def boot(self):
        willing = Willing(
            does={**self.identify, "test": lambda _: self.slow, "dance": self._dance},
            wanted=self.wants.append,
            configured=self.configs.append,
            restart=self._restart,
        )
        self.link = self.cast.link(self.broker, willing=willing).link
        self.turning.until(lambda: self.link.details()["broker"])
        return self

    def online(self, *bodies):
        self.hub.everything(*bodies)
        self.turning.until(lambda: self.link.mode is LinkMode.ONLINE, PATIENCE_S)
        return self

    def die(self):
        self.turning.result(self.link.stop())

    def command(self, command_id, kind="identify", *, topic="dev", life=10, **parameters):
        body = Command(command_id=command_id, kind=kind, parameters=parameters)
        now = self.hub.clock.now()
        message = self.make.message(
            body,
            epoch=self.hub.epoch,
            seq=self.hub.seq,
            issued_at=now,
            valid_until=now + life * SECOND,
        )
        topics = self.hub.topics
        where = (
            topics.device("display", "cmd")
            if topic == "dev"
            else topics.group_command("display", topic)
        )
        self.hub.send(where, encode(message), retain=False)

    def acks(self, command_id):
        return [a.stage for a in self.hub.acks if a.command_id == command_id]

    def until_acked(self, command_id, *stages):
        self.turning.until(lambda: self.acks(command_id) == list(stages), PATIENCE_S)

    def _identify(self, command):
        self.done.append(command.command_id)
        return Outcome({"seconds": command.parameters.get("seconds", 10)})

    def _dance(self, _command):
        raise CommandRefusedError("no legs", reason="x-no-legs")

    def _restart(self):
        self.restarts += 1


@pytest.fixture
def device(broker, turning, cast, make):
    return Device(turning, cast, broker, make)


def test_a_command_is_accepted_done_and_answered_alike_again(device):
    device.boot().online()
    device.command("c1", seconds=3)
    device.until_acked("c1", AckStage.ACCEPTED, AckStage.DONE)
    assert device.hub.acks[-1].result == {"seconds": 3}
    device.command("c1", seconds=3)
    device.command("c1", seconds=3)
    device.until_acked("c1", AckStage.ACCEPTED, *[AckStage.DONE] * 3)
    assert device.done == ["c1"]


def test_after_a_death_a_known_command_is_answered_and_not_done_again(device):
    device.boot().online()
    device.command("c1")
    device.command("c2", "test")
    device.until_acked("c1", AckStage.ACCEPTED, AckStage.DONE)
    device.until_acked("c2", AckStage.ACCEPTED)
    device.die()
    device.boot().online()
    device.until_acked("c2", AckStage.ACCEPTED, AckStage.FAILED)
    assert device.hub.acks[-1].reason == FailReason.INTERRUPTED
    device.command("c1")
    device.until_acked("c1", AckStage.ACCEPTED, AckStage.DONE, AckStage.DONE)
    assert device.done == ["c1"]


def test_nothing_is_obeyed_before_online_nor_too_late(device):
    device.boot()
    device.hub.online()
    device.command("early")
    device.until_acked("early", AckStage.FAILED)
    assert device.hub.acks[-1].reason == FailReason.NOT_ONLINE
    device.online()
    device.command("late", life=-1)
    device.until_acked("late", AckStage.EXPIRED)
    device.command("early")
    device.until_acked("early", AckStage.FAILED, AckStage.FAILED)
    assert device.done == []


def test_refusals_unknown_kinds_and_groups(device):
    device.boot().online()
    device.command("d", "dance")
    device.until_acked("d", AckStage.ACCEPTED, AckStage.FAILED)
    assert (device.hub.acks[-1].reason, device.hub.acks[-1].detail) == ("x-no-legs", "no legs")
    device.command("u", "x-acme.fly")
    device.until_acked("u", AckStage.FAILED)
    device.command("all", topic="all")
    device.until_acked("all", AckStage.ACCEPTED, AckStage.DONE)
    device.command("elsewhere", topic="hall-9")
    device.command("after", topic="all")  # the same subscription: what came before it was judged
    device.until_acked("after", AckStage.ACCEPTED, AckStage.DONE)
    device.hub.say(Config(revision=1, zones=("hall-9",)), rev=1, entity="dev/display/cfg")
    device.turning.until(lambda: device.configs, PATIENCE_S)
    device.command("here", topic="hall-9")
    device.until_acked("here", AckStage.ACCEPTED, AckStage.DONE)
    assert device.done == ["all", "after", "here"]
    assert device.acks("elsewhere") == []


def test_what_is_wanted_survives_the_death_of_everything(device):
    device.boot().online()
    want = Want(revision=4, power=Power.STANDBY, page="arrivals")
    device.hub.say(want, rev=4, entity="dev/display/want")
    device.turning.until(lambda: device.wants == [want])
    device.turning.until(lambda: device.hub.states and device.hub.states[-1].want_revision == 4)
    device.hub.say(Want(revision=3), rev=3, entity="dev/display/want")
    device.turning.for_seconds(0.2)
    assert device.wants == [want], "an older word is not taken"
    device.die()
    device.broker.kill()
    device.wants.clear()
    link = device.cast.link(device.broker, willing=Willing(wanted=device.wants.append)).link
    assert device.wants == [want]
    assert link.want == want
    device.broker.start()


def test_what_a_device_cannot_follow_is_a_fault_that_ends(device):
    device.boot().online()

    def faults():
        return [fault.active for fault in device.hub.faults if fault.code == UNSUPPORTED]

    device.hub.say(Want(revision=4, brightness=0.5), rev=4, entity="dev/display/want")
    device.turning.until(lambda: faults() == [True], PATIENCE_S)
    device.hub.say(Want(revision=5), rev=5, entity="dev/display/want")
    device.turning.until(lambda: faults() == [True, False], PATIENCE_S)


def test_a_restart_is_done_when_the_next_life_says_so(device):
    device.boot().online()
    device.command("r", CommandKind.RESTART)
    device.until_acked("r", AckStage.ACCEPTED)
    assert device.restarts == 1
    device.die()
    device.boot()
    device.until_acked("r", AckStage.ACCEPTED, AckStage.DONE)


def test_a_report_is_everything_that_it_says_of_itself(device):
    device.boot().online()
    device.turning.until(lambda: device.hub.descriptions)
    assert set(device.hub.descriptions[-1].commands) >= {"identify", "report", "resync", "restart"}
    assert device.hub.descriptions[-1].versions == ("1.0",)
    device.command("rep", CommandKind.REPORT)
    device.until_acked("rep", AckStage.ACCEPTED, AckStage.DONE)
    device.turning.until(lambda: device.hub.healths)
    health = device.hub.healths[-1]
    assert isinstance(health, Health)
    assert health.memory_bytes > 10_000_000
    assert len(device.hub.descriptions) >= 2


def test_who_does_nothing_of_its_own_says_in_the_honest_line_which_device_it_is(device):
    device.identify = {}
    device.boot().online()
    device.command("bad", seconds="a while")
    device.until_acked("bad", AckStage.ACCEPTED, AckStage.FAILED)
    device.command("who", seconds=0.5)
    device.until_acked("who", AckStage.ACCEPTED, AckStage.DONE)
    assert device.link.status().device == "display"
    device.turning.until(lambda: not device.link.status().device)


def test_a_resync_forgets_everything_and_is_done_when_it_is_back(device):
    device.boot().online(device.make.run("G1"), device.make.run("G2"))
    modes = []
    device.turning.until(lambda: len(device.link.runs()) == 2)
    device.link._telling._on_status = lambda: modes.append(
        (device.link.mode, len(device.link.runs()))
    )
    device.command("s", CommandKind.RESYNC)
    device.until_acked("s", AckStage.ACCEPTED, AckStage.DONE)
    assert len(device.link.runs()) == 2
    assert device.link.mode is LinkMode.ONLINE
    assert not [m for m in modes if m == (LinkMode.ONLINE, 0)], "never live with nothing"


def test_a_question_is_answered_by_its_correlation_and_only_online(device):
    failed, answered = [], []
    device.boot()
    device.link.ask(RunQuery(number="G9")).addErrback(failed.append)
    assert failed
    device.online()
    device.hub.runs = (device.make.run("G9"),)
    device.link.ask(RunQuery(number="G9")).addCallback(answered.append)
    device.turning.until(lambda: answered, PATIENCE_S)
    assert isinstance(answered[0], Response)
    assert [r.departure_number for r in answered[0].runs] == ["G9"]
    assert device.hub.requests[-1].query == RunQuery(number="G9")


def test_a_command_that_the_broker_kept_is_not_obeyed(device, log_lines):
    device.boot().online()
    body = Command(command_id="kept", kind="identify")
    now = device.hub.clock.now()
    message = device.make.message(body, epoch=1, issued_at=now, valid_until=now + 10 * SECOND)
    device.hub.send(device.hub.topics.device("display", "cmd"), encode(message), retain=True)
    device.until_acked("kept", AckStage.ACCEPTED, AckStage.DONE)  # live: nobody can tell
    device.die()
    for path in device.cast.path.glob("*.commands*"):
        path.unlink()
    device.done.clear()
    device.boot()
    device.turning.until(lambda: [x for x in log_lines if x["event"] == "command.refused"])
    assert device.done == []
