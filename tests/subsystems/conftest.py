"""A hub that does what a test says, and the runs it speaks of."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import structlog

from protocol.codec import decode, encode, type_name
from protocol.commands import Ack
from protocol.devices import Fault, Health
from protocol.errors import DeviceError
from protocol.identifiers import make_run_id
from protocol.messages import (
    Beat,
    DeviceDescription,
    DeviceState,
    HubState,
    Manifest,
    Message,
    Plan,
    Request,
    Response,
    Source,
    SourceMode,
)
from protocol.notices import Notice
from protocol.runs import CallTime, Named, Punctuality, Role, Run, Timeline
from protocol.topics import Topics, notice_entity, plan_entity, run_entity
from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
)
from station_config.runtime.mqtt import MqttConnection, Will
from subsystems.kit.hub_link import HubLink
from subsystems.kit.link import Timings

T0 = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
BEGAN = time.monotonic()
"""When T0 was: a machine that has been up for a day must not make it tomorrow."""
DAY = date(2021, 1, 20)
MINUTE = timedelta(minutes=1)


def make_run(number, minutes=60, *, late=0, day=DAY):
    """A train that leaves `minutes` after T0, and `late` minutes more by what is known."""
    planned = T0 + minutes * MINUTE + (day - DAY)
    expected = planned + late * MINUTE
    return Run(
        run_id=make_run_id(day, number),
        service_date=day,
        departure_number=number,
        category="G",
        role=Role.ORIGIN,
        origin=Named("HHE", {"en": "Here"}),
        destination=Named("BJB", {"en": "There"}),
        departure=CallTime(planned=planned, estimated=expected if late else None),
        punctuality=Punctuality.DELAYED if late else Punctuality.UNKNOWN,
        timeline=Timeline(
            shown_at=planned - 120 * MINUTE,
            check_in_opens_at=expected - 15 * MINUTE,
            check_in_closes_at=expected - 5 * MINUTE,
            departs_at=expected,
            departure_shown_until=expected + 2 * MINUTE,
        ),
    )


def message(body, *, epoch=1, seq=1, rev=0, src="hub", issued_at=T0, valid_until=None):
    return Message(
        t=type_name(body),
        id="0",
        src=src,
        epoch=epoch,
        seq=seq,
        rev=rev,
        issued_at=issued_at,
        valid_until=valid_until,
        body=body,
    )


def entity_of(body):
    match body:
        case Run():
            return run_entity(body.run_id)
        case Plan():
            return plan_entity(body.service_date)
        case Notice():
            return notice_entity(body.notice_id)
        case Manifest():
            return "hub/manifest"
        case HubState():
            return "hub/state"
        case Beat():
            return "hub/beat"
    raise AssertionError(body)


QUICK = Timings(calm_s=0.3, settle_s=0.1)
LIVE = Source(SourceMode.LIVE, T0, T0)


class ScriptedHub:
    """A hub in the test's hand: says what it is told to, with its epoch and ascending `seq`."""

    def __init__(self, turning, broker, *, epoch=1, clock=None):
        self.turning, self.broker, self.epoch = turning, broker, epoch
        self.topics = Topics(broker.topics.station)
        self.clock = clock or SystemClock(T0, BEGAN, wall=turning.reactor.seconds)
        self.seq, self.manifest_seq, self.words = 0, 0, 0
        self.revs = {}
        self.requests = []
        self.answers = True
        self.states, self.acks, self.descriptions, self.healths = [], [], [], []
        self.faults = []
        self.runs = ()
        self.connection = MqttConnection(
            turning.reactor,
            host=broker.host,
            port=broker.port,
            user="hub",
            password=broker.password("hub"),
            make_will=self._will,
            subscriptions=[
                (self.topics.requests, 1),
                *((self.topics.all_devices(leaf), 1) for leaf in ("state", "ack", "desc", "evt")),
                (self.topics.all_devices("health"), 0),
            ],
            on_up=lambda: None,
            on_down=lambda _why: None,
            on_message=self._heard,
            log=structlog.get_logger(),
            random=random.Random(1),
        )

    def _will(self):
        self.words = self.words // 1000 * 1000 + 1000
        payload = self.pack(self._state(online=False), rev=self.words + 999)
        return Will(self.topics.hub_state, payload)

    def start(self):
        self.connection.start()
        self.turning.until(lambda: self.connection.connected)
        return self

    def stop(self):
        self.turning.result(self.connection.stop())

    def die(self):
        """Without a goodbye: the broker speaks the will."""
        session = self.connection._session
        self.connection._running = False
        session._client.socket().shutdown(2)
        self.turning.until(lambda: not self.connection.connected)

    def pack(self, body, *, rev=0):
        self.seq += 1
        return encode(
            message(body, epoch=self.epoch, seq=self.seq, rev=rev, issued_at=self.clock.now())
        )

    def say(self, body, *, rev=None, entity=None):
        entity = entity or entity_of(body)
        if rev is None:
            rev = self.revs.get(entity, 0) + 1
        if isinstance(body, Run | Plan | Notice):
            self.revs[entity] = rev
        if isinstance(body, HubState):
            self.words += 1
            rev = self.words
        payload = self.pack(body, rev=rev)
        if isinstance(body, Manifest):
            self.manifest_seq = self.seq
        self.send(self.topics.of_entity(entity), payload, retain=not isinstance(body, Beat))

    def send(self, topic, payload, *, retain=True):
        """Publish; again when the line was lost: a test at a browser does not keep it alive."""
        for last in (False, True):
            self.turning.until(lambda: self.connection.connected)
            try:
                self.turning.result(self.connection.publish(topic, payload, qos=1, retain=retain))
            except DeviceError:
                if last:
                    raise
            else:
                return

    def online(self):
        self.say(self._state(online=True))

    def manifest(self, entries=None):
        self.say(Manifest(entries=dict(self.revs if entries is None else entries)))

    def beat(self, source=LIVE):
        self.say(Beat(utc=self.clock.now(), manifest_seq=self.manifest_seq, source=source))

    def everything(self, *bodies):
        """What a hub says after connecting."""
        self.online()
        for body in bodies:
            self.say(body)
        self.manifest()
        self.beat()

    def _state(self, *, online):
        return HubState(online=online, hub="hub", source=LIVE, zone="Asia/Shanghai")

    def _heard(self, topic, payload, _retained):
        heard = decode(payload, topic=topic)
        told = {
            DeviceState: self.states,
            Ack: self.acks,
            DeviceDescription: self.descriptions,
            Health: self.healths,
            Fault: self.faults,
            Request: self.requests,
        }
        told[type(heard.body)].append(heard.body)
        if isinstance(heard.body, Request):
            self._answer(heard)

    def _answer(self, heard):
        topic = self.topics.device(heard.src, "resp")
        if heard.body.kind == "query":
            answer = Response(
                correlation=heard.body.correlation, kind="query", runs=tuple(self.runs)
            )
            self.connection.publish(topic, self.pack(answer), qos=1).addErrback(lambda _: None)
        if heard.body.kind == "time" and self.answers:
            answer = Response(correlation=heard.body.correlation, kind="time", utc=self.clock.now())
            topic = self.topics.device(heard.src, "resp")
            self.connection.publish(topic, self.pack(answer), qos=1).addErrback(lambda _: None)


