"""Identifiers can always stand in a topic."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol.errors import OperatorError
from protocol.identifiers import MAX_LENGTH, check_identifier, make_message_id, make_run_id, slug

DAY = date(2021, 1, 20)


@pytest.mark.parametrize("text", ["a", "hohhot-east", "2021-01-20.z180", "0" * MAX_LENGTH])
def test_an_identifier_is_given_back(text):
    assert check_identifier(text) == text


@pytest.mark.parametrize("text", ["", "A", "a b", "a/b", "a+", "#", "é", "a\n", "0" * 41])
def test_what_cannot_stand_in_a_topic_is_refused_with_its_place(text):
    with pytest.raises(OperatorError, match="is not an identifier") as caught:
        check_identifier(text, where="station.xml:2")
    assert caught.value.where == "station.xml:2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Z180", "z180"),
        ("K274/K275", "k274-k275"),
        ("ICE 9", "ice-9"),
        ("Ｇ１", "g1"),  # full-width
        ("客1", "5ba21"),
        ("/", "-"),
        ("", "-"),
    ],
)
def test_slugs(text, expected):
    assert slug(text) == expected


@given(st.text(max_size=60), st.dates(), st.integers(1, 99))
def test_every_run_id_is_an_identifier(number, day, nth):
    run_id = make_run_id(day, number, nth)
    assert check_identifier(run_id) == run_id
    assert run_id.startswith(f"{day.isoformat()}.")
    assert nth == 1 or run_id.endswith(f".{nth}")


@given(st.text("ABCKZ0123456789", min_size=1, max_size=12), st.integers(1, 9), st.integers(1, 9))
def test_runs_of_one_number_on_one_date_have_different_ids(number, one, other):
    assume(one != other)
    assert make_run_id(DAY, number, one) != make_run_id(DAY, number, other)


def test_a_run_id_says_date_and_number():
    assert make_run_id(DAY, "Z180") == "2021-01-20.z180"
    assert make_run_id(DAY, "Z180", 2) == "2021-01-20.z180.2"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_message_id_is_a_uuid_of_version_7_with_its_time(unix_ms, entropy):
    made = UUID(make_message_id(unix_ms, entropy))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == unix_ms
    # 74 of the 80 bits given are in it
    assert made.int & 0xFFF << 64 == (int.from_bytes(entropy[:2]) & 0xFFF) << 64
    assert made.int & (1 << 62) - 1 == int.from_bytes(entropy[2:]) & (1 << 62) - 1


def test_the_example_of_rfc_9562():
    entropy = bytes.fromhex("0cc318c4dc0c0c07398f")
    assert make_message_id(0x017F22E279B0, entropy) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize("size", [0, 9, 11])
def test_a_message_id_takes_ten_bytes_of_entropy(size):
    with pytest.raises(ValueError, match=f"10 bytes of entropy, not {size}"):
        make_message_id(0, bytes(size))
