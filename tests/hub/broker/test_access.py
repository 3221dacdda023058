"""What a device can and cannot do on real brokers: neither read nor write what is not its own."""

import random
import time

import paho.mqtt.client as paho
import pytest
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from hub.broker.permissions import device_permissions, watcher_permissions
from station_config.runtime.mqtt import MqttConnection, Will


class User:
    def __init__(self, turning, broker, name, subscriptions=(), will=None):
        self.turning = turning
        self.heard = []
        self.ups = 0
        self.downs = []
        self.connection = MqttConnection(
            turning.reactor,
            host=broker.host,
            port=broker.port,
            user=name,
            password=broker.password(name),
            make_will=lambda: will,
            subscriptions=subscriptions,
            on_up=self.up,
            on_down=self.downs.append,
            on_message=lambda topic, payload, _: self.heard.append((topic, payload)),
            log=structlog.get_logger(),
            random=random.Random(1),
        )
        self.connection.start()

    def up(self):
        self.ups += 1

    def arrive(self):
        self.turning.until(lambda: self.ups)
        return self

    def say(self, topic, payload=b"x", *, retain=True):
        self.turning.result(self.connection.publish(topic, payload, retain=retain))


@pytest.fixture
def user(turning, broker, log_lines):  # noqa: ARG001 - keeps the output quiet
    made = []

    def make(name, *arguments, **options):
        made.append(User(turning, broker, name, *arguments, **options))
        return made[-1]

    yield make
    for each in made:
        turning.result(each.connection.stop())


def own(broker, leaf):
    return broker.topics.device("display", leaf)


def test_a_device_reads_all_that_it_may(broker, user, turning):
    topics = broker.topics
    readable = [
        topics.hub_state,
        topics.run("2021-01-20.z180"),
        topics.of_entity("plan/2021-01-20"),
        topics.of_entity("notice/n1"),
        topics.event("arrived"),
        topics.of_entity("grp/display/hall-1/cmd"),
        *(own(broker, leaf) for leaf in ("cmd", "want", "cfg", "resp")),
    ]
    mine = next(each for each in broker.permissions if each.user == "display")
    hub = user("hub").arrive()
    for topic in readable[::2]:
        hub.say(topic)
    display = user("display", [(each, 1) for each in mine.reads]).arrive()
    for topic in readable[1::2]:
        hub.say(topic)
    turning.until(lambda: len(display.heard) == len(readable))
    assert sorted(topic for topic, _ in display.heard) == sorted(readable)


def test_a_device_writes_all_that_it_may(broker, user, turning):
    mine = next(each for each in broker.permissions if each.user == "display")
    hub = user("hub", [(broker.topics.everything, 1)]).arrive()
    display = user("display").arrive()
    for topic in mine.writes:
        display.say(topic)
    turning.until(lambda: len(hub.heard) == len(mine.writes))
    assert sorted(topic for topic, _ in hub.heard) == sorted(mine.writes)


def forbidden_to_write(broker):
    topics = broker.topics
    return [
        topics.hub_state,
        topics.hub_beat,
        topics.hub_manifest,
        topics.run("2021-01-20.forged"),
        topics.of_entity("plan/2021-01-20"),
        topics.of_entity("notice/forged"),
        topics.event("arrived"),
        topics.of_entity("grp/display/hall-1/cmd"),
        topics.of_entity("agg/state"),
        *(topics.device("display", leaf) for leaf in ("cmd", "want", "cfg", "resp", "else")),
        *(topics.device("clock", leaf) for leaf in ("state", "req", "resp")),
        f"{topics.device('display', 'state')}/deeper",
        "pis/1/other.station/run/forged",
        "pis.1.test.station.run.forged",
        "$MQTT/msgs",
        "$SYS/x",
        "anything",
    ]


