"""Packets of NTP: bit by bit, and against a peer's reading of the same octets."""

from __future__ import annotations

import ntplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.ntp import ERA, NtpPacket, timestamp, unix_of

FROZEN = bytes.fromhex(
    "24010 6ec 0000 0ccd 0000 2000 47505300"
    "eeac6e00 00000000 eeac6e10 80000000 eeac6e10 a0000000 eeac6e10 a0000001".replace(" ", "")
)


def test_a_frozen_answer():
    packet = NtpPacket.from_bytes(FROZEN)
    assert (packet.leap, packet.version, packet.mode, packet.stratum) == (0, 4, 4, 1)
    assert (packet.poll, packet.precision, packet.reference) == (6, -20, b"GPS\0")
    assert packet.root_delay_s == pytest.approx(0.05, abs=1e-4)
    assert packet.root_dispersion_s == 0.125
    assert packet.transmitted - packet.received == 1
    assert packet.to_bytes() == FROZEN


def test_a_peer_reads_the_same():
    theirs = ntplib.NTPPacket()
    theirs.from_data(FROZEN)
    ours = NtpPacket.from_bytes(FROZEN)
    assert (theirs.leap, theirs.version, theirs.mode) == (ours.leap, ours.version, ours.mode)
    assert (theirs.stratum, theirs.root_delay) == (ours.stratum, ours.root_delay_s)
    told = ntplib.ntp_to_system_time(theirs.tx_timestamp)
    assert told == pytest.approx(unix_of(ours.transmitted, 1.8e9), abs=1e-5)


def test_too_short_is_none_and_what_follows_is_not_looked_at():
    with pytest.raises(DeviceError, match="47 octets"):
        NtpPacket.from_bytes(FROZEN[:47])
    assert NtpPacket.from_bytes(FROZEN + b"extension") == NtpPacket.from_bytes(FROZEN)


@given(st.binary(min_size=48, max_size=48))
def test_every_packet_is_returned_bit_by_bit(octets):
    assert NtpPacket.from_bytes(octets).to_bytes() == octets


@given(st.floats(0, 5e9))
def test_timestamps_in_this_era_and_the_next(unix):
    stamp = timestamp(unix)
    assert 0 <= stamp < ERA * ERA
    assert unix_of(stamp, unix + 1e6) == pytest.approx(unix, abs=1e-6)
