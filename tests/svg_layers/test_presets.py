from __future__ import annotations

import pytest

from svg_layers.legend import check_legend, warnings
from svg_layers.presets import PRESETS
from svg_layers.sight import Account


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_whole_and_easy_to_see(name):
    check_legend(PRESETS[name])
    assert warnings(PRESETS[name]) == []


@pytest.mark.parametrize("name", PRESETS)
def test_no_two_accounts_differ_by_colour_alone(name):
    looks = [(look.pattern, look.sign) for look in PRESETS[name].accounts.values()]
    assert len(set(looks)) == len(Account)
