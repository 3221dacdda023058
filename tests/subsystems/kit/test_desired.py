"""What is wanted of a device: the newest word counts, whatever the order in which words come."""

from __future__ import annotations

from itertools import permutations

import pytest

from protocol.acceptance import Verdict
from protocol.devices import Config, Want
from subsystems.kit.desired import Desired


@pytest.fixture
def word(make):
    def made(kind, revision, epoch=1):
        return make.message(kind(revision=revision), epoch=epoch, rev=revision)

    return made


@pytest.mark.parametrize("kind", [Want, Config])
def test_the_newest_word_stands_in_any_order(word, kind):
    for order in permutations([word(kind, 1), word(kind, 2), word(kind, 3), word(kind, 3)]):
        desired = Desired()
        for message in order:
            desired.receive(message, epoch=1, retained=True)
        assert desired.want_revision + desired.config_revision == 3


def test_a_zombie_is_not_heard_and_a_ghost_only_when_nothing_newer_is_held(word):
    desired = Desired()
    assert desired.receive(word(Want, 9, epoch=1), epoch=2, retained=False) is Verdict.ZOMBIE
    assert desired.want is None
    assert desired.receive(word(Want, 9, epoch=1), epoch=2, retained=True) is Verdict.ACCEPT
    assert desired.receive(word(Want, 4, epoch=2), epoch=2, retained=False) is Verdict.ACCEPT
    assert desired.receive(word(Want, 9, epoch=1), epoch=2, retained=True) is Verdict.ZOMBIE
    assert desired.want_revision == 4


def test_only_words_to_the_device_are_taken(make):
    with pytest.raises(TypeError):
        Desired().receive(make.message(make.run("G1")), epoch=1, retained=True)
