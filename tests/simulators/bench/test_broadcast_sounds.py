"""The sounds in the documentation are of today's words."""

from __future__ import annotations

from pathlib import Path

from simulators.bench.broadcast_sounds import one_of_each
from subsystems.broadcast.model import Kind

FOLDER = Path(__file__).parents[3] / "docs" / "speech"
BY_HAND = {Kind.MANUAL}
"""Kinds that have no words of their own; a notice stands for what persons write."""


def test_there_is_a_sound_of_each_kind_with_the_words_that_are_said_today():
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    samples = one_of_each()
    assert set(samples) == set(Kind) - BY_HAND
    for kind, saying in samples.items():
        words = "<br>".join(saying.shown.values())
        assert f"| {words} |" in table, f"{kind}: make the sounds anew, see {FOLDER}/README.md"
        assert (FOLDER / f"{kind}.ogg").stat().st_size > 10_000
