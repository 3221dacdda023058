"""What a time server answers: what it claims, to whom, how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ntplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.master_clock import MasterClock
from protocol.times import to_unix
from station_config.runtime.timekeeping.ntp import Leap, Mode, NtpPacket, timestamp
from subsystems.clock.sntp import (
    BURST,
    CLIENTS,
    UNKNOWN_STRATUM,
    Patience,
    answer,
    kiss,
    read_request,
    standing,
)
from subsystems.kit.timekeeper import ClockQuality, Quality

NOW = to_unix(datetime(2026, 12, 31, 12, 0, tzinfo=UTC))
MASTER = MasterClock(source="gps", uncertainty_s=0.003, stratum=1)
GOOD = ClockQuality(Quality.SYNCED, 0.01, 0.002, 1.0, 30.0, hub="synced", master=MASTER)


def changed(**given):
    return ClockQuality(**{**GOOD.__dict__, **given})


def master(**given):
    return changed(
        master=MasterClock(**{"source": "gps", "uncertainty_s": 0.003, "stratum": 1, **given})
    )


def test_it_stands_below_the_hub_and_adds_both_uncertainties():
    stands = standing(GOOD, NOW, rate=1.0)
    assert (stands.leap, stands.stratum, stands.synchronised) == (Leap.NONE, 2, True)
    assert stands.root_delay_s / 2 + stands.root_dispersion_s == pytest.approx(0.005)
    assert stands.age_s == 30.0


def test_a_holdover_is_served_with_what_it_may_be_off_by():
    clock = changed(quality=Quality.HOLDOVER, hub="holdover", uncertainty_s=0.4)
    assert standing(clock, NOW, rate=1.0).synchronised
    assert not standing(changed(uncertainty_s=1.2), NOW, rate=1.0).synchronised


@pytest.mark.parametrize(
    "clock",
    [
        ClockQuality(Quality.UNSET),
        changed(hub="system", master=None),
        changed(hub="suspect"),
        changed(hub="simulated", master=None),
        changed(hub=""),
        master(uncertainty_s=None),
    ],
)
def test_where_nobody_vouches_it_says_so(clock):
    stands = standing(clock, NOW, rate=1.0)
    assert (stands.leap, stands.stratum) == (Leap.UNSYNCHRONISED, 16)


def test_a_simulation_is_nobodys_time_whatever_is_wished():
    assert not standing(GOOD, NOW, rate=60.0, local_stratum=10).synchronised
    assert not standing(changed(hub="simulated"), NOW, rate=1.0, local_stratum=10).synchronised


def test_slave_clocks_can_at_least_agree():
    clock = changed(hub="system", master=None)
    stands = standing(clock, NOW, rate=1.0, local_stratum=10)
    assert (stands.stratum, stands.reference, stands.synchronised) == (10, b"LOCL", True)


def test_a_hub_that_does_not_know_its_stratum():
    assert standing(master(stratum=None), NOW, rate=1.0).stratum == UNKNOWN_STRATUM


def test_a_leap_second_is_told_on_its_day():
    at = datetime(2027, 1, 1, tzinfo=UTC)
    inserted = master(leap=1, leap_at=at)
    assert standing(inserted, NOW, rate=1.0).leap is Leap.INSERTED
    assert standing(inserted, NOW - 86_400, rate=1.0).leap is Leap.NONE
    assert standing(master(leap=-1, leap_at=at), NOW, rate=1.0).leap is Leap.LEFT_OUT
    past = master(leap=1, leap_at=at - timedelta(days=1))
    assert standing(past, NOW, rate=1.0).leap is Leap.NONE


def test_a_peer_reads_the_answer():
    asked = NtpPacket(version=3, poll=6, transmitted=0x1234567890ABCDEF)
    octets = answer(asked, standing(GOOD, NOW, rate=1.0), NOW, NOW + 0.001)
    theirs = ntplib.NTPStats()
    theirs.from_data(octets)
    assert (theirs.leap, theirs.version, theirs.mode, theirs.stratum) == (0, 3, 4, 2)
    assert theirs.tx_time == pytest.approx(NOW + 0.001, abs=1e-5)
    assert theirs.tx_timestamp - theirs.ref_timestamp == pytest.approx(30.0, abs=1e-3)
    assert NtpPacket.from_bytes(octets).origin == asked.transmitted


def test_a_kiss_tells_no_time():
    told = NtpPacket.from_bytes(kiss(NtpPacket(transmitted=7), b"RATE"))
    assert (told.stratum, told.reference, told.leap, told.origin) == (0, b"RATE", 3, 7)
    assert told.transmitted == 0


@given(st.binary(max_size=80))
def test_nothing_that_comes_makes_it_fail(octets):
    asked = read_request(octets)
    if asked is not None:
        assert asked.mode == Mode.CLIENT
        answer(asked, standing(GOOD, NOW, rate=1.0), NOW, NOW)


def test_servers_and_broadcasts_are_not_answered():
    for mode in (0, 1, 2, 4, 5, 6, 7):
        assert read_request(NtpPacket(mode=mode, transmitted=timestamp(NOW)).to_bytes()) is None


def test_who_asks_too_often_gets_a_kiss_and_then_nothing():
    patience = Patience()
    said = [patience.ask("a", 0.0) for _ in range(BURST + 3)]
    assert said[:BURST] == [True] * BURST
    assert said.count(False) <= 1
    assert said[-1] is None
    assert patience.ask("b", 0.0) is True
    assert patience.ask("a", 60.0) is True


def test_who_asks_each_minute_is_always_answered_and_memory_is_bounded():
    patience = Patience()
    assert all(patience.ask("a", n * 16.0) for n in range(100))
    for n in range(CLIENTS + 10):
        patience.ask(str(n), 2000.0)
    assert len(patience) == CLIENTS
