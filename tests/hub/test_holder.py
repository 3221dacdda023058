"""Who is certainly dead, and who may not be."""

import subprocess
import sys
from dataclasses import replace

import pytest

from hub.holder import PROC, known_dead, this_process


@pytest.fixture
def child():
    """A process as the holder of a lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import os; os.read(0, 1)"], stdin=subprocess.PIPE
    )
    fields = (PROC / str(process.pid) / "stat").read_text().rpartition(")")[2].split()
    yield process, replace(this_process(), id="child", pid=process.pid, born=int(fields[19]))
    process.kill()
    process.wait()
    process.stdin.close()


def test_this_process_lives_and_is_named_anew_each_time():
    me, again = this_process(), this_process()
    assert not known_dead(me)
    assert me.id != again.id
    assert replace(me, id="") == replace(again, id="")
    assert me.boot
    assert me.born


def test_a_process_is_dead_when_it_has_ended_buried_or_not(child):
    process, holder = child
    assert not known_dead(holder)
    process.send_signal(19)
    assert not known_dead(holder), "it is stopped, and may go on"
    process.kill()
    while (PROC / str(process.pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    assert known_dead(holder)
    process.wait()
    assert known_dead(holder)


def test_another_process_with_its_number_is_not_it(child):
    _, holder = child
    assert known_dead(replace(holder, born=holder.born - 1))


@pytest.mark.parametrize("unknown", [{"boot": "another machine"}, {"boot": ""}, {"born": 0}])
def test_of_another_machine_nothing_is_known(child, unknown):
    process, holder = child
    process.kill()
    process.wait()
    assert not known_dead(replace(holder, **unknown))


def test_a_process_that_is_hidden_is_not_dead(child, tmp_path):
    """As ``/proc`` mounted with hidepid=2 shows it to another user."""
    _, holder = child
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    boot = (PROC / "sys/kernel/random/boot_id").read_text()
    (tmp_path / "sys/kernel/random/boot_id").write_text(boot)
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "self/ns/pid").symlink_to((PROC / "self/ns/pid").readlink())
    assert not known_dead(holder, tmp_path)


def test_without_proc_nothing_is_known(tmp_path):
    me = this_process(tmp_path)
    assert (me.boot, me.born) == ("", 0)
    assert not known_dead(me, tmp_path)
