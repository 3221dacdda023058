"""Two hubs, as processes, on one database and on two: never do both speak."""

import random

import pytest
import structlog

from hub.broker.permissions import station_permissions
from hub.lease import TAKE_S
from hub.mqtt.floor import GONE_S
from protocol.codec import decode
from protocol.topics import Topics
from station_config.load import load_station
from station_config.runtime.mqtt import MqttConnection
from tests.conftest import RealBroker
from tests.hub.real_hub import HOHHOT, RealHub

pytestmark = pytest.mark.end_to_end

SOON_S = 6.0
"""To lead, when nobody has to be waited for; the machine is busy."""


class Ear:
    """A device that notes who said what, in the order of hearing."""

    def __init__(self, turning, broker):
        self.turning = turning
        self.topics = broker.topics
        self.heard = []
        self.retained = {}
        self.connection = MqttConnection(
            turning.reactor,
            host=broker.host,
            port=broker.port,
            user="display",
            password=broker.password("display"),
            make_will=lambda: None,
            subscriptions=[
                (broker.topics.hub, 1),
                (broker.topics.runs, 1),
                (broker.topics.plans, 1),
            ],
            on_up=lambda: None,
            on_down=lambda _: None,
            on_message=self.note,
            log=structlog.get_logger(),
            random=random.Random(1),
        )
        self.connection.start()
        turning.until(lambda: self.connection.connected)

    def note(self, topic, payload, retained):
        if payload:
            message = decode(payload, topic=topic)
            self.heard.append((self.topics.entity(topic), message))
            if retained:
                self.retained[self.topics.entity(topic)] = message

    def epochs(self):
        return [message.epoch for _, message in self.heard]

    def online(self):
        """Return the epoch of the hub that last said that it is there."""
        states = [m for entity, m in self.heard if entity == "hub/state" and m.body.online]
        return states[-1].epoch if states else None

    def leader(self, above=0, seconds=SOON_S):
        """Wait for a hub of an epoch above `above`, with all that it has to say; return it."""
        self.turning.until(lambda: (self.online() or 0) > above, seconds)
        epoch = self.online()
        self.turning.until(
            lambda: any(e == "hub/manifest" and m.epoch == epoch for e, m in self.heard), SOON_S
        )
        return epoch


@pytest.fixture
def broker(tmp_path):
    """NATS; two hubs before Mosquitto are in `tests/end_to_end/test_two_hubs.py`."""
    topics = Topics(load_station(HOHHOT).id)
    broker = RealBroker("nats", tmp_path / "nats", topics=topics)
    devices = {"display": "display"}
    broker.permissions = list(station_permissions(topics, hub="hub", devices=devices))
    broker.directory.mkdir()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def ear(turning, broker, log_lines):  # noqa: ARG001 - kept off the output
    ear = Ear(turning, broker)
    yield ear
    turning.result(ear.connection.stop())


@pytest.fixture
def make_hub(tmp_path, broker):
    made = []

    def make(name, database):
        secrets = tmp_path / name / "secrets"
        secrets.mkdir(parents=True)
        (secrets / "hub").write_text(broker.password("hub"))
        made.append(RealHub(tmp_path / name, database, broker_port=broker.port))
        return made[-1]

    yield make
    for hub in made:
        if hub.process is not None and hub.process.poll() is None:
            hub.kill()


@pytest.fixture
def pair(make_hub, database_url):
    """Two hubs on one database; the first leads, the second stands by."""
    first, second = make_hub("first", database_url), make_hub("second", database_url)
    first.start()
    second.start()
    assert first.plays("leading")
    assert second.plays("standing by")
    return first, second


def test_the_one_that_stands_by_says_so_and_takes_no_commands(pair, ear):
    first, second = pair
    epoch = ear.leader()
    told = second.health()
    assert told["leader"] == {"host": told["leader"]["host"], "pid": first.process.pid}
    assert told["takes_over_in_s"] <= TAKE_S
    assert second.said("hub.stands-by")[0]["pid"] == first.process.pid
    headers = {"Authorization": f"Bearer {second.token}", "Content-Type": "application/json"}
    status, body = second.post("command", b"{}", **headers)
    assert (status, "stands by" in body.decode()) in {(503, True), (400, False)}
    assert second.stop() == 0, "an orderly stop of the one that stands by"
    assert first.stop() == 0, "and of the one that leads"
    assert set(ear.epochs()) == {epoch}


