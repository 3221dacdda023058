"""The Meinberg string: frozen strings, flags, the 60th second."""

# ruff: noqa: DTZ001 - wall-clock times without a zone are what is written

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.meinberg import (
    LENGTH,
    MeinbergString,
    decode_meinberg,
    encode_meinberg,
    meinberg_framer,
)

FROZEN = {
    b"\x02D:22.11.26;T:7;U:18.04.59;  U \x03": MeinbergString(
        datetime(2026, 11, 22, 18, 4, 59), utc=True
    ),
    b"\x02D:31.12.16;T:6;U:23.59.60;  UA\x03": MeinbergString(
        datetime(2016, 12, 31, 23, 59, 59), leap_second=True, utc=True, leap_announced=True
    ),
    b"\x02D:29.03.26;T:7;U:01.30.00;#* !\x03": MeinbergString(
        datetime(2026, 3, 29, 1, 30), never_synced=True, holdover=True, change_announced=True
    ),
    b"\x02D:05.07.26;T:7;U:00.00.00; *S \x03": MeinbergString(
        datetime(2026, 7, 5), holdover=True, summer=True
    ),
}


@pytest.mark.parametrize("octets", FROZEN)
def test_frozen_strings(octets):
    assert decode_meinberg(octets) == FROZEN[octets]
    assert encode_meinberg(FROZEN[octets]) == octets


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"\x02D:22.11.26;T:6;U:18.04.59;  U \x03", "weekday"),
        (b"\x02D:32.11.26;T:7;U:18.04.59;  U \x03", "no time"),
        (b"\x02D:22.11.26;T:7;U:18.04.61;  U \x03", "no time"),
        (b"\x02D:22.11.26;T:7;U:18.04.59;?? ?\x03", "no Meinberg"),
        (b"\x02D:22.11.26;T:7;U:18.04.59;  U  ", "no Meinberg"),
    ],
)
def test_what_is_none_is_refused(octets, why):
    with pytest.raises(DeviceError, match=why):
        decode_meinberg(octets)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["utc", "summer", None]),
    st.booleans(),
)
def test_what_is_written_is_read(local, never, holdover, zone, leap):
    told = MeinbergString(
        local.replace(microsecond=0),
        never_synced=never,
        holdover=holdover,
        utc=zone == "utc",
        summer=zone == "summer",
        leap_announced=leap,
    )
    octets = encode_meinberg(told)
    assert len(octets) == LENGTH
    with_parity = bytes(each | (0x80 if each.bit_count() % 2 else 0) for each in octets)
    assert [each.value for each in meinberg_framer().feed(with_parity)] == [told]
