"""Wants and configurations, changed field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.fleet.wishes import KINDS, changed, decode_wish, encode_wish
from protocol.devices import Config, Power, Want
from protocol.errors import OperatorError

FIELDS = st.dictionaries(
    st.sampled_from(["brightness", "volume", "page", "muted", "power", "x-speed", "x-tone"]),
    st.none() | st.booleans() | st.floats(0, 1) | st.text(max_size=3) | st.just("ON"),
    max_size=4,
)


def test_the_first_is_revision_1():
    assert changed("want", None, {"volume": 0.2}) == Want(revision=1, volume=0.2)
    assert changed("cfg", None, {"names": {"en": "Hall"}}) == Config(
        revision=1, names={"en": "Hall"}
    )


def test_a_name_that_is_not_ours_is_the_makers():
    assert changed("want", None, {"wiper": "slow"}).values == {"wiper": "slow"}
    assert changed("cfg", None, {"rows": 8}).options == {"rows": 8}


def test_none_takes_a_field_back():
    held = Want(revision=4, power=Power.ON, volume=0.5, values={"wiper": "slow"})
    assert changed("want", held, {"volume": None, "wiper": None}) == Want(
        revision=5, power=Power.ON
    )


@pytest.mark.parametrize(
    "fields", [{"brightness": 1.1}, {"power": "MAYBE"}, {"revision": 9}, {"x": [1]}]
)
def test_what_cannot_be_wanted_is_refused(fields):
    with pytest.raises(OperatorError) as caught:
        changed("want", None, fields)
    assert "want" in str(caught.value)


@given(st.lists(FIELDS, max_size=5))
def test_revisions_only_grow_and_say_what_changed(changes):
    held = None
    for fields in changes:
        try:
            made = changed("want", held, fields)
        except OperatorError:
            continue
        if held is not None and made is not held:
            assert made.revision == held.revision + 1
            assert made != held
        assert changed("want", made, fields) is made
        held = made


@pytest.mark.parametrize("leaf", KINDS)
def test_what_is_stored_comes_back(leaf):
    made = changed(leaf, None, {"anything": 1.5})
    assert decode_wish(leaf, encode_wish(made)) == made
