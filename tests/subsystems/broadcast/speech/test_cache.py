"""Sounds on disk."""

from __future__ import annotations

import hashlib
import os

import pytest
from structlog import get_logger

from subsystems.broadcast.speech.cache import MEGABYTE, SoundCache


def make(folder, megabytes=1):
    return SoundCache(folder, megabytes, get_logger())


def keep(cache, key, content):
    path = cache.scratch()
    path.write_bytes(content)
    return cache.keep(key, path, hashlib.sha256(content).hexdigest(), 1.5, ("one",))


def test_what_is_kept_is_found_also_by_the_next_one(tmp_path):
    cache = make(tmp_path)
    kept = keep(cache, "k", b"sound")
    assert not kept.cached
    for each in (cache, make(tmp_path)):
        found = each.find("k")
        assert (found.path.read_bytes(), found.seconds, found.cached) == (b"sound", 1.5, True)
        assert found.engines == ("one",)
    assert cache.find("other") is None


@pytest.mark.parametrize("damage", ["sound", "index", "gone"])
def test_damage_is_known_and_told(tmp_path, log_lines, damage):
    path = keep(make(tmp_path), "k", b"sound").path
    index = tmp_path / "index" / "k.json"
    if damage == "sound":
        path.write_bytes(b"sOund")
    elif damage == "index":
        index.write_bytes(b"{")
    else:
        path.unlink()
    later = make(tmp_path)
    assert later.find("k") is None
    if damage != "gone":
        assert later.figures.damaged == 1
        assert log_lines
    assert keep(later, "k", b"sound").path == path
    assert make(tmp_path).find("k") is not None


def test_damage_while_it_runs_is_known_by_the_files_time(tmp_path):
    cache = make(tmp_path)
    path = keep(cache, "k", b"sound").path
    path.write_bytes(b"sOund")
    os.utime(path, (1, 1))
    assert cache.find("k") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    cache = make(tmp_path)
    size = MEGABYTE // 4
    for number in range(4):
        keep(cache, f"k{number}", bytes([number]) * size)
        os.utime(tmp_path / "index" / f"k{number}.json", (number, number))
    cache.find("k0")
    keep(cache, "k4", b"4" * size)
    assert cache.find("k1") is None
    assert cache.find("k0") is not None
    assert cache.find("k4") is not None
    assert cache.size <= MEGABYTE
    assert cache.figures.evicted >= 1


def test_a_sound_of_two_requests_goes_with_the_last(tmp_path):
    cache = make(tmp_path)
    size = MEGABYTE // 2
    for key in ("a", "b"):
        keep(cache, key, b"s" * size)
    for number, key in enumerate(("a", "b")):
        os.utime(tmp_path / "index" / f"{key}.json", (number, number))
    keep(cache, "c", b"c" * size)
    assert cache.find("c") is not None


def test_what_a_crash_left_goes_at_the_next_start(tmp_path):
    cache = make(tmp_path)
    cache.scratch().write_bytes(b"half")
    (tmp_path / "sounds" / "orphan.wav").write_bytes(b"x")
    (tmp_path / "index" / "k.new").write_bytes(b"{")
    make(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
