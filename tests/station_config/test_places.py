"""Each mistake that can be made in a places.csv."""

from __future__ import annotations

import pytest

ERRORS = [
    ("BG,Berg,Mountain,", "BG,Berg,,", 3, "en is empty: fill it in"),
    ("BG,Berg,Mountain,", ",Berg,Mountain,", 3, "code is empty: fill it in"),
    ("BG,Berg,Mountain,", "ST,Berg,Mountain,", 3, "'ST' already means the place of line 2"),
    ("BG,Berg,Mountain,", "BG,Stadt,Mountain,", 3, "'Stadt' already means the place of line 2"),
    ("BG,Berg,Mountain,", "BG,Berg,Mountain,Alt Stadt", 3, "'Alt Stadt' already means the place"),
    ("code,de,en,aliases", "code,de,fr,aliases", 1, "no column en: add it"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), ERRORS)
def test_an_error_is_told_at_its_row(draft, old, new, line, words):
    draft.spoil("places.csv", old, new)
    told = [m for m in draft.told() if m[0] == "places.csv"]
    assert (told[0][1], told[0][2]) == (line, "error")
    assert words in told[0][3]


def test_places_may_have_equal_names_in_other_languages(draft):
    draft.spoil("places.csv", "BG,Berg,Mountain,", "BG,Berg,Town,")
    assert draft.told() == []
