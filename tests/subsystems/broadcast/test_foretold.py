"""Of runs that are to be changed together is told what would be said of them together."""

from datetime import UTC, datetime, timedelta

import msgspec

from protocol.runs import Punctuality
from subsystems.broadcast.bundles import MOST
from subsystems.broadcast.foretold import foretold
from tests.subsystems.broadcast.conftest import leaving

NOW = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


def late(number, minutes=20):
    run = leaving(number, 60)
    estimated = run.departure.planned + timedelta(minutes=minutes)
    told = {"estimated": estimated}
    departure = msgspec.structs.replace(run.departure, **told)
    return msgspec.structs.replace(run, departure=departure, punctuality=Punctuality.DELAYED)


def delays(said):
    return [each for each in said if each["kind"] == "delay"]


def test_one_alone_is_told_in_its_own_words(hohhot, words):
    (told,) = delays(foretold([late("G2402")], hohhot, words, NOW))
    assert "G2402" in told["text"]["en"]
    assert len(told["run_ids"]) == 1


def test_several_delays_are_one_announcement_with_all_of_them(hohhot, words):
    numbers = ["G2402", "G2404", "D1006"]
    (told,) = delays(foretold([late(n) for n in numbers], hohhot, words, NOW))
    assert len(told["run_ids"]) == len(numbers)
    assert all(number in told["text"]["en"] for number in numbers)


def test_more_than_a_listener_can_take_in_are_several(hohhot, words):
    runs = [late(f"G{n}") for n in range(2402, 2402 + MOST + 1)]
    told = delays(foretold(runs, hohhot, words, NOW))
    assert sorted(len(each["run_ids"]) for each in told) == [1, MOST]


def test_what_is_due_later_is_not_told_together(hohhot, words):
    said = foretold([leaving("G2402", 60), leaving("G2404", 75)], hohhot, words, NOW)
    assert [each["due"] for each in said] == sorted(each["due"] for each in said)
    assert {len(each["run_ids"]) for each in said if each["kind"] == "check-in-open"} == {1}
