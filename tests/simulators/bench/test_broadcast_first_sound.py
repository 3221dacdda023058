"""The bench of first sounds, small."""

from __future__ import annotations

import pytest

from simulators.bench.broadcast_first_sound import MANY, Words, figures


def test_each_text_is_another_one():
    texts = [Words(n).text() for n in range(2000)]
    for language in ("zh", "en"):
        assert len({text[language] for text in texts}) == len(texts)


@pytest.mark.end_to_end
def test_new_cached_and_prepared_words_are_all_measured():
    found = {each.figure: each.value for each in figures("small")}
    assert found["told to first sound, new text, median"] > 0
    assert found["told to first sound, cached, median"] > 0
    assert found["due to first sound, told 2 s ahead, median"] > 0
    assert found[f"told to first sound, new text, while {MANY} others are prepared"] > 0
