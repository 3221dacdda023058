from __future__ import annotations

import pytest

from svg_layers.throat import BLIND, END, FIRST, LABEL, MARGIN, Throat

TRACKS = [("a", 100.0), ("m", 150.0), ("b", 200.0), ("c", 250.0)]
START = MARGIN + END + FIRST


@pytest.fixture
def throat():
    return Throat(TRACKS, {"m"}, 1600.0)


def test_main_tracks_lead_out_and_without_any_the_middle_one(throat):
    assert throat.leads == [150.0]
    assert Throat(TRACKS, set(), 1600.0).leads == [200.0]


def test_where_no_track_is_open_there_is_no_throat():
    none = Throat([], {"m"}, 1600.0)
    assert none.leads == []
    assert none.inner(100.0) == BLIND
    assert list(none.crossovers()) == []


def test_a_ladder_goes_inwards_track_by_track_and_its_last_rail_draws_it(throat):
    assert throat.turnout(150.0) == START
    assert throat.turnout(200.0) < throat.turnout(250.0)
    assert throat.inner(250.0) == throat.turnout(250.0) + LABEL
    assert throat.rails(200.0, 700.0) == ((throat.turnout(200.0), 200.0), (700.0, 200.0))
    assert throat.rails(250.0, 700.0)[0] == (START, 150.0)
    assert throat.rails(150.0, 700.0) == ((MARGIN, 150.0), (700.0, 150.0))


def test_neighbouring_main_tracks_are_joined():
    both = Throat(TRACKS, {"m", "b"}, 1600.0)
    ((upper, lower),) = both.crossovers()
    assert (upper[1], lower[1]) == (150.0, 200.0)
    assert upper[0] < lower[0] < START
