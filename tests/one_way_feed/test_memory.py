from __future__ import annotations

import subprocess
import sys

import pytest

from one_way_feed.memory import SLOT, Memory, next_epoch
from protocol.errors import DeviceError


def test_the_greatest_mark_survives(tmp_path):
    memory = Memory(tmp_path / "deep" / "mark")
    assert (memory.mark, memory.damaged) == ((0, 0), False)
    for sequence in range(1, 6):
        memory.advance((7, sequence))
    memory.sync()
    again = Memory(tmp_path / "deep" / "mark")
    assert again.mark == (7, 5)
    again.advance((8, 1))
    assert Memory(tmp_path / "deep" / "mark").mark == (8, 1)
    memory.close()
    again.close()


def test_it_survives_kill_9(tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from one_way_feed.memory import Memory; memory = Memory(Path(sys.argv[1]));"
        "[memory.advance((3, n)) for n in range(1, 1000)];"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "mark"], check=False)
    assert done.returncode == -9
    memory = Memory(tmp_path / "mark")
    assert memory.mark == (3, 999)
    memory.close()


def test_a_torn_write_leaves_the_mark_before(tmp_path):
    path = tmp_path / "mark"
    memory = Memory(path)
    memory.advance((7, 1))
    memory.advance((7, 2))
    content = bytearray(path.read_bytes())
    content[SLOT + 14] ^= 0xFF
    path.write_bytes(content)
    again = Memory(path)
    assert (again.mark, again.damaged) == ((7, 1), False)
    again.advance((7, 3))
    assert Memory(path).mark == (7, 3)


def test_a_damaged_file_is_said(tmp_path):
    path = tmp_path / "mark"
    path.write_bytes(b"rubbish" * 20)
    assert Memory(path).damaged
    with pytest.raises(DeviceError, match="damaged"):
        next_epoch(path, 1000.0)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match=r"file/mark: cannot keep"):
        Memory(tmp_path / "file" / "mark")


def test_every_start_has_a_greater_epoch(tmp_path):
    path = tmp_path / "state"
    assert next_epoch(path, 1_800_000_000.5) == 1_800_000_000
    assert next_epoch(path, 1_800_000_000.9) == 1_800_000_001
    assert next_epoch(path, 5.0) == 1_800_000_002
    path.unlink()
    assert next_epoch(path, 1_800_000_100.0) == 1_800_000_100


def test_when_no_epoch_is_left(tmp_path):
    with pytest.raises(DeviceError, match="no epoch is left"):
        next_epoch(tmp_path / "state", 2.0**32)
