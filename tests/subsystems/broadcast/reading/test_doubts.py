"""Names that a person should hear once."""

from __future__ import annotations

from subsystems.broadcast.reading.doubts import doubtful, is_doubtful
from subsystems.broadcast.reading.lexicon import Lexicon

NOTHING = Lexicon({})


def test_a_name_of_characters_with_several_readings_is_in_doubt():
    assert is_doubtful("兴和北", NOTHING)
    assert not is_doubtful("兴和北", Lexicon({"兴和北": "xing1 he2 bei3"}))
    assert not is_doubtful("重庆北", NOTHING)
    assert not is_doubtful("ABC", NOTHING)


def test_the_names_of_a_station(hohhot, muehlau, words):
    found = dict(doubtful(hohhot, words))
    assert found["清河"] == "qing1 he2"
    assert "呼和浩特" not in found
    assert list(doubtful(muehlau, words.__class__({}))) == []
