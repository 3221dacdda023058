"""What is asked of a device that it does not do, by name."""

import pytest

from protocol.devices import Config, Power, Want
from subsystems.kit.unfollowed import unfollowed

NOTHING = frozenset()


@pytest.mark.parametrize(
    ("want", "config", "names"),
    [
        (None, None, ()),
        (Want(revision=1), Config(revision=1), ()),
        (Want(revision=1, brightness=0.0), None, ("want.brightness",)),
        (Want(revision=1, muted=False), None, ("want.muted",)),
        (
            Want(revision=1, power=Power.ON, page="p", values={"x": 1, "y": 0}),
            None,
            ("want.power", "want.page", "want.values.x", "want.values.y"),
        ),
        (None, Config(revision=1, zones=("hall",)), ()),
        (
            Want(revision=1, volume=0.5),
            Config(revision=2, languages=("zh",), options={"z": True}),
            ("want.volume", "cfg.languages", "cfg.options.z"),
        ),
    ],
)
def test_all_that_is_asked_for_is_named(want, config, names):
    assert unfollowed(want, config, NOTHING) == names


def test_what_is_followed_is_not():
    want = Want(revision=1, volume=0.5, muted=True, values={"x": 1, "y": 2})
    follows = frozenset({"want.volume", "want.values.y"})
    assert unfollowed(want, None, follows) == ("want.muted", "want.values.x")