class Told:
    """A HubLink and what it told; its calm is short unless a test is about the real one."""

    def __init__(
        self, turning, broker, path, *, clock=None, device="display", timings=QUICK, willing=None
    ):
        secrets = path / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / device).write_text(broker.password(device))
        self.runs, self.statuses = [], 0
        self.settings = SubsystemSettings(id=device, cache=path / "cache.db", port=0)
        self.link = HubLink(
            turning.reactor,
            deployment=Deployment(
                station=path,
                broker=BrokerSettings(host=broker.host, port=broker.port, secrets=secrets),
                hub=HubSettings(database="sqlite://"),
            ),
            settings=self.settings,
            station_id=broker.topics.station,
            description=DeviceDescription(kind="display"),
            clock=clock or SystemClock(T0, BEGAN, wall=turning.reactor.seconds),
            random=random.Random(2),
            log=structlog.get_logger(),
            on_runs=self.runs.append,
            on_status=self._status,
            willing=willing,
        )

        talk = self.link._conversation
        talk.link = replace(talk.link, timings=timings)

    def _status(self):
        self.statuses += 1


@pytest.fixture
def cast(turning, tmp_path):
    """Makes hubs and links, and ends them."""
    made = []

    def hub(broker, **options):
        made.append(ScriptedHub(turning, broker, **options))
        return made[-1].start()

    def link(broker, **options):
        told = Told(turning, broker, tmp_path, **options)
        made.append(told.link)
        told.link.start()
        return told

    yield SimpleNamespace(hub=hub, link=link, path=tmp_path)
    for each in made:
        stopping = each.stop()
        if stopping is not None:
            turning.result(stopping)


@pytest.fixture
def make():
    """Values for tests: ``make.run``, ``make.message``, ``make.T0`` and so on."""
    return SimpleNamespace(
        run=make_run,
        message=message,
        entity=entity_of,
        live=LIVE,
        T0=T0,
        BEGAN=BEGAN,
        DAY=DAY,
        MINUTE=MINUTE,
    )
