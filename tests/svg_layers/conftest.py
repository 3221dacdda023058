"""The small yard of these tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for small_yard

from small_yard import LAYOUT, SIGHT


@pytest.fixture
def layout():
    return LAYOUT


@pytest.fixture
def sight():
    return SIGHT
