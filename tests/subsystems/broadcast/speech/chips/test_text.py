"""What chips are given to read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.devices.speech.syn6288 import Syn6288
from simulators.devices.speech.xfs5152ce import Xfs5152ce
from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.speech.chips.frames import CHIPS, SYN6288, XFS5152CE
from subsystems.broadcast.speech.chips.text import Voice, text_of
from tests.subsystems.broadcast.speech.speaking import SAYING, chinese

VOICE = Voice(8, 5, {"chime": "sound101"})
MODELS = {"xfs5152ce": Xfs5152ce, "syn6288": Syn6288}


def spoken(saying, chip, **options):
    """Return what a chip that decodes on its own would say."""
    model = MODELS[chip.name]()
    text = text_of(saying, chip, VOICE, **options)
    for piece in text.pieces:
        model.hear(chip.speak(piece), 0.0)
    return model.uttered, text.lost


def test_readings_reach_the_chip():
    (heard,), lost = spoken(SAYING, XFS5152CE)
    assert heard.words.split() == ["旅客们", "Attention", "please"]
    assert heard.readings == {0: "lv3", 1: "ke4", 2: "men5"}
    assert heard.tags == {"v": "8", "s": "5", "n": "1", "y": "1"}
    assert lost == ()


def test_a_chip_that_does_not_speak_a_language_leaves_it_out_and_says_so():
    (heard,), lost = spoken(SAYING, SYN6288)
    assert heard.words == "旅客们"
    assert heard.readings == {}
    assert lost == ("syn6288 does not speak en",)
    german = Saying((Part("de", "", (Segment("Achtung"),)),))
    assert spoken(german, XFS5152CE) == ([], ("xfs5152ce does not speak de",))


def test_what_gbk_lacks_is_spoken_by_its_reading():
    rare = Saying((chinese("㧟𠮷站", "kuai3 ji2 zhan4"),))
    (heard,), lost = spoken(rare, XFS5152CE)
    assert (heard.words, heard.readings) == ("一一站", {0: "kuai3", 1: "ji2", 2: "zhan4"})
    assert lost == ()
    (heard,), lost = spoken(rare, SYN6288)
    assert heard.words == "站"
    assert len(lost) == 2
    assert "U+20BB7" in lost[1]


def test_a_text_cannot_bring_tags_of_its_own():
    nasty = Saying((chinese("[v0]静音[d]", ""),))
    (heard,), _ = spoken(nasty, XFS5152CE)
    assert heard.tags["v"] == "8"
    assert "v0" in heard.words


def test_a_chime_comes_first_and_louder_is_louder():
    (heard,), _ = spoken(SAYING, XFS5152CE, chime="chime", gain_db=-6.0)
    assert heard.chimes == ("sound101",)
    assert heard.tags["v"] == "6"
    (heard,), _ = spoken(SAYING, XFS5152CE, chime="unknown", gain_db=30.0)
    assert (heard.chimes, heard.tags["v"]) == ((), "10")


def test_pauses_are_tags_where_there_are_some():
    paused = Saying((chinese(pause_ms=900), chinese("再见", "zai4 jian4")))
    (heard,), _ = spoken(paused, XFS5152CE)
    assert heard.words == "旅客们再见"
    assert heard.seconds == pytest.approx(0.9 + 0.5 + 5 * 0.24)
    (heard,), _ = spoken(paused, SYN6288)
    assert heard.words == "旅客们，，再见"


def test_long_texts_are_cut_where_sentences_end():
    sentence = "开往重庆北方向去的旅客请注意，列车现在开始检票。"
    saying = Saying((chinese(sentence * 9, ""),))
    heard, lost = spoken(saying, SYN6288)
    assert len(heard) > 2
    assert all(each.words.endswith("。") for each in heard)
    assert "".join(each.words for each in heard) == sentence * 9
    assert lost == ()


TEXT = st.text(alphabet=st.sampled_from("旅客们站㧟，。ab c[]1\n"), max_size=400)


@pytest.mark.parametrize("chip", CHIPS.values(), ids=CHIPS)
@given(text=TEXT, with_readings=st.booleans())
def test_nothing_is_lost_or_cut_in_the_middle_of_a_character_or_tag(chip, text, with_readings):
    readings = " ".join("zhan4" for each in text if "\u3400" <= each <= "\u9fff")
    saying = Saying((chinese(text, readings if with_readings else ""),))
    made = text_of(saying, chip, VOICE)
    for piece in made.pieces:
        assert len(piece) <= chip.longest
        decoded = piece.decode("gbk")
        assert decoded.count("[") == decoded.count("]")
        assert not re.search(r"\[[^\]]*\[", decoded)
    heard, lost = spoken(saying, chip)
    whole = "".join(each.words for each in heard)
    wanted = re.sub(r"[\[\]\n]", " ", text).strip()
    if with_readings and chip is XFS5152CE:
        wanted = wanted.replace("㧟", "一")
    else:
        wanted = wanted.replace("㧟", "")
        assert len(lost) == text.count("㧟")
    assert whole.strip() == wanted.strip()
