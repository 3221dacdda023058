from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import OperatorError
from simulators.line.faults import CLEAN, FaultSettings, LineFaults, Silence, seconds_on_the_wire

DATA = bytes(range(256)) * 800  # 204,800 bytes


def carry(settings, data=DATA, seed=1, grain=115):
    faults = LineFaults(settings, Random(seed))
    pieces = [data[at : at + grain] for at in range(0, len(data), grain)]
    arrived = b"".join(faults.carry(p, n * 0.01) for n, p in enumerate(pieces))
    return arrived, faults.counters


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_clean_line_changes_nothing(data, grain):
    arrived, counters = carry(CLEAN, data, grain=grain)
    assert arrived == data
    assert (counters.taken, counters.given) == (len(data), len(data))


def test_bits_flip_at_the_given_rate_and_are_counted():
    arrived, counters = carry(FaultSettings(bit_error_rate=1e-3))
    wrong = sum((a ^ b).bit_count() for a, b in zip(arrived, DATA, strict=True))
    assert wrong == counters.bits_flipped
    assert 1450 < wrong < 1830  # 1,638 expected, 4.7 standard deviations either way


def test_bytes_are_lost_at_the_given_rate():
    arrived, counters = carry(FaultSettings(drop=0.01))
    assert len(arrived) == len(DATA) - counters.dropped
    assert 1850 < counters.dropped < 2250


def test_bytes_are_added_at_the_given_rate():
    arrived, counters = carry(FaultSettings(insert=0.01))
    assert len(arrived) == len(DATA) + counters.inserted
    assert 1850 < counters.inserted < 2250


def test_a_burst_runs_on_over_a_cut():
    settings = FaultSettings(burst=1.0, burst_bytes=50)
    arrived, _ = carry(settings, bytes(4000), grain=7)
    assert len(arrived) == 4000
    assert arrived.count(0) < 60


def test_bursts_begin_at_the_given_rate_and_have_their_length():
    arrived, counters = carry(FaultSettings(burst=1e-4, burst_bytes=20))
    wrong = sum(a != b for a, b in zip(arrived, DATA, strict=True))
    assert 8 < counters.bursts < 40
    assert 0.8 * 20 * counters.bursts < wrong <= 20 * counters.bursts


def test_where_the_stream_is_cut_changes_no_single_fault():
    settings = FaultSettings(bit_error_rate=1e-4)
    assert carry(settings, grain=1)[0] == carry(settings, grain=4096)[0]


def test_the_same_seed_gives_the_same_line():
    settings = FaultSettings(bit_error_rate=1e-4, drop=1e-3, insert=1e-3, burst=1e-4, stuck=1e-4)
    assert carry(settings, seed=5) == carry(settings, seed=5)
    assert carry(settings, seed=5) != carry(settings, seed=6)


def test_a_wrong_speed_garbles():
    arrived, counters = carry(FaultSettings(receiver_ratio=0.5), DATA[:2048])
    assert counters.garbled == len(arrived)
    assert arrived != DATA[:2048]


def test_a_line_falls_silent_and_comes_back():
    faults = LineFaults(FaultSettings(stuck=1.0, silence_seconds=2.0), Random(1))
    assert faults.carry(b"abc", 10.0) == b""
    assert faults.carry(b"def", 11.9) == b""
    assert faults.counters.silenced == 6


def test_a_break_reads_as_one_zero():
    faults = LineFaults(FaultSettings(brk=1.0, silence_seconds=2.0), Random(1))
    assert faults.carry(b"abc", 10.0) == b"\x00"
    assert faults.carry(b"def", 11.0) == b""


def test_a_line_is_silenced_by_hand():
    faults = LineFaults(CLEAN, Random(1))
    faults.silence = Silence.STUCK
    assert faults.carry(b"abc", 1.0) == b""
    faults.silence = Silence.BREAK
    assert faults.carry(b"abc", 2.0) == b"\x00"
    assert faults.carry(b"abc", 3.0) == b""
    faults.silence = None
    assert faults.carry(b"abc", 4.0) == b"abc"


@pytest.mark.parametrize(
    "wrong", [{"drop": -0.1}, {"insert": 1.5}, {"receiver_ratio": 0.0}, {"burst_bytes": 0}]
)
def test_what_is_no_probability_and_no_speed_is_refused(wrong):
    with pytest.raises(OperatorError):
        FaultSettings(**wrong)


def test_a_byte_is_ten_bits_on_the_wire():
    assert seconds_on_the_wire(960, 9600) == 1.0
