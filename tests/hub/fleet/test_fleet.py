"""The hub's side of devices: commands, wants, counts, and bad messages."""

import pytest
from twisted.internet.defer import Deferred

from hub.fleet.order import NO_ANSWER, Stage
from hub.fleet.said import Given, Wanted
from protocol.commands import Ack, AckStage
from protocol.devices import Want
from protocol.errors import DeviceError, OperatorError
from protocol.messages import DeviceDescription, Request


def given(**fields):
    return Given(kind="identify", who="wang", **fields)


def result(deferred: Deferred):
    found = []
    deferred.addBoth(lambda value: found.append(value) or value)
    return found[0] if found else None


def ack(command_id, stage, **fields):
    return Ack(command_id=command_id, stage=stage, **fields)


def test_it_listens_to_what_devices_say_but_not_to_requests(yard):
    filters = dict(yard.fleet.subscriptions)
    assert filters[yard.topics.all_devices("state")] == 1
    assert filters[yard.topics.all_devices("health")] == 0
    assert yard.topics.requests not in filters


# -- commands -----------------------------------------------------------------------------------


def test_a_command_is_sent_acknowledged_and_done(yard, log_lines):
    yard.begin()
    over = yard.fleet.command(given(device="board-1", parameters={"seconds": 3}))
    (sent,) = yard.of("dev/board-1/cmd")
    assert (sent.valid_until - sent.issued_at).total_seconds() == 10
    assert sent.body.parameters == {"seconds": 3}
    command_id = sent.body.command_id
    yard.hear("board-1", ack(command_id, AckStage.ACCEPTED))
    assert result(over) is None
    yard.hear("board-1", ack(command_id, AckStage.DONE, result={"ok": True}))
    report = result(over)
    assert report.orders["board-1"].stage is Stage.DONE
    assert report.orders["board-1"].result == {"ok": True}
    yard.reactor.advance(100)
    assert len(yard.of("dev/board-1/cmd")) == 1
    told = " ".join(map(str, log_lines))
    assert "wang" in told
    assert "device.command.over" in told


def test_without_an_answer_it_is_sent_three_times_under_one_id(yard):
    yard.begin()
    over = yard.fleet.command(given(device="board-1"))
    for _ in range(12):
        yard.reactor.advance(1)
    sent = yard.of("dev/board-1/cmd")
    assert [each.body.attempt for each in sent] == [1, 2, 3]
    assert len({each.body.command_id for each in sent}) == 1
    assert len({(each.issued_at, each.valid_until) for each in sent}) == 1
    assert len({each.id for each in sent}) == 3
    assert result(over).orders["board-1"].reason == NO_ANSWER


def test_a_group_is_commanded_once_and_each_device_again_alone(yard):
    yard.begin()
    yard.hear("board-2", DeviceDescription(kind="display", zones=("roof",)), life=None)
    over = yard.fleet.command(given(group="display"))
    (sent,) = yard.of("grp/display/all/cmd")
    yard.hear("board-2", ack(sent.body.command_id, AckStage.FAILED, reason="busy"))
    yard.reactor.advance(2)
    assert [each.body.attempt for each in yard.of("dev/board-1/cmd")] == [2]
    assert yard.of("dev/board-2/cmd") == []
    yard.hear("board-1", ack(sent.body.command_id, AckStage.DONE))
    stages = {name: order.stage for name, order in result(over).orders.items()}
    assert stages == {"board-1": Stage.DONE, "board-2": Stage.FAILED}


def test_a_zone_is_commanded_alone(yard):
    yard.begin()
    yard.hear("board-2", DeviceDescription(kind="display", zones=("roof",)), life=None)
    yard.fleet.command(given(group="display", zone="roof"))
    assert len(yard.of("grp/display/roof/cmd")) == 1
    assert list(yard.fleet.report().commands[0].orders) == ["board-2"]


def test_the_same_id_is_not_sent_again(yard):
    yard.begin()
    first = yard.fleet.command(given(device="board-1", command_id="x"))
    again = yard.fleet.command(given(device="board-1", command_id="x"))
    assert len(yard.of("dev/board-1/cmd")) == 1
    yard.hear("board-1", ack("x", AckStage.DONE))
    assert result(first) == result(again)
    assert result(yard.fleet.command(given(device="board-1", command_id="x"))) == result(first)


def test_an_answer_is_given_in_time_whatever_becomes_of_it(yard):
    yard.begin()
    over = yard.fleet.command(given(device="board-1", wait_s=1.0))
    yard.reactor.advance(1)
    assert result(over).orders["board-1"].stage is Stage.SENT


