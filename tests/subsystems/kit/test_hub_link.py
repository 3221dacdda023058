"""The link against real brokers of both kinds, with a hub that the test plays."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from protocol.codec import encode
from protocol.limits import RESYNC_NAMED
from protocol.messages import LinkMode, Plan, Source, SourceMode
from station_config.runtime.clocks import SystemClock
from subsystems.kit.link import Timings
from subsystems.kit.mirror import Mirror
from subsystems.kit.status import StatusCode
from subsystems.kit.timekeeper import Quality

HOUR = timedelta(hours=1)
PATIENCE_S = 20.0
"""How soon it is in step is measured in `station bench chain`, not here."""


def delay_of(link, run):
    return link.runs()[run.run_id].departure.delay_minutes


def test_the_plan_overlaid_by_what_is_known_and_then_online(broker, turning, cast, make):
    hub = cast.hub(broker)
    plan = Plan(service_date=make.DAY, runs=(make.run("G1"), make.run("G2", 90)))
    hub.everything(plan, make.run("G2", 90, late=7))
    told = cast.link(broker)
    link = told.link
    assert link.mode is LinkMode.AUTONOMOUS

    turning.until(lambda: len(link.runs()) == 2 and delay_of(link, make.run("G2")) == 7)
    hub.beat()
    turning.until(lambda: link.mode is LinkMode.SYNCING)
    assert not link.status().live
    turning.until(lambda: link.mode is LinkMode.ONLINE, 4.0)
    assert link.status().live
    assert link.confirmed_at == make.T0
    assert link.zone.key == "Asia/Shanghai"
    assert not link.tomorrow_held
    turning.until(lambda: hub.states and hub.states[-1].mode is LinkMode.ONLINE)
    assert link.details()["runs"] == 2


def test_a_storm_is_told_once_a_turn_with_all_its_ids(nats_broker, turning, cast, make):
    hub = cast.hub(nats_broker)
    runs = [make.run(f"G{n}") for n in range(150)]
    hub.everything(*runs)
    told = cast.link(nats_broker)
    turning.until(lambda: len(told.link.runs()) == 150)
    turning.for_seconds(0.05)
    ids = [i for batch in told.runs for i in batch]
    assert sorted(ids) == sorted(r.run_id for r in runs), "each is told once"
    assert len(told.runs) < 75, "several at a time"


def go_online(turning, hub, link, *bodies):
    hub.everything(*bodies)
    turning.until(lambda: link.mode is LinkMode.SYNCING)
    turning.until(lambda: link.mode is LinkMode.ONLINE, PATIENCE_S)


def test_the_hub_dies_and_a_new_one_is_live_again(broker, turning, cast, make):
    told = cast.link(broker, timings=Timings())
    link = told.link
    turning.until(lambda: link.details()["broker"])
    old = cast.hub(broker)
    go_online(turning, old, link, make.run("G1"), make.run("G2"))
    old.die()
    turning.until(lambda: link.mode is LinkMode.SUSPECT)
    assert link.status().code is StatusCode.CHECKING
    assert set(link.runs()) == {make.run("G1").run_id, make.run("G2").run_id}

    began_s = turning.reactor.seconds()
    new = cast.hub(broker, epoch=2)
    new.revs = dict.fromkeys(["run/" + make.run("G1").run_id], 1)
    new.everything(make.run("G1", late=3))  # G2 was deleted while nobody looked
    turning.until(lambda: link.mode is LinkMode.ONLINE, PATIENCE_S)
    assert turning.reactor.seconds() - began_s < 4.0
    assert set(link.runs()) == {make.run("G1").run_id}
    assert delay_of(link, make.run("G1")) == 3


def test_booting_when_all_is_dead_it_works_from_the_cache(nats_broker, turning, cast, make):
    hub = cast.hub(nats_broker)
    first = cast.link(nats_broker).link
    turning.until(lambda: first.details()["broker"])
    go_online(turning, hub, first, Plan(service_date=make.DAY, runs=(make.run("G1"),)))
    heard_at = first._knowledge.heard_at
    turning.result(first.stop())
    nats_broker.kill()

    told = cast.link(nats_broker)
    link = told.link
    turning.until(lambda: told.runs)
    assert told.runs == [frozenset({make.run("G1").run_id})]
    line = link.status()
    assert line.code is StatusCode.AUTONOMOUS
    assert line.since == link.mode_since == heard_at
    assert link.confirmed_at == make.T0
    assert link.estimate_lifetime == timedelta(minutes=30)
    assert link.zone.key == "Asia/Shanghai"
    assert link.clock_quality.quality is Quality.HOLDOVER
    nats_broker.start()


def test_the_broker_dies_and_comes_back_empty(broker, turning, cast, make):
    told = cast.link(broker)
    link = told.link
    hub = cast.hub(broker)
    turning.until(lambda: link.details()["broker"])
    go_online(turning, hub, link, make.run("G1"))
    broker.kill()
    turning.until(lambda: link.mode is LinkMode.SUSPECT)
    broker.wipe()
    broker.start()
    turning.until(lambda: hub.connection.connected and link.details()["broker"], 20.0)
    hub.revs.clear()
    go_online(turning, hub, link, make.run("G1"))
    assert set(link.runs()) == {make.run("G1").run_id}


def test_what_no_hub_may_say_is_counted_and_harmless(nats_broker, turning, cast, make, log_lines):
    told = cast.link(nats_broker)
    link = told.link
    hub = cast.hub(nats_broker)
    turning.until(lambda: link.details()["broker"])
    go_online(turning, hub, link, make.run("G1"))
    topic = hub.topics.run(make.run("G1").run_id)
    for bad in (
        b"{",
        b"\0" * 65536,
        b"[]",
        hub.pack(make.run("G9")),
        hub.pack(hub._state(online=True)),
    ):
        hub.send(topic, bad)
    hub.send(topic, b"")
    turning.until(lambda: link.rejected == 5)
    turning.for_seconds(0.1)
    assert set(link.runs()) == {make.run("G1").run_id}
    assert [x["event"] for x in log_lines].count("message.rejected") == 1, "no flood in the log"


def test_a_zombie_is_reported_once_and_not_believed(nats_broker, turning, cast, make, log_lines):
    told = cast.link(nats_broker)
    link = told.link
    hub = cast.hub(nats_broker, epoch=5)
    turning.until(lambda: link.details()["broker"])
    go_online(turning, hub, link, make.run("G1"))
    hub.epoch = 4
    for _ in range(3):
        hub.say(make.run("G1", late=99), rev=50)
        hub.say(hub._state(online=False))
        hub.beat(Source(SourceMode.LINK_DOWN, make.T0))
    turning.until(lambda: [x for x in log_lines if x["event"] == "hub.zombie"])
    turning.for_seconds(0.1)
    assert len([x for x in log_lines if x["event"] == "hub.zombie"]) == 1
    assert link.mode is LinkMode.ONLINE
    assert delay_of(link, make.run("G1")) == 0
    assert link.source.mode is SourceMode.LIVE


def test_dispatching_is_lost_though_the_hub_is_there(nats_broker, turning, cast, make):
    told = cast.link(nats_broker)
    link = told.link
    hub = cast.hub(nats_broker)
    turning.until(lambda: link.details()["broker"])
    go_online(turning, hub, link, make.run("G1"))
    seen = told.statuses
    hub.beat(Source(SourceMode.LINK_DOWN, make.T0 + timedelta(minutes=5), make.T0))
    turning.until(lambda: told.statuses > seen)
    assert link.mode is LinkMode.ONLINE
    # Before the hub's time is known the line names the day, too.
    turning.until(lambda: link.status().en == "Dispatching data lost since 12:05")


def test_a_clock_that_is_an_hour_wrong_is_right_and_said(
    nats_broker, turning, cast, make, log_lines
):
    hub = cast.hub(nats_broker)
    wrong = SystemClock(make.T0 - HOUR, make.BEGAN, wall=turning.reactor.seconds)
    link = cast.link(nats_broker, clock=wrong).link
    turning.until(lambda: link.details()["broker"])
    hub.everything()
    turning.until(lambda: link.clock_quality.quality is Quality.SYNCED)
    assert abs((link.now() - hub.clock.now()).total_seconds()) < 0.5
    turning.until(lambda: [x for x in log_lines if x["event"] == "clock.off"])
    assert abs(link.clock_quality.offset_s + 3600) < 0.1
    assert link.clock_quality.off
    assert abs((link.now() - hub.clock.now()).total_seconds()) < 0.1


def test_what_is_missing_is_asked_for(nats_broker, turning, cast, make):
    link = cast.link(nats_broker, timings=Timings(resync_s=0.5, calm_s=0.3, settle_s=0.1)).link
    hub = cast.hub(nats_broker)
    turning.until(lambda: link.details()["broker"])
    hub.online()
    hub.manifest({"run/2021-01-20.g1": 1, "something/later": 4})
    hub.beat()
    turning.until(lambda: [r for r in hub.requests if r.kind == "resync"])
    asked = next(r for r in hub.requests if r.kind == "resync")
    assert asked.entities == ("run/2021-01-20.g1",)
    assert link.mode is LinkMode.SYNCING
    hub.say(make.run("G1"))
    turning.until(lambda: link.mode is LinkMode.ONLINE, PATIENCE_S)


def test_who_misses_very_much_asks_for_everything(nats_broker, turning, cast):
    link = cast.link(nats_broker, timings=Timings(resync_s=0.5, calm_s=0.3, settle_s=0.1)).link
    hub = cast.hub(nats_broker)
    turning.until(lambda: link.details()["broker"])
    hub.online()
    hub.manifest({f"run/2021-01-20.g{number}": 1 for number in range(RESYNC_NAMED + 1)})
    hub.beat()
    turning.until(lambda: [r for r in hub.requests if r.kind == "resync"], PATIENCE_S)
    assert next(r for r in hub.requests if r.kind == "resync").entities == ()


def test_what_the_broker_lost_on_the_way_comes_by_a_replay(broker, turning, cast, make):
    told = cast.link(broker)
    link = told.link
    hub = cast.hub(broker)
    turning.until(lambda: link.details()["broker"])
    hub.say(make.run("G1"))
    turning.until(link.runs)
    link._knowledge.mirror = Mirror()  # as if it had never come
    hub.online()
    hub.manifest()
    hub.beat()
    turning.until(lambda: link.mode is LinkMode.SYNCING)
    turning.until(lambda: link.mode is LinkMode.ONLINE, PATIENCE_S)
    assert set(link.runs()) == {make.run("G1").run_id}
    assert not [r for r in hub.requests if r.kind == "resync"]


def test_a_damaged_cache_is_said_and_the_link_goes_on(
    nats_broker, turning, cast, tmp_path, log_lines, make
):
    (tmp_path / "cache.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    link = cast.link(nats_broker).link
    assert [x["event"] for x in log_lines].count("cache.damaged") == 1
    assert link.status().code is StatusCode.NO_DATA
    hub = cast.hub(nats_broker)
    turning.until(lambda: link.details()["broker"])
    hub.everything(make.run("G1"))
    turning.until(lambda: len(link.runs()) == 1)
    turning.result(link.stop())
    with sqlite3.connect(tmp_path / "cache.db") as database:
        assert database.execute(
            "SELECT count(*) FROM entry WHERE entity LIKE 'run/%'"
        ).fetchone() == (1,)
    database.close()
    assert (tmp_path / "cache.damaged").exists()


def test_a_cache_that_cannot_be_made_stops_nothing(
    nats_broker, turning, cast, tmp_path, log_lines, make
):
    (tmp_path / "cache.db").mkdir()
    link = cast.link(nats_broker).link
    assert [x["event"] for x in log_lines].count("cache.unavailable") == 1
    hub = cast.hub(nats_broker)
    hub.everything(make.run("G1"))
    turning.until(lambda: len(link.runs()) == 1)


@pytest.mark.parametrize("rate", [60.0])
def test_time_runs_at_the_demos_rate(nats_broker, turning, cast, make, rate):
    clock = SystemClock(make.T0, turning.reactor.seconds(), rate, turning.reactor.seconds)
    hub = cast.hub(nats_broker, clock=clock)
    link = cast.link(nats_broker, clock=clock).link
    turning.until(lambda: link.details()["broker"])
    hub.everything()
    turning.until(lambda: link.clock_quality.quality is Quality.SYNCED)
    turning.for_seconds(0.3)
    assert abs((link.now() - clock.now()).total_seconds()) < 0.2 * rate
    assert not link.clock_quality.off


def test_a_run_past_its_validity_is_told_to_be_gone(nats_broker, turning, cast, make):
    told = cast.link(nats_broker)
    hub = cast.hub(nats_broker)
    turning.until(lambda: told.link.details()["broker"])
    go_online(turning, hub, told.link, make.run("G1"))
    run = make.run("G2")
    ends = hub.clock.now() + timedelta(seconds=2)
    body = make.message(run, epoch=1, seq=hub.seq + 1, rev=1, valid_until=ends)
    hub.send(hub.topics.run(run.run_id), encode(body))
    turning.until(lambda: told.runs and run.run_id in told.runs[-1])
    assert run.run_id in told.link.runs()
    told.runs.clear()
    turning.until(lambda: told.runs == [frozenset({run.run_id})], PATIENCE_S)
    assert set(told.link.runs()) == {make.run("G1").run_id}
