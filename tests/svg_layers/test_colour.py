from __future__ import annotations

import pytest

from svg_layers.colour import SIGHTS, contrast, difference, ink_on, is_colour, luminance


def test_black_on_white_is_21_to_1_either_way():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # of WebAIM's checker


def test_luminance_is_that_of_the_standard():
    assert luminance("#ff0000") == pytest.approx(0.2126, abs=0.001)


@pytest.mark.parametrize(("behind", "ink"), [("#ffd400", "#000000"), ("#0b3d91", "#ffffff")])
def test_ink_is_what_is_read_better(behind, ink):
    assert ink_on(behind) == ink


def test_red_and_green_differ_to_most_people_and_less_to_some():
    red, green = "#c00000", "#4f7a00"
    assert difference(red, green) > 60
    assert difference(red, green, "deuteranopia") < difference(red, green) / 2


@pytest.mark.parametrize("sight", SIGHTS)
def test_grey_is_grey_to_everybody(sight):
    assert difference("#808080", "#808080", sight) == 0
    assert difference("#000000", "#ffffff", sight) == pytest.approx(100, abs=1.5)


@pytest.mark.parametrize("text", ["red", "#fff", "#12345g", "#1234567", "url(#x)", ""])
def test_what_is_no_colour(text):
    assert not is_colour(text)
