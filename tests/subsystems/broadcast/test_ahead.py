"""Sounds in the order in which they are wanted."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from protocol.errors import DeviceError
from subsystems.broadcast.ahead import Ahead
from subsystems.broadcast.model import Part, Saying, Segment


def words(text):
    return Saying((Part("en", text, (Segment(text),)),))


class Works:
    """Makes sounds when it is told to."""

    def __init__(self):
        self.asked = {}
        self.ahead = Ahead(self.make)
        self.got = []

    def make(self, saying, chime, recording):
        assert (chime, recording) == ("chime", "")
        done = self.asked[saying.shown["en"]] = Deferred()
        return done

    def want(self, text, *, urgent):
        sound = self.ahead.sound(words(text), "chime", "", urgent)
        sound.addCallbacks(self.got.append, lambda _why: self.got.append(f"no {text}"))

    def finish(self, text):
        self.asked.pop(text).callback(text)


def test_what_is_made_ahead_goes_one_at_a_time_in_order():
    works = Works()
    for text in "abc":
        works.want(text, urgent=False)
    assert list(works.asked) == ["a"]
    works.finish("a")
    assert list(works.asked) == ["b"]
    works.finish("b")
    works.finish("c")
    assert works.got == ["a", "b", "c"]


def test_what_is_wanted_now_waits_for_nothing_and_holds_back_the_rest():
    works = Works()
    works.want("a", urgent=False)
    works.want("b", urgent=False)
    works.want("now", urgent=True)
    works.want("too", urgent=True)
    assert list(works.asked) == ["a", "now", "too"]
    works.finish("a")
    works.finish("now")
    assert list(works.asked) == ["too"]
    works.finish("too")
    assert list(works.asked) == ["b"]


def test_what_cannot_be_made_holds_up_nothing():
    works = Works()
    works.want("a", urgent=False)
    works.want("b", urgent=False)
    works.want("now", urgent=True)
    for text in ("a", "now"):
        works.asked.pop(text).errback(DeviceError("broken"))
    works.finish("b")
    assert works.got == ["no a", "no now", "b"]
