"""Figures of a process: true ones, or none."""

from __future__ import annotations

from pathlib import Path

import psutil

from subsystems.kit.figures import read_figures


def test_they_are_what_another_reader_says(tmp_path):
    figures = read_figures(tmp_path / "cache")
    assert 0 <= figures.cpu <= 1
    assert abs(figures.memory_bytes / psutil.Process().memory_info().rss - 1) < 0.1
    assert abs(figures.disk_free_bytes / psutil.disk_usage(tmp_path).free - 1) < 0.1


def test_what_cannot_be_read_is_none():
    assert read_figures(Path("/nowhere/at/all/cache")).disk_free_bytes is None
