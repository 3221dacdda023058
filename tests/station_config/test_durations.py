"""Durations as they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from station_config.durations import duration


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("PT15M", timedelta(minutes=15)), ("PT1H30M", timedelta(minutes=90)), ("PT0S", timedelta(0))],
)
def test_a_duration(text, wanted):
    assert duration(text) == wanted


@pytest.mark.parametrize("text", ["", "PT", "15M", "P1D", "PT1M2H", "PT-1M"])
def test_what_is_none(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)
