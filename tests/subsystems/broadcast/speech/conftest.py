"""Speech works in a test's reactor.

Law: a fixture that starts something ends it.
"""

from __future__ import annotations

import pytest

from tests.subsystems.broadcast.speech.speaking import Speaking


@pytest.fixture
def speaking(turning, tmp_path):
    started = []

    def make(folder=tmp_path / "cache", **options):
        started.append(Speaking(turning, folder, **options))
        return started[-1]

    yield make
    for each in started:
        each.close()