def test_an_acknowledgement_that_is_retained_or_anothers_counts_for_nothing(yard):
    yard.begin()
    yard.fleet.command(given(device="board-1", command_id="x"))
    yard.hear("board-1", ack("x", AckStage.DONE), retained=True)
    yard.hear("clock-1", ack("x", AckStage.DONE))
    yard.hear("board-1", ack("other", AckStage.DONE))
    assert yard.fleet.report().commands[0].orders["board-1"].stage is Stage.SENT


@pytest.mark.parametrize(
    "fields",
    [{"device": "nobody"}, {"group": "nothing"}, {}, {"device": "board-1", "group": "display"}],
)
def test_what_nobody_is_meant_by_is_refused(yard, fields):
    yard.begin()
    with pytest.raises(OperatorError):
        yard.fleet.command(given(**fields))
    assert yard.of("dev/nobody/cmd") == []


def test_without_the_floor_nothing_is_commanded(yard):
    with pytest.raises(DeviceError):
        yard.fleet.command(given(device="board-1"))
    yard.begin()
    yard.fleet.silence()
    with pytest.raises(DeviceError):
        yard.fleet.command(given(device="board-1"))


# -- what is wanted -----------------------------------------------------------------------------


def want(fields, device="board-1"):
    return Wanted(device=device, leaf="want", fields=fields, who="wang")


def test_what_is_wanted_is_said_retained_and_again_after_each_connection(yard):
    yard.begin()
    yard.fleet.want(want({"volume": 0.5}))
    (said,) = yard.of("dev/board-1/want")
    assert said.body == Want(revision=1, volume=0.5)
    assert said.rev == 1
    assert yard.said[-1][2] == (1, True)
    yard.fleet.silence()
    yard.begin(epoch=6)
    again = yard.of("dev/board-1/want")[-1]
    assert (again.epoch, again.rev, again.body) == (6, 1, said.body)


def test_a_device_at_an_older_revision_is_told_again(yard):
    yard.begin()
    yard.fleet.want(want({"volume": 0.5}))
    yard.online("board-1", want_revision=1)
    assert len(yard.of("dev/board-1/want")) == 1
    yard.online("board-1", want_revision=0)
    assert len(yard.of("dev/board-1/want")) == 2


def test_wishes_that_cannot_be_read_are_read_later(yard):
    yard.wishes.change("board-1", "want", {"volume": 0.5})
    yard.wishes.fails = True
    yard.begin()
    assert yard.of("dev/board-1/want") == []
    yard.wishes.fails = False
    yard.reactor.advance(5)
    assert len(yard.of("dev/board-1/want")) == 1


def test_nothing_is_wanted_of_nobody(yard):
    yard.begin()
    with pytest.raises(OperatorError, match="board-1, clock-1"):
        yard.fleet.want(want({"volume": 0.5}, device="nobody"))
    assert yard.wishes.held == {}


# -- counts -------------------------------------------------------------------------------------


def test_the_counts_are_said_each_minute(yard):
    yard.begin()
    yard.online("board-1")
    for _ in range(6):
        yard.reactor.advance(10)
    first, second = yard.of("agg/state")
    assert (first.body.modes["ONLINE"], first.body.modes["OFFLINE"]) == (0, 2)
    assert (second.body.modes["ONLINE"], second.body.modes["OFFLINE"]) == (1, 1)
    for _ in range(6):
        yard.reactor.advance(10)
    assert yard.of("agg/state")[-1].body.modes["OFFLINE"] == 2, "its state is past its validity"


def test_the_report_says_what_is_in_force(yard):
    yard.begin()
    yard.fleet.want(want({"volume": 0.5}))
    yard.online("board-1")
    report = yard.fleet.report().devices["board-1"]
    assert (report.mode, report.want_revision, report.want_in_force) == ("ONLINE", 1, 0)
    assert report.zones == ("hall",)


# -- bad messages -------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"{", b"\xff" * 70_000, b"[]", b'{"v":"1.0"}'])
def test_garbage_is_counted_and_harms_nothing(yard, payload):
    yard.begin()
    yard.fleet.hear("dev/board-1/state", payload, retained=False)
    assert yard.fleet.bad == 1
    assert yard.fleet.report().devices["board-1"].mode == "OFFLINE"


def test_what_is_not_in_its_place_is_counted(yard):
    yard.begin()
    yard.hear("board-1", Request(correlation="c", kind="time"), leaf="state")
    yard.hear("board-1", DeviceDescription(kind="x"), leaf="other")
    assert yard.fleet.bad == 2


def test_an_empty_message_is_none(yard):
    yard.begin()
    yard.fleet.hear("dev/board-1/state", b"", retained=True)
    assert yard.fleet.bad == 0
