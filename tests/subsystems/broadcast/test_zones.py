"""Which zones speak together."""

from subsystems.broadcast.model import Priority
from subsystems.broadcast.zones import PlainZones, Surveyed, halo, mutual, parts
from tests.subsystems.broadcast.scene import START

CHAIN = PlainZones(tuple("abcde"), mutual([("a", "b"), ("b", "c"), ("d", "e")]))


def test_neighbours_hear_each_other():
    assert mutual([("a", "b"), ("b", "c"), ("c", "c")]) == {
        "a": {"b"},
        "b": {"a", "c"},
        "c": {"b"},
    }


def test_a_voice_is_heard_beside_its_zones():
    assert halo(CHAIN, ["a"]) == {"a", "b"}
    assert halo(CHAIN, []) == frozenset()


def test_what_hears_each_other_begins_together_all_else_by_itself():
    assert parts(CHAIN, ["e", "c", "a"]) == [("a",), ("c",), ("e",)]
    assert parts(CHAIN, "abcde") == [("a", "b", "c"), ("d", "e")]
    assert parts(CHAIN, ["b", "c", "d"]) == [("b", "c"), ("d",)]


def test_zones_that_were_asked_once_answer_alike():
    known = Surveyed(CHAIN)
    assert known.order == CHAIN.order
    assert all(known.neighbours(zone) == CHAIN.neighbours(zone) for zone in "abcde")
    assert not known.rests("a", START, Priority.COURTESY)
    assert known.gain_db("a", START) == 0.0
    assert known.neighbours("nowhere") == frozenset()
