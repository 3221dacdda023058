"""A post where nobody signs is one fault of its own, in every language, and it ends."""

from __future__ import annotations

import pytest

from protocol.devices import Severity
from subsystems.kit.faults import Faults
from subsystems.staff_notices.alarms import Alarm
from subsystems.staff_notices.bells import STORE, Bells
from subsystems.staff_notices.words import load_words


@pytest.fixture
def said():
    return []


@pytest.fixture
def bells(hohhot, said, make):
    faults = Faults(lambda: make.midnight, said.append)
    return Bells(hohhot, load_words(hohhot.languages), faults)


def test_a_post_rings_and_stops(bells, said, make):
    alarm = Alarm("watering", Severity.WARNING, 2, make.midnight, ("K1", "K2"))
    bells.ring("watering", alarm)
    bells.ring("watering", None)
    assert [(f.code, f.active, f.part, f.severity) for f in said] == [
        ("unsigned-watering", True, "watering", Severity.WARNING),
        ("unsigned-watering", False, "watering", Severity.WARNING),
    ]


def test_it_says_where_how_many_since_when_and_which(bells, said, make):
    bells.ring("watering", Alarm("watering", Severity.ERROR, 2, make.midnight, ("K1", "K2")))
    for tag, name in (("zh", "上水"), ("en", "Watering")):
        for each in (name, "2", "00:00", "K1 K2"):
            assert each in said[0].text[tag], "station time, the post's own name"


def test_posts_ring_each_for_itself(bells, said, make):
    for post in ("watering", "police"):
        bells.ring(post, Alarm(post, Severity.WARNING, 1, make.midnight, ("K1",)))
    bells.ring("police", None)
    assert [(f.code, f.active) for f in said][-1] == ("unsigned-police", False)
    assert len(said) == 3


def test_a_disk_that_refuses_is_told_with_its_reason(bells, said):
    bells.store("no space left")
    bells.store("")
    assert [(f.code, f.active, f.severity) for f in said] == [
        (STORE, True, Severity.ERROR),
        (STORE, False, Severity.ERROR),
    ]
    assert all("no space left" in text for text in said[0].text.values())
