"""What is read of the wire, held against packets that paho makes and bytes in any pieces."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.conformance import wire


def counted(data):
    return struct.pack(">H", len(data)) + data


def packet(kind, body, flags=0):
    length, rest = len(body), b""
    while True:
        length, low = length >> 7, length & 127
        rest += bytes([low | (128 if length else 0)])
        if not length:
            return bytes([kind << 4 | flags]) + rest + body


CONNECT = packet(
    wire.CONNECT,
    counted(b"MQTT")
    + bytes([4, 0b11101110])
    + struct.pack(">H", 30)
    + counted(b"board-1")
    + counted(b"pis/1/x/dev/board-1/state")
    + counted(b"{}")
    + counted(b"board-1")
    + counted(b"secret"),
)
PUBLISH = packet(wire.PUBLISH, counted(b"a/b") + b"\0\7" + b"x" * 300, flags=0b0011)
SUBSCRIBE = packet(wire.SUBSCRIBE, b"\0\1" + counted(b"hub/+") + b"\1" + counted(b"run/+") + b"\0")
SUBACK = packet(wire.SUBACK, b"\0\1\1\0")


@given(st.lists(st.integers(1, 40), max_size=60))
def test_packets_come_whole_out_of_any_pieces(sizes):
    packets, found, data = wire.Packets(), [], CONNECT + PUBLISH + SUBSCRIBE
    for size in [*sizes, len(data)]:
        found += packets.feed(data[:size])
        data = data[size:]
    assert [each.kind for each in found] == [wire.CONNECT, wire.PUBLISH, wire.SUBSCRIBE]
    said = wire.publish_of(found[1])
    assert (said.topic, said.payload, said.qos, said.retain) == ("a/b", b"x" * 300, 1, True)
    assert wire.filters_of(found[2]) == ["hub/+", "run/+"]


def test_a_connect_tells_its_version_user_and_will():
    connect = wire.connect_of(wire.Packets().feed(CONNECT)[0])
    assert (connect.protocol, connect.level, connect.user) == ("MQTT", 4, "board-1")
    assert connect.will == wire.Publish("pis/1/x/dev/board-1/state", b"{}", 1, retain=True)


@pytest.mark.parametrize("data", [b"\x10\xff\xff\xff\xff", b"\x10\xff\xff\xff\x7f"])
def test_what_is_no_mqtt_is_an_error(data):
    with pytest.raises(ValueError, match=r"length|packet of"):
        wire.Packets().feed(data)


@given(st.binary(max_size=40))
def test_a_connect_that_is_cut_short_is_an_error_or_read(body):
    with suppress(ValueError, IndexError):
        wire.connect_of(wire.Packet(wire.CONNECT, 0, body))


def test_a_refusal_turns_the_codes_of_a_suback_and_nothing_else():
    turned = wire.Refusal().turn(PUBLISH + SUBACK + PUBLISH)
    assert turned == PUBLISH + SUBACK[:-2] + b"\x80\x80" + PUBLISH


@settings(deadline=None)
@given(st.integers(1, 50), st.sampled_from([5, 200, 70_000]), st.booleans())
def test_frames_carry_the_same_bytes_masked_or_not(size, length, masked):
    carried = bytes(number & 255 for number in range(length))
    mask = b"\1\2\3\4"
    head = bytes([0x82]) + (
        bytes([length | masked << 7])
        if length < 126
        else bytes([126 | masked << 7]) + struct.pack(">H", length)
        if length < 65536
        else bytes([127 | masked << 7]) + struct.pack(">Q", length)
    )
    body = bytes(b ^ mask[i & 3] for i, b in enumerate(carried)) if masked else carried
    stream = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" + head + mask * masked + body
    frames, found = wire.Frames(), []
    for begin in range(0, len(stream), size * 1000):
        found += frames.feed(stream[begin : begin + size * 1000])
    assert found[0][2] is False
    assert found[1][1:] == (carried, True)
