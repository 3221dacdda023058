"""Which end a train uses, as far as the configuration tells."""

from __future__ import annotations

import pytest

from station_config.diagram import End, Numbers, Side, comes_through, leaves_through

ENDS = (
    End(Side.LEFT, {"en": "West"}, Numbers.ODD, ("HARBOUR",)),
    End(Side.RIGHT, {"en": "East"}, Numbers.EVEN),
)


@pytest.mark.parametrize(
    ("number", "leaves"),
    [
        ("K1", Side.LEFT),
        ("G2402", Side.RIGHT),
        ("K274/K275", Side.RIGHT),
        ("ICE", None),
        ("", None),
    ],
)
def test_numbers_tell_both_ends(number, leaves):
    assert leaves_through(ENDS, ("FAR",), number) is leaves
    assert comes_through(ENDS, ("FAR",), number) is (leaves.other if leaves else None)


def test_a_place_weighs_more():
    assert leaves_through(ENDS, ("HARBOUR", "Harbour"), "K2") is Side.LEFT
    assert comes_through(ENDS, ("HARBOUR",), "K1") is Side.LEFT


def test_without_ends_nothing_is_known():
    assert leaves_through((), ("FAR",), "K1") is None
    assert comes_through((), ("FAR",), "K1") is None