def test_the_second_leads_when_the_first_is_gone_and_back_again(pair, ear):
    first, second = pair
    epoch = ear.leader()
    first.kill()
    second.until(lambda: second.plays("leading"))
    assert second.said("hub.takes-over")[0]["why"] == "its process is gone"
    taken = ear.leader(above=epoch)
    first.start()
    assert first.plays("standing by")
    assert second.stop() == 0
    first.until(lambda: first.plays("leading"))
    last = ear.leader(above=taken)
    assert epoch < taken < last
    assert ear.epochs() == sorted(ear.epochs()), "nobody spoke whose time was over"


def test_a_hub_that_was_stopped_finds_itself_replaced_and_is_silent(pair, ear):
    first, second = pair
    epoch = ear.leader()
    first.freeze()
    second.until(lambda: second.plays("leading"))
    assert second.said("hub.takes-over")[0]["why"] == "it was silent"
    taken = ear.leader(above=epoch)
    heard = len(ear.heard)
    first.thaw()
    first.until(lambda: first.plays("standing by"))
    effects = [line["effect"] for line in first.said("hub.lease")]
    assert effects == ["lead", "hush", "retire"]
    ear.turning.for_seconds(2.0)
    late = [(entity, m) for entity, m in ear.heard[heard:] if m.epoch < taken]
    assert all(e == "hub/state" and not m.body.online for e, m in late), "a will at most"
    # Whoever comes now hears the hub that leads, whatever a broker made of the other's end.
    newcomer = Ear(ear.turning, RealBrokerAs(ear, first))
    ear.turning.until(lambda: "hub/state" in newcomer.retained)
    state = newcomer.retained["hub/state"]
    assert (state.epoch, state.body.online) == (taken, True)
    assert {m.epoch for e, m in newcomer.retained.items() if e.startswith("plan/")} == {taken}
    ear.turning.result(newcomer.connection.stop())
    second.kill()
    first.until(lambda: first.plays("leading"))


def test_a_single_hub_that_is_killed_leads_again_at_once(make_hub, database_url, ear):
    hub = make_hub("only", database_url)
    hub.start()
    epoch = ear.leader()
    for _ in range(2):
        hub.kill()
        hub.start()
        epoch = ear.leader(above=epoch)
    assert hub.said("hub.takes-over")[-1]["why"] == "its process is gone"
    assert hub.stop() == 0
    hub.start()
    ear.leader(above=epoch)
    assert len(hub.said("hub.takes-over")) == 2, "an orderly stop leaves nothing to take over"


def test_of_two_with_databases_of_their_own_the_later_one_has_the_floor(make_hub, tmp_path, ear):
    older = make_hub("older", f"sqlite:///{tmp_path}/older.db")
    newer = make_hub("newer", f"sqlite:///{tmp_path}/newer.db")
    older.start()
    epoch = ear.leader()
    ear.turning.for_seconds(1.1)  # an epoch is at least the second in which it began
    newer.start()
    taken = ear.leader(above=epoch)
    older.until(lambda: older.said("hub.rival"))
    assert older.said("hub.rival")[0]["level"] == "error"
    assert older.health()["broker"]["rival"] == {"hub": "hub", "epoch": taken}
    heard = len(ear.heard)
    ear.turning.for_seconds(6.0)  # longer than from beat to beat
    assert {message.epoch for _, message in ear.heard[heard:]} == {taken}
    assert newer.health()["broker"]["ghosts"] == 0, "both live the same day"
    assert newer.stop() == 0
    again = ear.leader(above=taken, seconds=GONE_S + SOON_S)
    assert older.said("hub.rival-gone")
    assert older.health()["broker"]["rival"] is None
    assert older.health()["epoch"] == again


class RealBrokerAs:
    """The broker of an ear, for another one."""

    def __init__(self, ear, hub):
        self.topics, self.host = ear.topics, "127.0.0.1"
        self.port = hub.deployment.broker.port

    def password(self, user):
        return f"{user}-secret"
