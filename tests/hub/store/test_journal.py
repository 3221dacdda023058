"""What stands in the journal comes back as it was."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import station_config
from hub.store.journal import (
    Output,
    decode_change,
    decode_output,
    decode_station,
    encode_change,
    encode_output,
    encode_station,
    fingerprint,
)
from hub.store.packed import pack, unpack
from protocol.errors import OperatorError
from station_config.load import load_station

HOHHOT = Path(station_config.__file__).parent / "stations" / "hohhot_east"


@given(st.binary(max_size=3000), st.sampled_from([1, 9]))
def test_what_is_packed_comes_back(data, level):
    assert unpack(pack(data, level)) == data


@pytest.mark.parametrize("data", [b"", b"nothing", pack(b"x" * 500)[:-3], pack(b"x")[:6]])
def test_what_was_not_packed_is_refused(data):
    with pytest.raises(ValueError, match="not a packed body"):
        unpack(data)


@given(st.integers(0, 10**9), st.none() | st.binary(max_size=500))
def test_outputs(rev, body):
    assert decode_output(encode_output(rev, body)) == Output(rev, body)


def test_inputs(build):
    for change in (
        build.upsert(build.plan(estimated_arrival=build.at("10:07:30"))),
        build.upsert(build.log(step=build.Step.DEPARTED, actual_departure=build.at("10:25"))),
        build.delete("plan", "k1"),
    ):
        assert decode_change(encode_change(change)) == change
    with pytest.raises(msgspec.ValidationError, match="neither"):
        decode_change(b'{"revision": [1, 2]}')


def test_a_station_is_the_same_wherever_it_was_loaded_from(station):
    encoded = encode_station(station)
    moved = replace(station, directory=Path("/elsewhere"))
    assert fingerprint(encode_station(moved)) == fingerprint(encoded)
    other = replace(station, zone="Europe/Berlin")
    assert fingerprint(encode_station(other)) != fingerprint(encoded)
    back = decode_station(pack(encoded, 9))
    assert replace(back, directory=station.directory) == station
    assert back.zone_info is not None
    with pytest.raises(OperatorError, match="cannot read the station"):
        decode_station(pack(b'{"id": "x"}'))


def test_a_shipped_station_comes_back():
    found = load_station(HOHHOT)
    back = decode_station(pack(encode_station(found), 9))
    assert replace(back, directory=found.directory) == found