def test_a_device_writes_nothing_else(broker, user, turning):
    hub = user("hub", [(broker.topics.everything, 1)]).arrive()
    display = user("display").arrive()
    for topic in forbidden_to_write(broker):
        display.connection.publish(topic, b"forged", retain=True).addErrback(lambda _: None)
        turning.for_seconds(0.02)
    turning.until(lambda: display.connection.connected)
    display.say(own(broker, "req"), b"the last one", retain=False)
    turning.until(lambda: hub.heard)
    assert hub.heard == [(own(broker, "req"), b"the last one")]
    late = user("clock", [(broker.topics.hub, 1), (broker.topics.runs, 1)]).arrive()
    turning.for_seconds(0.2)
    assert late.heard == []


def test_a_will_obeys_the_same_rule(broker, user, turning):
    hub = user("hub", [(broker.topics.everything, 1)]).arrive()
    for topic in (broker.topics.run("forged"), broker.topics.device("clock", "state")):
        forger = user("display", will=Will(topic, b"forged"))
        turning.until(lambda f=forger: f.ups or f.connection.attempts > 1)
        if forger.ups:
            forger.connection._session.drop("torn off")
        turning.result(forger.connection.stop())
    honest = user("display", will=Will(own(broker, "state"), b"gone")).arrive()
    honest.connection._session.drop("torn off")
    turning.until(lambda: hub.heard)
    assert hub.heard == [(own(broker, "state"), b"gone")]


@pytest.mark.parametrize("retained", [True, False])
def test_a_device_hears_nothing_else(broker, user, turning, retained):
    topics = broker.topics
    secret = [
        topics.of_entity("agg/state"),
        topics.of_entity("grp/clock/hall-1/cmd"),
        *(topics.device("clock", leaf) for leaf in ("cmd", "want", "cfg", "resp", "state", "req")),
        topics.device("board-2", "resp"),
    ]
    greedy = [
        "#",
        "+/+/+/+/+/+",
        topics.everything,
        f"{topics.root}/dev/#",
        f"{topics.root}/dev/+/+",
        topics.device("+", "want"),
        f"{topics.root}/grp/+/+/cmd",
        f"{topics.root}/+/+",
        "$MQTT/#",
        "$SYS/#",
        *secret,
    ]
    hub = user("hub").arrive()
    if retained:
        for topic in secret:
            hub.say(topic)
    spies = []
    for each in greedy:
        # NATS refuses each alone, Mosquitto delivers what may be read.
        broker_spy = user("display", [(each, 1)])
        turning.until(lambda s=broker_spy: s.ups or s.downs)
        if not retained and broker_spy.ups:
            for topic in secret:
                hub.say(topic, retain=False)
        turning.for_seconds(0.05)
        turning.result(broker_spy.connection.stop())
        spies += broker_spy.heard
    assert [topic for topic, _ in spies if topic in secret] == []


@pytest.mark.parametrize(
    ("name", "password"), [("", ""), ("nobody", "x"), ("display", "hub-secret"), ("hub", "")]
)
def test_nobody_comes_in_without_a_password_of_his_own(broker, turning, log_lines, name, password):
    ups = []
    connection = MqttConnection(
        turning.reactor,
        host=broker.host,
        port=broker.port,
        user=name,
        password=password,
        make_will=lambda: None,
        subscriptions=(),
        on_up=lambda: ups.append(1),
        on_down=lambda _: None,
        on_message=lambda *_: None,
        log=structlog.get_logger(),
        random=random.Random(1),
    )
    connection.start()
    turning.until(lambda: connection.attempts == 2)
    turning.result(connection.stop())
    assert ups == []
    assert any("refused" in str(line.get("why")) for line in log_lines)


def test_what_was_retained_is_there_after_kill(broker, user, turning):
    """Not to be relied on (a power cut loses it), but a restart of the broker alone is smooth."""
    hub = user("hub").arrive()
    for number in range(50):
        hub.say(broker.topics.run(f"2021-01-20.k{number}"))
    turning.for_seconds(1.2 if broker.kind == "mosquitto" else 0)  # its autosave
    broker.kill()
    broker.start()
    display = user("display", [(broker.topics.runs, 1)]).arrive()
    for _ in range(5):  # NATS reads what it retains while it lets clients in already
        turning.for_seconds(0.5)
        if len(set(display.heard)) == 50:
            return
        display.connection.replay()
    turning.until(lambda: len(set(display.heard)) == 50)


