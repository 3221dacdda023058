"""Errors name who has to act, and where."""

from __future__ import annotations

import pytest

from protocol.errors import (
    Blame,
    DeviceError,
    FeedError,
    MessageError,
    OperatorError,
    StationError,
)


@pytest.mark.parametrize(
    ("kind", "blame"),
    [
        (StationError, Blame.US),
        (OperatorError, Blame.OPERATOR),
        (FeedError, Blame.FEED),
        (DeviceError, Blame.DEVICE),
        (MessageError, Blame.DEVICE),
    ],
)
def test_every_error_has_one_root_and_a_blame(kind, blame):
    error = kind("mend it", where="station.xml:3")
    assert isinstance(error, StationError)
    assert (error.blame, error.message, error.where) == (blame, "mend it", "station.xml:3")
    assert str(error) == "station.xml:3: mend it"


def test_an_error_without_a_place_is_its_message():
    assert str(StationError("mend it")) == "mend it"
