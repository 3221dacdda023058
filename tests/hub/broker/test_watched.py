import os
from datetime import UTC, datetime

from hub.broker import authority
from hub.broker.watched import Watched
from station_config.runtime.deployment import TlsSettings


class Supervised:
    """A supervisor, as far as it is asked."""

    def __init__(self, pid):
        self._pid = pid

    def pid(self, name):
        assert name == "nats"
        return self._pid

    def starts(self, _name):
        return 2


def told(watched):
    return {
        sample.name: sample.value
        for family in watched.figures().registry.collect()
        for sample in family.samples
    }


def test_a_broker_that_runs():
    watched = Watched(Supervised(os.getpid()), "nats", None)
    found = told(watched)
    assert watched.health().ok
    assert found["station_broker_up"] == 1
    assert found["station_broker_starts_total"] == 2
    assert found["station_broker_memory_bytes"] > 1_000_000
    assert "station_broker_certificate_days" not in found
    assert found["station_figures_unread_total"] == 0


def test_a_broker_that_is_down():
    watched = Watched(Supervised(None), "nats", None)
    assert not watched.health().ok
    assert "not running" in watched.health().details["reasons"][0]
    assert told(watched)["station_broker_up"] == 0


def test_a_certificate_that_ends_soon_is_told_and_is_no_failure(tmp_path):
    now = datetime.now(UTC)  # noqa: TID251 - it is judged by the system's clock
    authority.init(tmp_path / "tls", "t", now)
    cert = authority.issue(tmp_path / "tls", "broker", now, sans=["x"], days=7)
    watched = Watched(Supervised(1), "nats", TlsSettings(ca=tmp_path / "tls" / "ca.pem", cert=cert))
    health = watched.health()
    assert health.ok
    assert "ends in 7 days" in health.details["reasons"][0]
    assert 6.9 < told(watched)["station_broker_certificate_days"] <= 7
