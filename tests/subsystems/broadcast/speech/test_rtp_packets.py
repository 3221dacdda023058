"""Packets, reports and codecs."""

from __future__ import annotations

import math
import struct
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsystems.broadcast.speech import rtp_packets as rtp
from subsystems.broadcast.speech.mixer import pcm_of


@given(
    sequence=st.integers(0, 1 << 40),
    timestamp=st.integers(0, 1 << 40),
    ssrc=st.integers(0, (1 << 32) - 1),
    payload=st.binary(max_size=100),
    marker=st.booleans(),
)
def test_a_packet_holds_what_it_was_given(sequence, timestamp, ssrc, payload, marker):
    made = rtp.packet(rtp.CODECS["L16"], sequence, timestamp, ssrc, payload, marker=marker)
    first, kind, number, ticks, source = struct.unpack("!BBHII", made[:12])
    assert (first, kind & 0x7F, bool(kind & 0x80)) == (0x80, 96, marker)
    assert (number, ticks, source) == (sequence % (1 << 16), timestamp % (1 << 32), ssrc)
    assert made[12:] == payload


def test_control_packets_tell_their_length():
    for made in (
        rtp.sender_report(1, 1.25, 2, 3, 4),
        rtp.description(1, "name@host"),
        rtp.description(1, "n" * 300),
        rtp.bye(1),
    ):
        assert len(made) == 4 * (struct.unpack("!H", made[2:4])[0] + 1)


def test_a_description_says_what_players_need():
    made = rtp.sdp(
        "hall", rtp.CODECS["PCMU"], "239.1.1.1", 5004, ttl=3, source="10.0.0.1", multicast=True
    )
    assert "c=IN IP4 239.1.1.1/3\r\n" in made
    assert "m=audio 5004 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000/1\r\n" in made
    assert "/3" not in rtp.sdp(
        "hall", rtp.CODECS["L16"], "10.0.0.2", 5004, ttl=3, source="x", multicast=False
    )


def expand(code):
    """Decode µ-law after the text of G.711."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 132 << (code >> 4 & 7)) - 132
    return -magnitude if code & 0x80 else magnitude


@given(st.integers(-32768, 32767))
def test_mu_law_is_close_and_has_the_sign(sample):
    decoded = expand(rtp.ulaw(sample))
    assert abs(decoded - sample) <= max(8, abs(sample) / 16)
    assert decoded * sample >= 0


def test_mu_law_of_silence_and_extremes():
    assert [rtp.ulaw(value) for value in (0, 32767, -32768)] == [0xFF, 0x80, 0x00]


def gain(frequency):
    """Return how loud a tone leaves the PCMU encoder."""
    at = np.arange(1600)
    tone = np.rint(20000 * np.sin(2 * np.pi * frequency * at / 16000)).astype("<i2")
    encoder = rtp.PcmuEncoder()
    out = b"".join(encoder.encode(tone[n : n + 320].tobytes()) for n in range(0, 1600, 320))
    heard = np.array([expand(each) for each in out])[100:]
    return 20 * math.log10(max(1e-9, np.sqrt((heard**2.0).mean()) / (20000 / math.sqrt(2))))


def test_half_the_rate_keeps_speech_and_drops_what_would_fold():
    assert all(abs(gain(frequency)) < 0.6 for frequency in (200, 500, 1000, 2000, 3000))
    assert all(gain(frequency) < -25 for frequency in (5500, 6000, 7000))


def test_frames_join_without_a_seam():
    at = np.arange(640)
    tone = np.rint(8000 * np.sin(at / 9)).astype("<i2").tobytes()
    once, twice = rtp.PcmuEncoder(), rtp.PcmuEncoder()
    assert once.encode(tone) == twice.encode(tone[:640]) + twice.encode(tone[640:])


def test_silence_costs_nothing_and_comes_out_as_silence():
    encoder = rtp.PcmuEncoder()
    assert encoder.encode(bytes(640)) == b"\xff" * 160
    assert len(encoder.encode(pcm_of(array("h", [9] * 320)))) == 160
    assert len(encoder.encode(bytes(640))) == 160
    assert encoder.encode(bytes(640)) == b"\xff" * 160


@pytest.mark.parametrize("name", rtp.CODECS)
def test_a_frame_lasts_twenty_milliseconds(name):
    codec = rtp.CODECS[name]
    assert codec.ticks / codec.clock == rtp.FRAME_S
