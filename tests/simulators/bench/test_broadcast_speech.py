"""The bench of speech, small."""

from __future__ import annotations

import pytest

from simulators.bench.broadcast_speech import figures


@pytest.mark.end_to_end
def test_it_measures_and_keeps_sound_libraries_out_of_the_broadcast():
    found = {each.figure: each for each in figures("small")}
    assert found["speech: sound libraries in the broadcast's process"].value == 0
    assert found["speech: memory that speaking adds to the broadcast's process"].reached
    assert found["speech: processor time per second of sound, new text"].reached
    cached = found["speech: asked to first sound, cached, median"].value
    assert 0 < cached < found["speech: asked to first sound, new text, median"].value
