"""Notices on a subsystem: by a real broker, in autonomy, after a restart alone."""

from __future__ import annotations

from datetime import timedelta

from protocol.messages import LinkMode
from protocol.notices import Notice, NoticeKind
from station_config.runtime.clocks import SystemClock
from subsystems.kit.notices import announced, meant_for, told

MINUTE = timedelta(minutes=1)


def notice(name="n1", kind=NoticeKind.INFORMATION, **more):
    return Notice(notice_id=name, kind=kind, text={"zh": "东口关闭"}, **more)


def names(notices):
    return [each.notice_id for each in notices]


def test_only_what_is_meant_for_the_device_is_told():
    given = (
        notice("all"),
        notice("boards", kinds=("display",)),
        notice("speakers", kinds=("speaker",)),
        notice("hall", zones=("hall",)),
        notice("exit", zones=("exit", "forecourt")),
    )
    assert names(meant_for(given, "display", {"hall"})) == ["all", "boards", "hall"]
    assert names(meant_for(given, "display", ())) == ["all", "boards"]


def test_what_is_to_come_is_announced_and_not_told(make):
    coming = notice(begins_at=make.T0 + MINUTE, ends_at=make.T0 + 2 * MINUTE)
    found = announced([make.message(coming)], make.T0)
    assert (found, told(found, make.T0)) == ((coming,), ())
    assert told(found, make.T0 + MINUTE) == (coming,)
    assert announced([make.message(coming)], make.T0 + 2 * MINUTE) == ()
    past = make.message(notice(), valid_until=make.T0 - MINUTE)
    assert announced([past], make.T0) == ()


def go_online(turning, hub, link, *bodies):
    turning.until(lambda: link.link.details()["broker"])
    hub.everything(*bodies)
    turning.until(lambda: link.link.mode is LinkMode.ONLINE)


def test_it_is_told_changed_and_gone_with_the_hubs_word(broker, cast, turning):
    hub, link = cast.hub(broker), cast.link(broker)
    go_online(turning, hub, link, notice())
    assert names(link.link.notices()) == ["n1"]
    before = link.statuses
    hub.say(notice(kind=NoticeKind.EMERGENCY))
    turning.until(lambda: [n.kind for n in link.link.notices()] == [NoticeKind.EMERGENCY])
    turning.until(lambda: link.statuses > before)
    del hub.revs["notice/n1"]
    hub.manifest()
    turning.until(lambda: link.link.notices() == ())


def test_alone_and_after_a_restart_it_begins_and_ends_by_the_clock(nats_broker, cast, turning):
    hub, link = cast.hub(nats_broker), cast.link(nats_broker)
    start = hub.clock.now()
    go_online(
        turning,
        hub,
        link,
        notice(begins_at=start + 60 * MINUTE, ends_at=start + 180 * MINUTE),
    )
    assert link.link.notices() == ()
    turning.result(link.link.stop())
    nats_broker.kill()
    for minutes, expected in ((0, []), (61, ["n1"]), (179, ["n1"]), (180, [])):
        wall = turning.reactor.seconds
        clock = SystemClock(start + minutes * MINUTE, wall(), wall=wall)
        later = cast.link(nats_broker, clock=clock)
        assert names(later.link.notices()) == expected
        assert names(later.link.announced()) == ([] if minutes == 180 else ["n1"])
        turning.result(later.link.stop())
    nats_broker.start()