def test_a_user_added_later_is_let_in(broker, user):
    broker.add_user(device_permissions(broker.topics, "lamp-1", "lighting"))
    user("lamp-1", [(broker.topics.hub, 1)]).arrive()


def test_a_plan_of_the_largest_station_passes(broker, user, turning):
    hub = user("hub").arrive()
    hub.say(broker.topics.of_entity("plan/2021-01-20"), b"x" * 1_500_000)
    display = user("display", [(broker.topics.plans, 1)]).arrive()
    turning.until(lambda: display.heard)
    assert len(display.heard[0][1]) == 1_500_000


class Raw:
    """A client of a vendor's: any client id, a session that outlives it, SUBACK as it came."""

    def __init__(self, broker, user, *, client_id=None, clean=True):
        self.heard, self.connack, self.session_present, self.suback = [], None, False, None
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or user,
            clean_session=clean,
            reconnect_on_failure=False,
        )
        self.client.username_pw_set(user, broker.password(user))
        self.client.on_connect = self.on_connect
        self.client.on_subscribe = self.on_subscribe
        self.client.on_message = lambda _c, _d, m: self.heard.append((m.topic, m.payload))
        self.client.connect(broker.host, broker.port)
        self.turn(lambda: self.connack is not None)

    def on_connect(self, _client, _data, flags, code, _properties):
        self.connack, self.session_present = code, flags.session_present

    def on_subscribe(self, _client, _data, _mid, codes, _properties):
        self.suback = [not code.is_failure for code in codes]

    def turn(self, holds=lambda: False, seconds=10.0):
        """Turn until `holds`, or for so long."""
        deadline = time.monotonic() + seconds
        while not holds() and time.monotonic() < deadline:
            self.client.loop(0.02)

    def granted(self, *filters):
        self.suback = None
        self.client.subscribe([(each, 1) for each in filters])
        self.turn(lambda: self.suback is not None)
        return self.suback

    def end(self):
        self.client.disconnect()
        self.client.loop(0.05)


def wider(broker):
    """Filters that hold something that a device may read, and more."""
    topics = broker.topics
    return [
        "#",
        topics.everything,
        *(f"{topics.root}/{each}" for each in ("run/#", "hub/#", "plan/#", "+/+", "grp/display/#")),
        f"{topics.root}/grp/display/+/#",
        f"{topics.root}/dev/display/#",
        f"{topics.root}/dev/display/+",
        f"{topics.root}/dev/+/cmd",
        "pis/+/test.station/run/+",
    ]


def test_a_refused_subscription_shows_in_suback(broker):
    display = Raw(broker, "display")
    mine = next(each for each in broker.permissions if each.user == "display")
    assert display.granted(*mine.reads) == [True] * len(mine.reads)
    for each in [*wider(broker), broker.topics.device("clock", "cmd")]:
        # An access list cannot refuse: it withholds, which the other tests see.
        assert display.granted(each) == [broker.kind == "mosquitto" and not broker.plugin], each
    assert display.granted(broker.topics.runs, "#")[0]
    display.end()


def test_a_filter_wider_than_the_rights_brings_nothing_more(broker, user):
    """Nor what was retained before: NATS looks retained messages up by itself."""
    topics = broker.topics
    beyond = [
        topics.of_entity(each)
        for each in ("run/a/deeper", "hub/state/deeper", "plan/a/b", "grp/display/hall-1/other")
    ] + [topics.device("display", "else"), topics.device("clock", "want")]
    hub = user("hub").arrive()
    for topic in beyond:
        hub.say(topic, b"retained")
    display = Raw(broker, "display")
    display.granted(*wider(broker))
    for topic in beyond:
        hub.say(topic, b"live", retain=False)
    display.turn(seconds=0.5)
    assert [topic for topic, _ in display.heard if topic in beyond] == []
    display.end()


