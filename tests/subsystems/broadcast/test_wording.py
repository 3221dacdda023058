"""From an occasion to its words."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from protocol.runs import Named
from subsystems.broadcast.facts import USES, Facts, encode_facts
from subsystems.broadcast.model import Kind, Occasion, Priority, Segment
from subsystems.broadcast.occasions import group
from subsystems.broadcast.reading.lexicon import HAN
from subsystems.broadcast.samples import samples_of
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.broadcast.wording import say

LUAN = Named("UAH", {"zh": "六安", "en": "Lu'an"})


def occasion_of(kind, trains, facts=None, **other):
    values = {
        "key": "x",
        "kind": kind,
        "priority": Priority.DELAY,
        "zones": ("room-1",),
        "languages": ("zh", "en"),
        "due": trains.noon,
        "latest": trains.at(5),
        "facts": b"" if facts is None else encode_facts(facts),
    }
    return Occasion(**{**values, **other})


@pytest.fixture
def train():
    return Facts(
        train="G2402",
        category=Named("G", {"zh": "高速", "en": "High-speed"}),
        origin=Named("NDC", {"zh": "呼和浩特东", "en": "Hohhot East"}),
        destination=LUAN,
    )


def test_shown_and_spoken_say_the_same(train, words, trains):
    facts = replace(train, gates=("B5",), platform="5", departure=trains.at(5))
    zh, en = say(occasion_of(Kind.CHECK_IN_OPEN, trains, facts), words).parts
    assert zh.shown == (
        "旅客朋友们请注意，由呼和浩特东开往六安的G2402次列车，现在开始检票，"
        "请到B5检票口检票，在5站台上车，开车时间12:05。"
    )
    (segment,) = zh.segments
    assert segment.text == (
        "旅客朋友们请注意，由呼和浩特东开往六安的高二四零二次列车，现在开始检票，"
        "请到必五检票口检票，在五站台上车，开车时间十二点零五分。"
    )
    assert segment.reading.startswith("lv3 ke4 peng2 you3 men5 qing3 zhu4 yi4 you2 hu1 he2 hao4")
    assert " lu4 an1 de5 gao1 er4 si4 ling2 er4 ci4 " in segment.reading
    assert len(segment.reading.split()) == len(HAN.findall(segment.text))
    assert en.segments == (
        Segment("Attention please."),
        Segment(
            "Check-in is now open for train G two four zero two to Lu'an, at gate B five,"
            " platform five, departing at twelve oh five."
        ),
    )


def test_what_is_not_known_is_left_out(train, words, trains):
    shown = say(occasion_of(Kind.CHECK_IN_OPEN, trains, train), words).shown
    assert shown == {
        "zh": "旅客朋友们请注意，由呼和浩特东开往六安的G2402次列车，现在开始检票。",
        "en": "Attention please. Check-in is now open for train G2402 to Lu'an.",
    }


def test_what_a_person_wrote_is_in_its_own_language_only(train, words, trains):
    facts = replace(train, delay=40, reason={"zh": "因为大雪。"})
    shown = say(occasion_of(Kind.DELAY, trains, facts), words).shown
    assert "因为大雪。给您" in shown["zh"]
    assert "late. We apologise" in shown["en"]


def test_languages_in_the_order_of_the_occasion(train, words, trains):
    found = say(occasion_of(Kind.LAST_CALL, trains, train, languages=("en", "zh", "fr")), words)
    assert [part.language for part in found.parts] == ["en", "zh"]


def test_a_persons_text_is_said_as_it_stands(words, trains):
    found = say(occasion_of(Kind.MANUAL, trains, text={"zh": "请K274次的旅客到1号窗口。"}), words)
    assert found.shown == {"zh": "请K274次的旅客到1号窗口。"}
    (segment,) = found.parts[0].segments
    assert segment.text == "请快二七四次的旅客到一号窗口。"


def test_an_occasion_without_words_is_silent(words, trains):
    assert say(occasion_of(Kind.MANUAL, trains), words).parts == ()
    assert say(occasion_of(Kind.MANUAL, trains, text={"zh": " "}), words).parts == ()


def test_several_of_a_kind_without_words_for_several(train, words, trains):
    one = occasion_of(Kind.LAST_CALL, trains, train)
    other = occasion_of(Kind.LAST_CALL, trains, replace(train, train="D1"), key="y")
    shown = say(group([one, other]), words).shown
    assert shown["en"].count("Last call for train") == 2
    assert "D1次列车" in shown["zh"]


def test_a_delay_that_shrank_is_not_lost_among_several(train, words, trains):
    more = occasion_of(Kind.DELAY, trains, replace(train, delay=40))
    less = replace(train, train="D1", variant="sooner", departure=trains.at(30))
    some = group([more, occasion_of(Kind.DELAY, trains, less, key="y")])
    assert "less late than announced" in say(some, words).shown["en"]


@pytest.mark.parametrize("name", ["hohhot", "muehlau"])
def test_an_example_of_everything_in_every_language(name, request):
    station = request.getfixturevalue(name)
    words = vocabulary_of(station)
    kinds = set()
    for sample in samples_of(station, words):
        occasion = replace(sample.occasion, languages=station.languages)
        saying = say(occasion, words)
        assert tuple(saying.shown) == station.languages
        for part in saying.parts:
            assert not {"{", "}", "[", "]"} & set(part.shown)
            assert "  " not in part.shown
            for segment in part.segments:
                digits = set("0123456789") & set(segment.text)
                assert not digits, segment.text
        kinds.add(sample.kind)
    assert kinds == set(USES)


def test_every_reading_has_a_syllable_for_each_character(hohhot, words):
    for sample in samples_of(hohhot, words):
        for segment in say(replace(sample.occasion, languages=("zh",)), words).parts[0].segments:
            assert len(segment.reading.split()) == len(HAN.findall(segment.text)), segment.text
