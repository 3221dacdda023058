from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulators.line.uart import line_levels, sample


def test_a_byte_is_start_data_from_the_low_end_and_stop():
    assert list(line_levels(b"\x13")) == [0, 1, 1, 0, 0, 1, 0, 0, 0, 1]


@given(st.binary(max_size=40), st.floats(0.97, 1.03))
def test_a_speed_three_per_cent_off_is_harmless(data, ratio):
    assert sample(line_levels(data), ratio) == data


def test_half_and_double_speed_garble():
    data = bytes(range(256))
    for ratio in (0.5, 2.0, 0.9, 1.1):
        assert sample(line_levels(data), ratio) != data


def test_double_speed_reads_one_byte_as_two_as_the_levels_say():
    # 0x55 at half speed: idle 0 1 0 1 ... each level two receiver bits long: 00 11 00 11 00 11 ...
    # start=0, data from the low end = 0 1 1 0 0 1 1 0, stop = 0 (missing)
    assert sample(line_levels(b"\x55"), 2.0)[0] == 0b01100110


@given(st.binary(max_size=60), st.floats(0.2, 5.0))
def test_any_speed_reads_something_and_ends(data, ratio):
    assert len(sample(line_levels(data), ratio)) <= 10 * len(data)
