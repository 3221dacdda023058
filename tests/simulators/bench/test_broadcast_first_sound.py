"""The bench of first sounds, small."""

from __future__ import annotations

import pytest

from simulators.bench.broadcast_first_sound import MANY, Words, figures


def test_each_text_is_another_one():
    texts = [Words(n).text() for n in range(2000)]
    for language in ("zh", "en"):
        assert len({text[language] for text in texts}) == len(texts)


@pytest.mark.end_to_end
def test_what_is_cached_or_prepared_sounds_sooner_than_what_is_new():
    found = {each.figure: each.value for each in figures("small")}
    new = found["told to first sound, new text, median"]
    assert 0 < found["told to first sound, cached, median"] < new
    assert 0 < found["due to first sound, told 2 s ahead, median"] < new
    busy = found[f"told to first sound, new text, while {MANY} others are prepared"]
    assert busy > 0
