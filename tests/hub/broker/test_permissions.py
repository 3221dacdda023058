import pytest

from hub.broker.permissions import station_permissions
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
        "pis/1/test.station/grp/clock/+/cmd",
        "pis/1/test.station/dev/clock-1/cmd",
        "pis/1/test.station/dev/clock-1/want",
        "pis/1/test.station/dev/clock-1/cfg",
        "pis/1/test.station/dev/clock-1/resp",
    )
    assert clock.writes == tuple(
        f"pis/1/test.station/dev/clock-1/{leaf}"
        for leaf in ("state", "desc", "ack", "evt", "health", "req")
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
