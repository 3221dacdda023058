"""Where the documents are, and what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_config.protocol_command import published, read_examples

FOLDER = Path(__file__).parents[3] / "docs/protocol"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    return published(read_examples(FOLDER / "examples"))
