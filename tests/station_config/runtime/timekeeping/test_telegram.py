"""The telegram of Chinese master clocks: the published frame, sums, contradictions."""

# ruff: noqa: DTZ001 - wall-clock times without a zone are what is written

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.telegram import (
    LENGTH,
    Span,
    Telegram,
    decode_telegram,
    encode_telegram,
    telegram_framer,
)

PUBLISHED = bytes.fromhex("eb9047323030393033333132313032343336" + "3b0d1a")
"""2009-03-31, a Tuesday, 10:24:36, following GPS (360docs 299322678; sum over the payload)."""


def test_the_published_frame():
    told = decode_telegram(PUBLISHED)
    assert told == Telegram(datetime(2009, 3, 31, 10, 24, 36), locked=True)
    assert encode_telegram(told) == PUBLISHED


def test_the_sums_span_is_configuration():
    told = Telegram(datetime(2026, 11, 22, 18, 0, 0), locked=False)
    for span in Span:
        octets = encode_telegram(told, span=span)
        assert len(octets) == LENGTH
        assert decode_telegram(octets, span=span) == told
    with pytest.raises(DeviceError, match="sum over its frame"):
        decode_telegram(PUBLISHED, span=Span.FRAME)
    assert decode_telegram(PUBLISHED, span=Span.NONE).locked


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (PUBLISHED[:-1], "head or tail"),
        (PUBLISHED[:2] + b"X" + PUBLISHED[3:], "says"),
        (PUBLISHED.replace(b"0331", b"0231"), "no time"),
        (PUBLISHED.replace(b"03312", b"03313"), "weekday"),
        (PUBLISHED.replace(b"24", b"2x"), "says"),
    ],
)
def test_what_contradicts_itself_is_refused(octets, why):
    with pytest.raises(DeviceError, match=why):
        decode_telegram(octets, span=Span.NONE)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)),
    st.booleans(),
    st.sampled_from(list(Span)),
)
def test_what_is_written_is_read(local, locked, span):
    told = Telegram(local.replace(microsecond=0), locked)
    octets = encode_telegram(told, span=span)
    assert [each.value for each in telegram_framer(span).feed(b"\xeb" + octets)] == [told]


@given(st.integers(0, LENGTH - 1), st.integers(1, 255))
def test_no_single_damaged_octet_gives_another_time(at, damage):
    octets = bytearray(PUBLISHED)
    octets[at] ^= damage
    with pytest.raises(DeviceError):
        decode_telegram(bytes(octets))
