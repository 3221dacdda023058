"""The hub and a device over a real broker: commands, wants and counts."""

import random

import structlog

from hub.fleet.fleet import Fleet
from hub.fleet.order import Stage
from hub.fleet.register import Expected
from hub.fleet.said import Given, Wanted
from hub.fleet.wishes import changed
from hub.mqtt.hearing import NO_DEVICES, subscriptions
from protocol.codec import encode, type_name
from protocol.commands import Ack, AckStage
from protocol.devices import Want
from protocol.messages import DeviceState, LinkMode, Message
from protocol.topics import Topics

LEAVES = ("cmd", "want")


class Wishes:
    """The port, in memory."""

    def __init__(self):
        self.held = {}

    def all(self):
        return dict(self.held)

    def change(self, device, leaf, fields):
        self.held[device, leaf] = changed(leaf, self.held.get((device, leaf)), fields)
        return self.held[device, leaf]


def fleet_of(scene):
    return Fleet(
        scene.turning.reactor,
        topics=scene.broker.topics,
        expected={"display": Expected("display")},
        wishes=Wishes(),
        in_store=scene._in_thread,
        clock=scene.clock,
        random=random.Random(4),
        log=structlog.get_logger(),
    )


def say(device, body, leaf, **fields):
    message = Message(
        t=type_name(body),
        id="x",
        src=device.user,
        epoch=0,
        seq=1,
        issued_at=body.since if isinstance(body, DeviceState) else fields.pop("at"),
        body=body,
    )
    device.say(leaf, encode(message))


def test_a_device_is_commanded_and_wanted_of(scene):
    fleet = fleet_of(scene)
    publisher = scene.publisher(devices=fleet)
    scene.turning.result(publisher.start())
    scene.until(lambda: publisher.connected)
    topics = scene.broker.topics
    filters = [topics.device("display", leaf) for leaf in LEAVES]
    device = scene.listener(filters=[*filters, topics.group_commands("display")])
    online = DeviceState(online=True, boot="b", mode=LinkMode.ONLINE, since=scene.clock.now())
    say(device, online, "state")
    scene.until(lambda: fleet.report().devices["display"].mode == "ONLINE")

    scene.turning.result(
        fleet.want(Wanted(device="display", leaf="want", fields={"volume": 0.3}, who="w"))
    )
    scene.until(lambda: device.of("dev/display/want"))
    assert device.of("dev/display/want")[0].body == Want(revision=1, volume=0.3)

    over = fleet.command(Given(kind="identify", who="w", group="display"))
    scene.until(lambda: device.of("grp/display/all/cmd"))
    command = device.of("grp/display/all/cmd")[0].body
    done = Ack(command_id=command.command_id, stage=AckStage.DONE)
    say(device, done, "ack", at=scene.clock.now())
    assert scene.turning.result(over).orders["display"].stage is Stage.DONE

    late = scene.listener("board-2", filters=[topics.device("board-2", "want")])
    assert late.of("dev/board-2/want") == []
    again = scene.listener(filters=filters)
    scene.until(lambda: again.of("dev/display/want"))
    assert again.of("dev/display/cmd") == [], "a command is not retained"
    fleet.stop()


def test_all_topics_are_listened_to_once():
    topics = Topics("s")
    heard = [topic for topic, _ in subscriptions(topics, NO_DEVICES)]
    assert len(heard) == len(set(heard))
    assert topics.requests in heard
