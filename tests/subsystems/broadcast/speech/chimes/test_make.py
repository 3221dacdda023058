"""The chimes that are shipped are those of the script."""

from __future__ import annotations

from pathlib import Path

import pytest

import subsystems.broadcast.speech.chimes as shipped
from subsystems.broadcast.speech.chimes.make import all_chimes
from subsystems.broadcast.speech.wav import read_pcm, seconds_of


@pytest.fixture(scope="module")
def made():
    return all_chimes()


def test_they_are_made_again_byte_by_byte(made):
    folder = Path(shipped.__file__).parent
    assert {path.stem for path in folder.glob("*.wav")} == set(made)
    for name, pcm in made.items():
        assert read_pcm(folder / f"{name}.wav") == pcm


def test_they_are_short_and_end_in_silence(made):
    for pcm in made.values():
        assert 1 <= seconds_of(pcm) <= 2.5
        assert (
            max(
                abs(int.from_bytes(pcm[at : at + 2], "little", signed=True))
                for at in range(len(pcm) - 20, len(pcm), 2)
            )
            < 1500
        )
