"""Chinese text to pinyin: names of stations above all."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from subsystems.broadcast.reading.lexicon import Lexicon
from subsystems.broadcast.reading.pinyin import pinyin_of, plain_pinyin
from subsystems.broadcast.vocabulary import shipped_lexicon

STATIONS = Path(__file__).parents[5] / "shared/data/china-stations-2025/stations.csv"
NOTHING = Lexicon({})

KNOWN_OTHERWISE = {
    "country_code",
    "大埔",  # dàbù; the table says dapu
    "大禾塘",  # renamed; the table has the former name
    "褚家湾",  # chǔ, locally zhū
    "帽儿山西",  # the table says mershanxi
    "英库勒",  # the table says yinfkule
    "香港西九龙",  # hkwestkowloon
}
"""Names whose spelling in the table is not followed, and why."""


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("六安", "lu4 an1"),
        ("蚌埠南", "beng4 bu4 nan2"),
        ("都匀东", "du1 yun2 dong1"),
        ("会稽", "kuai4 ji1"),
        ("重庆北", "chong2 qing4 bei3"),
        ("长沙南", "chang2 sha1 nan2"),
        ("长治", "chang2 zhi4"),
        ("乐清", "yue4 qing1"),
        ("洪洞西", "hong2 tong2 xi1"),
        ("珲春", "hun2 chun1"),
        ("宽甸", "kuan1 dian4"),
        ("济源", "ji3 yuan2"),
        ("呼和浩特", "hu1 he2 hao4 te4"),
    ],
)
def test_names_that_are_easily_read_wrong(text, reading):
    assert pinyin_of(text, shipped_lexicon("zh"), name=True) == reading


def test_in_a_sentence_tones_are_those_of_speech():
    assert pinyin_of("请不要上车", NOTHING) == "qing3 bu2 yao4 shang4 che1"
    assert pinyin_of("还没有检票", NOTHING) == "hai2 mei2 you3 jian3 piao4"
    assert pinyin_of("A1, 东", NOTHING) == "dong1"
    assert pinyin_of("ABC", NOTHING) == ""


def test_a_one_in_a_number_keeps_its_tone():
    assert pinyin_of("十一点二十一分", NOTHING) == "shi2 yi1 dian3 er4 shi2 yi1 fen1"
    assert pinyin_of("一四六一", NOTHING) == "yi1 si4 liu4 yi1"
    assert pinyin_of("一起等一个人", NOTHING) == "yi4 qi3 deng3 yi2 ge4 ren2"


def test_a_name_for_those_who_do_not_read_chinese():
    assert plain_pinyin("都匀东", shipped_lexicon("zh")) == "Duyundong"
    assert plain_pinyin("绿博园", NOTHING) == "Lubouan".replace("Lubouan", "Lvboyuan").replace(
        "v", "u"
    )


def letters(reading):
    """Without tones and blanks; ü as the railway writes it."""
    return re.sub(r"[\d ]", "", reading.lower()).replace("ü", "u").replace("v", "u")


@pytest.mark.skipif(not STATIONS.is_file(), reason="no table of the railway's stations here")
def test_all_stations_are_read_as_the_railway_spells_them():
    wrong = {}
    for row in csv.DictReader(STATIONS.read_text(encoding="utf-8").splitlines()):
        name, spelt = row["name"], letters(row["pinyin"])
        read = letters(pinyin_of(name, shipped_lexicon("zh"), name=True))
        if name not in KNOWN_OTHERWISE and read != spelt:
            wrong[name] = (read, spelt)
    assert wrong == {}
