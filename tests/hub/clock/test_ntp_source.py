"""Asking a server of NTP, over a real socket."""

from __future__ import annotations

import pytest

from hub.clock.making import make_sources
from hub.clock.ntp_source import STRANGE
from hub.clock.readings import Trust
from protocol.errors import OperatorError
from station_config.runtime.deployment import TimeSettings
from tests.hub.clock.conftest import error_s


@pytest.fixture
def asking(world):
    """Returns what asks a server of the world."""

    def ask(port, host="127.0.0.1", poll_s=1.0):
        settings = TimeSettings(name="n", kind="ntp", host=host, port=port, poll_s=poll_s)
        (source,) = make_sources((settings,), world.around())
        return world.running(source)

    return ask


def test_the_time_is_within_what_is_admitted(world, asking):
    _, port = world.ntp()
    asking(port)
    world.turning.until(lambda: len(world.readings) >= 2)
    reading = world.readings[-1]
    assert abs(error_s(reading)) <= reading.uncertainty_s + 0.002
    assert reading.uncertainty_s < 0.1
    assert (reading.trust, reading.stratum, reading.reference) == (Trust.SYNCED, 1, "GPS")
    assert reading.distance_s == pytest.approx(0.001, abs=1e-4)


def test_an_answer_that_is_late_on_one_way_is_within_half_its_round_trip(world, asking):
    server, port = world.ntp()
    server.faults.jitter_s = 0.3
    asking(port)
    world.turning.until(lambda: len(world.readings) >= 3)
    for reading in world.readings:
        assert reading.uncertainty_s > 0
        assert abs(error_s(reading)) <= reading.uncertainty_s + 0.005


def test_one_that_says_that_it_does_not_know_is_refused(world, asking):
    server, port = world.ntp()
    server.faults.never_synced = True
    source = asking(port)
    world.turning.until(lambda: world.readings)
    assert world.readings[-1].trust is Trust.REFUSED
    assert "not synchronised" in source.why


def test_one_too_far_from_its_reference_is_refused(world, asking):
    server, port = world.ntp()
    server.root_dispersion_s = 3.0
    source = asking(port)
    world.turning.until(lambda: world.readings)
    assert world.readings[-1].trust is Trust.REFUSED
    assert "3.0 s from its reference" in source.why


def test_a_leap_second_is_passed_on(world, asking):
    server, port = world.ntp()
    server.faults.leap = 1
    asking(port)
    world.turning.until(lambda: world.readings)
    assert world.readings[-1].leap == 1


def test_the_kiss_of_rate_makes_it_ask_less_often_and_deny_never_more(world, asking):
    server, port = world.ntp()
    server.kiss = "RATE"
    source = asking(port, poll_s=8.0)
    world.turning.until(lambda: source.rejected)
    assert source.every_s == 16.0
    assert source.why == "kiss of death RATE"
    server.kiss = "DENY"
    world.turning.until(lambda: source.why == "kiss of death DENY")
    assert source.transport is None
    assert world.readings == []


def test_what_answers_nothing_that_was_asked_is_dropped(world, asking):
    server, port = world.ntp()
    server.faults.silent = True
    source = asking(port)
    world.turning.until(lambda: server.asked)
    ours = source.transport.getHost().port
    source.datagramReceived(bytes(48), ("127.0.0.1", ours))
    source.datagramReceived(b"short", ("127.0.0.1", ours))
    assert source.rejected == 2
    assert world.readings == []


def test_damage_is_never_taken_for_another_time(world, asking):
    server, port = world.ntp()
    server.faults.garbage = 1.0
    source = asking(port)
    world.turning.until(lambda: source.rejected + len(world.readings) >= 4)
    assert source.rejected == 0 or source.why in {STRANGE, ""} or source.why


def test_a_server_that_is_away_is_asked_until_it_is_back(world, asking):
    server, port = world.ntp()
    reactor = world.turning.reactor
    world.turning.result(server.transport.stopListening())
    source = asking(port)
    world.turning.until(lambda: source._questions >= 3)
    back = reactor.listenUDP(port, server, interface="127.0.0.1")
    world.turning.until(lambda: world.readings)
    world.turning.result(back.stopListening())


def test_a_name_is_looked_up(world, asking):
    _, port = world.ntp()
    asking(port, host="localhost")
    world.turning.until(lambda: world.readings)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"name": "n", "kind": "ntp"}, "needs its host"),
        ({"name": "n", "kind": "telegram"}, "needs its device"),
        ({"name": "", "kind": "system"}, "a name of its own"),
    ],
)
def test_what_an_operator_forgot_is_told(world, settings, why):
    with pytest.raises(OperatorError, match=why):
        make_sources((TimeSettings(**settings),), world.around())
