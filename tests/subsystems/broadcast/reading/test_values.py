"""Values as they are shown and said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.runs import Named
from station_config.announcements.reading import Numbers
from subsystems.broadcast.reading.lexicon import HAN
from subsystems.broadcast.vocabulary import vocabulary_of


@pytest.fixture(scope="module")
def chinese(hohhot):
    return vocabulary_of(hohhot).tongues["zh"].speaker


@pytest.fixture(scope="module")
def english(hohhot):
    return vocabulary_of(hohhot).tongues["en"].speaker


@pytest.fixture(scope="module")
def german(muehlau):
    return vocabulary_of(muehlau).tongues["de"].speaker


@pytest.mark.parametrize(
    ("number", "category", "said", "reading"),
    [
        ("G2402", "G", "高二四零二", "gao1 er4 si4 ling2 er4"),
        ("D111", "D", "动幺幺幺", "dong4 yao1 yao1 yao1"),
        ("K274/K275", "K", "快二七四、快二七五", "kuai4 er4 qi1 si4 kuai4 er4 qi1 wu3"),
        ("1461", "PK", "幺四六幺", "yao1 si4 liu4 yao1"),
        ("Y501", "Y", "游五零幺", "you2 wu3 ling2 yao1"),
        ("S2", "OTHER", "市郊二", "shi4 jiao1 er4"),
        ("X9", "OTHER", "艾克斯九", "ai4 ke4 si1 jiu3"),
    ],
)
def test_train_numbers_in_chinese(chinese, number, category, said, reading):
    piece = chinese.train(number, category)
    assert (piece.shown, piece.said, piece.reading) == (number, said, reading)


def test_train_numbers_by_the_policy_of_their_category(hohhot):
    numbers = (Numbers("zh", frozenset({"K"}), cardinal_digits=3), Numbers("zh"))
    own = replace(hohhot.announcements, numbers=numbers)
    speaker = vocabulary_of(replace(hohhot, announcements=own)).tongues["zh"].speaker
    assert speaker.train("K274", "K").said == "快二百七十四"
    assert speaker.train("K1178", "K").said == "快一一七八"
    assert speaker.train("G274", "G").said == "高二七四"


def test_train_numbers_in_other_languages(english, german):
    assert english.train("G2402", "G").said == "G two four zero two"
    assert english.train("K274/K275", "K").said == "K two seven four and K two seven five"
    assert german.train("ICE 652/ICE 662", "ICE").said == (
        "I C E sechshundertzweiundfünfzig und I C E sechshundertzweiundsechzig"
    )
    assert german.train("RE 4301", "RE").said == "R E vier drei null eins"
    assert german.train("NJ 007", "NJ").said == "N J null null sieben"


@pytest.mark.parametrize(
    ("clock", "zh", "en", "de"),
    [
        ((0, 0), "零点整", "zero hundred", "null Uhr"),
        ((0, 5), "零点零五分", "zero oh five", "null Uhr fünf"),
        ((1, 1), "一点零一分", "one oh one", "ein Uhr eins"),
        ((2, 30), "两点三十分", "two thirty", "zwei Uhr dreißig"),
        ((8, 5), "八点零五分", "eight oh five", "acht Uhr fünf"),
        ((8, 0), "八点整", "eight o'clock", "acht Uhr"),
        ((12, 10), "十二点十分", "twelve ten", "zwölf Uhr zehn"),
        ((13, 0), "十三点整", "thirteen hundred", "dreizehn Uhr"),
        ((21, 21), "二十一点二十一分", "twenty one twenty one", "einundzwanzig Uhr einundzwanzig"),
    ],
)
def test_times_of_day(chinese, english, german, clock, zh, en, de):
    hour, minute = clock
    there = datetime(2021, 1, 20, hour, minute, tzinfo=chinese.zone).astimezone(UTC)
    assert (chinese.clock(there).shown, chinese.clock(there).said) == (
        f"{hour:02}:{minute:02}",
        zh,
    )
    assert english.clock(there).said == en
    local = datetime(2021, 1, 20, hour, minute, tzinfo=german.zone).astimezone(UTC)
    assert german.clock(local).said == de


@pytest.mark.parametrize(
    ("minutes", "zh", "en", "de"),
    [
        (1, "一分钟", "one minute", "eine Minute"),
        (2, "两分钟", "two minutes", "zwei Minuten"),
        (12, "十二分钟", "twelve minutes", "zwölf Minuten"),
        (60, "一小时", "one hour", "eine Stunde"),
        (122, "两小时两分钟", "two hours and two minutes", "zwei Stunden und zwei Minuten"),
        (
            1501,
            "二十五小时一分钟",
            "twenty five hours and one minute",
            "fünfundzwanzig Stunden und eine Minute",
        ),
    ],
)
def test_durations(chinese, english, german, minutes, zh, en, de):
    assert chinese.duration(minutes).said == zh
    assert english.duration(minutes).said == en
    assert german.duration(minutes).said == de


def test_durations_as_they_are_shown(chinese, english, german):
    assert chinese.duration(72).shown == "1小时12分钟"
    assert english.duration(61).shown == "1 hour and 1 minute"
    assert german.duration(61).shown == "1 Stunde und 1 Minute"


@pytest.mark.parametrize(
    ("label", "zh", "en"),
    [
        ("3", "三", "three"),
        ("12", "十二", "twelve"),
        ("112", "幺幺二", "one one two"),
        ("1a", "一诶", "one ay"),
        ("B12", "必十二", "B twelve"),
        ("05", "零五", "zero five"),
        ("东1", "东一", "东 one"),
    ],
)
def test_platforms_and_gates(chinese, english, label, zh, en):
    assert chinese.label(label).said == zh
    assert english.label(label).said == en
    assert chinese.label(label).shown == label


def test_several_gates(chinese, english):
    assert (chinese.labels(("A1", "A2", "B3")).shown) == "A1、A2或B3"
    assert english.labels(("A1", "A2")).said == "ay one or ay two"


def test_names(chinese, english, german):
    luan = Named("UAH", {"zh": "六安", "en": "Lu'an"})
    assert chinese.name(luan).reading == "lu4 an1"
    assert english.name(luan).said == "Lu'an"
    only_chinese = Named("都匀", {"zh": "都匀东"})
    assert (english.name(only_chinese).shown, english.name(only_chinese).said) == (
        "Duyundong",
        "Duyundong",
    )
    assert chinese.name(Named("X", {"en": "Ulan Ude"})).said == "Ulan Ude"
    assert german.name(Named("R", {"de": "Rostock Hbf"})).reading == "Rostock Hauptbahnhof"
    assert english.name(Named("W", {"en": "Waiting Room 2"})).said == "Waiting Room two"


def said(pieces):
    return "".join(piece.said for piece in pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请G2402次列车的旅客到12号窗口。", "请高二四零二次列车的旅客到十二号窗口。"),
        ("列车08:05开。", "列车八点零五分开。"),
        ("请拨打12306。", "请拨打幺二三零六。"),
        ("共100人", "共一百人"),
    ],
)
def test_what_a_person_wrote_in_chinese(chinese, text, expected):
    assert said(chinese.free(text)) == expected
    assert "".join(piece.shown for piece in chinese.free(text)) == text


def test_what_a_person_wrote_in_other_languages(english, german):
    text = "Train G2402 leaves at 08:05. Call 12306, please."
    assert said(english.free(text)) == (
        "Train G two four zero two leaves at eight oh five. Call one two three zero six, please."
    )
    assert said(german.free("Um 20:15 ab Gleis 2.")) == "Um zwanzig Uhr fünfzehn ab Gleis zwei."


def test_a_sentence_is_a_piece(chinese, english):
    assert [p.ends for p in chinese.words("一。二！三")] == [True, True, False]
    assert len(english.words("One. Two? Three, four.")) == 3
    assert len(english.free("Platform 1.5 is no platform.")) == 1


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_any_text_can_be_read_a_syllable_for_each_character(text, chinese):
    for piece in chinese.free(text):
        syllables = len(piece.reading.split())
        assert syllables in {0, len(HAN.findall(piece.said))}


def test_a_text_with_a_character_that_nobody_can_read_has_no_reading(chinese):
    assert [p.reading for p in chinese.free("请看㐂。")] == [""]
    assert [p.reading for p in chinese.free("\U00029ef5请")] == ["qing3"]


@settings(deadline=None)
@given(text=st.text(max_size=12))
def test_any_number_and_label_can_be_said(text, chinese, english, german):
    for speaker in (chinese, english, german):
        speaker.train(text, "")
        speaker.label(text)
        speaker.name(Named("?", {"zh": text}))
