import pytest

from hub.broker.permissions import device_permissions, station_permissions
from protocol.errors import OperatorError
from protocol.topics import Topics

TOPICS = Topics("test.station")


def test_a_device_reads_what_is_for_all_its_group_and_itself_and_writes_its_own():
    hub, clock = station_permissions(TOPICS, hub="hub", devices={"clock-1": "clock"})
    assert hub.reads == hub.writes == ("pis/1/test.station/#",)
    assert clock.reads == (
        "pis/1/test.station/hub/+",
        "pis/1/test.station/run/+",
        "pis/1/test.station/plan/+",
        "pis/1/test.station/notice/+",
        "pis/1/test.station/event/+",
        "pis/1/test.station/spoken",
        "pis/1/test.station/grp/clock/+/cmd",
        "pis/1/test.station/dev/clock-1/cmd",
        "pis/1/test.station/dev/clock-1/want",
        "pis/1/test.station/dev/clock-1/cfg",
        "pis/1/test.station/dev/clock-1/resp",
    )
    assert clock.writes == tuple(
        f"pis/1/test.station/dev/clock-1/{leaf}"
        for leaf in ("state", "desc", "ack", "evt", "health", "req", "said")
    )


@pytest.mark.parametrize("bad", ["+", "#", "a/b", "", "Ä", "../hub"])
def test_an_identifier_that_would_widen_a_filter_is_refused(bad):
    with pytest.raises(OperatorError):
        station_permissions(TOPICS, hub="hub", devices={bad: "clock"})
    with pytest.raises(OperatorError):
        station_permissions(TOPICS, hub="hub", devices={"clock-1": bad})


def test_a_device_called_as_the_hub_is_refused():
    with pytest.raises(OperatorError, match="both called 'hub'"):
        station_permissions(TOPICS, hub="hub", devices={"hub": "display"})


def test_a_device_in_zones_hears_its_zones_and_what_is_for_all():
    hall = device_permissions(TOPICS, "board-7", "display", ["hall-1", "hall-2"])
    assert [topic for topic in hall.reads if "/grp/" in topic] == [
        f"pis/1/test.station/grp/display/{zone}/cmd" for zone in ("hall-1", "hall-2", "all")
    ]


def test_a_watcher_hears_how_everybody_is_and_says_nothing():
    *_, watcher = station_permissions(TOPICS, hub="hub", devices={}, watchers=["duty"])
    assert watcher.writes == ()
    assert "pis/1/test.station/dev/+/state" in watcher.reads
    assert not any(
        leaf in topic
        for topic in watcher.reads
        for leaf in ("cmd", "want", "cfg", "resp", "req", "run", "#")
    )


def test_a_second_hub_may_what_the_first_may():
    first, second = station_permissions(TOPICS, hub="hub-a", devices={}, hubs=["hub-b"])
    assert second.user == "hub-b"
    assert (second.reads, second.writes) == (first.reads, first.writes)


@pytest.mark.parametrize("zone", ["+", "#", "a/b", ""])
def test_a_zone_that_would_widen_a_filter_is_refused(zone):
    with pytest.raises(OperatorError):
        station_permissions(TOPICS, hub="hub", devices={"d": "k"}, zones={"d": [zone]})


@pytest.mark.parametrize(
    ("hubs", "watchers", "why"),
    [
        (["hub"], [], "the hub and a hub are both called 'hub'"),
        (["clock-1"], [], "the hub and a device are both called 'clock-1'"),
        ([], ["clock-1"], "the device and a watcher are both called 'clock-1'"),
    ],
)
def test_no_two_users_are_called_alike(hubs, watchers, why):
    with pytest.raises(OperatorError, match=why):
        station_permissions(
            TOPICS, hub="hub", devices={"clock-1": "clock"}, hubs=hubs, watchers=watchers
        )