def test_group_commands_go_to_a_devices_zones_only(broker, user):
    topics = broker.topics
    broker.add_user(device_permissions(topics, "board-7", "display", ["hall-1"]))
    hub = user("hub").arrive()
    board = Raw(broker, "board-7")
    zones = ("hall-1", "hall-2", "all")
    granted = board.granted(*(topics.group_command("display", zone) for zone in zones))
    for zone in ("hall-2", "all", "hall-1"):
        hub.say(topics.group_command("display", zone), zone.encode(), retain=False)
    board.turn(lambda: len(board.heard) == 2)
    board.turn(seconds=0.2)
    assert sorted(said for _, said in board.heard) == [b"all", b"hall-1"]
    assert granted[0]
    assert granted[2]
    board.end()


def test_rights_that_were_taken_away_are_gone_from_a_lasting_session_too(broker, user, turning):
    topics = broker.topics
    broker.add_user(device_permissions(topics, "board-7", "display", ["hall-1"]))
    board = Raw(broker, "board-7", clean=False)
    assert board.granted(topics.group_command("display", "hall-1"), topics.runs) == [True, True]
    board.end()
    turning.for_seconds(1.2 if broker.kind == "mosquitto" else 0.1)
    broker.permissions.pop()
    broker.add_user(device_permissions(topics, "board-7", "display", ["hall-2"]))
    hub = user("hub").arrive()
    hub.say(topics.group_command("display", "hall-1"), b"not yours any more", retain=False)
    board = Raw(broker, "board-7", clean=False)
    hub.say(topics.group_command("display", "hall-1"), b"nor now", retain=False)
    board.turn(seconds=0.5)
    assert board.heard == []
    board.end()


def test_the_session_of_another_brings_nothing(broker, user):
    """By its client id. The plugin refuses it; the others hand the session over, empty."""
    command = broker.topics.device("clock", "cmd")
    clock = Raw(broker, "clock", clean=False)
    clock.granted(command)
    clock.end()
    hub = user("hub").arrive()
    hub.say(command, b"for the clock", retain=False)
    thief = Raw(broker, "display", client_id="clock", clean=False)
    hub.say(command, b"for the clock too", retain=False)
    thief.turn(seconds=0.5)
    assert thief.heard == []
    thief.end()


def test_a_watcher_hears_states_and_cannot_speak(broker, user, turning):
    topics = broker.topics
    broker.add_user(watcher_permissions(topics, "duty"))
    display = user("display").arrive()
    display.say(topics.device("display", "state"), b"well")
    duty = Raw(broker, "duty")
    assert duty.granted(topics.device_states, topics.hub) == [True, True]
    duty.turn(lambda: duty.heard)
    assert duty.heard == [(topics.device("display", "state"), b"well")]
    hub = user("hub", [(topics.everything, 1)]).arrive()
    turning.until(lambda: hub.heard)
    for topic in (
        topics.device("display", "cmd"),
        topics.device("duty", "state"),
        topics.hub_state,
    ):
        duty.client.publish(topic, b"forged", 0, retain=True)
        duty.turn(seconds=0.1)
    turning.for_seconds(0.2)
    assert [payload for _, payload in hub.heard if payload == b"forged"] == []
    duty.end()


def test_two_hubs_of_one_name_stand_side_by_side(broker):
    """The one that leads and the one that waits; the epoch is the fence, not the client id."""
    first = Raw(broker, "hub", client_id="hub-a")
    second = Raw(broker, "hub", client_id="hub-b")
    first.turn(seconds=0.3)
    assert not first.connack.is_failure
    assert not second.connack.is_failure
    assert first.granted(broker.topics.runs) == [True]
    first.end()
    second.end()
