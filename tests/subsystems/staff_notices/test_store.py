"""What is on disk survives, and the audit cannot be changed unseen."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest
from twisted.internet.defer import Deferred, maybeDeferred

from protocol.errors import DeviceError
from subsystems.staff_notices.events import Happened
from subsystems.staff_notices.keeper import Keeper, together
from subsystems.staff_notices.model import Verdict
from subsystems.staff_notices.people import Session
from subsystems.staff_notices.record import SIGN_ON, record, session_line
from subsystems.staff_notices.store import Step, Store


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "s.sqlite")
    yield made
    made.close()


@pytest.fixture
def lived(office, through, make):
    """An office that has told and been signed; it knows the steps that it made."""
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 14 * make.minute)
    made.sign(made.of("watering", through.run_id, "arrival"))
    made.change(make.change(through, track="6", platform="3"))
    return made


def test_an_earlier_life_is_known_again(store, lived, make):
    store.recall(make.midnight, make.midnight)
    store.write(record(lived.effects, lived.now))
    known = store.recall(lived.now, make.midnight - timedelta(days=1))
    assert known.since == make.midnight, "of the first life"
    assert known.notices == {i: dict(each) for i, each in lived.state.notices.items()}
    assert known.first == dict(lived.state.first)
    assert known.verdicts == dict(lived.state.verdicts)
    assert store.check() == ""


def test_every_revision_is_found_and_who_signed(store, lived):
    store.write(record(lived.effects, lived.now))
    span = (lived.now - timedelta(hours=2), lived.now + timedelta(minutes=1))
    found = [n for n in store.notices(*span, post="watering") if n.moment == "arrival"]
    assert [(n.revision, n.status) for n in found] == [(1, "SUPERSEDED"), (2, "ISSUED")]
    assert found[0].signature.person == "王芳"
    assert store.notices(*span, number="nobody") == []
    kinds = [line.kind for _, line, _ in store.lines(post="watering")]
    assert kinds == ["issue", "sign", "supersede", "issue"]
    signed = next(line for _, line, _ in store.lines() if line.kind == "sign")
    assert (signed.person, signed.terminal) == ("王芳", "t-1")
    assert signed.detail["told"]["track"]


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE audit SET line = replace(line, '王芳', '李明') WHERE line LIKE '%王芳%'", None),
        ("DELETE FROM audit WHERE seq = 2", 2),
    ],
)
def test_who_changes_the_audit_is_found_out(tmp_path, store, lived, change, seq):
    store.write(record(lived.effects, lived.now))
    with sqlite3.connect(tmp_path / "s.sqlite") as raw:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            raw.execute(change)
        for name in ("UPDATE", "DELETE"):
            raw.execute(f"DROP TRIGGER audit_no_{name}")
        raw.execute(change)
    raw.close()
    why = store.check()
    assert "is missing" in why if seq else "is not the one that was written" in why


def test_the_same_signature_twice_is_one(store, lived):
    effects = [e for e in lived.effects if not isinstance(e, Happened)]
    step = record(effects, lived.now)
    store.write(step)
    store.write(Step(signatures=step.signatures))
    known = store.recall(lived.now, lived.now - timedelta(days=1))
    assert known.verdicts == {"signature-1": Verdict.ACCEPTED}


def test_sessions_stay_while_they_last(store, make):
    session = Session(
        id="session-1",
        post="gates",
        terminal="t-1",
        person="王芳",
        began_at=make.midnight,
        received_at=make.midnight,
    )
    line = session_line(session, SIGN_ON, make.midnight)
    store.write(Step(lines=(line,), sessions=(session,)))
    assert store.recall(make.midnight, make.midnight).sessions == (session,)
    assert store.session("session-1") == session
    assert store.session("session-2") is None
    assert "session-1" not in str(line.detail), "whoever reads the audit cannot sign by it"


def test_a_command_reads_beside_the_process_and_makes_nothing(tmp_path, store, lived):
    with pytest.raises(DeviceError, match="no notices were ever kept"):
        Store(tmp_path / "none.sqlite", read_only=True)
    store.write(record(lived.effects, lived.now))
    reader = Store(tmp_path / "s.sqlite", read_only=True)
    assert reader.head == store.head
    with pytest.raises(DeviceError, match="readonly"):
        reader.write(record(lived.effects, lived.now))
    reader.close()


@pytest.mark.usefixtures("store")
def test_another_version_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "s.sqlite") as raw:
        raw.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
    raw.close()
    with pytest.raises(DeviceError, match="is of version 0, not 1"):
        Store(tmp_path / "s.sqlite")


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from subsystems.staff_notices.chain import Line
from subsystems.staff_notices.store import Step, Store
store = Store(Path(sys.argv[1]))
for nth in range(100000):
    store.write(Step(lines=(Line(at=datetime(2021, 1, 20, tzinfo=UTC), kind=str(nth)),)))
    print(nth, flush=True)
"""


def test_what_was_answered_survives_kill_9(tmp_path):
    path = tmp_path / "k.sqlite"
    argv = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        told = [int(writer.stdout.readline()) for _ in range(60)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [int(line) for line in writer.stdout if line.endswith("\n")]
    store = Store(path)
    kept = [int(line.kind) for _, line, _ in store.lines()]
    assert kept[: len(told)] == told
    assert store.check() == ""
    store.close()


class _Disk:
    def __init__(self):
        self.full, self.steps = False, []

    def write(self, step):
        if self.full:
            raise DeviceError("no space left")
        self.steps.append(step)


def test_what_the_disk_refuses_waits_in_its_order(make):
    disk, told, refused = _Disk(), [], []
    keeper = Keeper(disk, maybeDeferred, told.append)
    lines = [Step(lines=(session_line(_someone(make, n), SIGN_ON, make.midnight),)) for n in "abc"]
    keeper.keep(lines[0])
    disk.full = True
    for step in lines[1:]:
        keeper.keep(step).addErrback(refused.append)
    keeper.keep(Step()).addErrback(refused.append)
    assert [each.check(DeviceError) for each in refused] == [DeviceError] * 3
    assert (keeper.waiting, told) == (2, ["no space left"])
    disk.full = False
    kept = keeper.keep(Step())
    assert kept.called
    assert disk.steps == [lines[0], together(lines[1:])]
    assert (keeper.waiting, told) == (0, ["no space left", ""])


class _Thread:
    """Calls that a thread would do, done when the test says so."""

    def __init__(self):
        self.calls = []

    def __call__(self, call):
        done = Deferred()
        self.calls.append((call, done))
        return done

    def work(self):
        call, done = self.calls.pop(0)
        maybeDeferred(call).chainDeferred(done)


def test_one_write_is_under_way_and_what_comes_meanwhile_is_written_after_it(make):
    disk, thread, told = _Disk(), _Thread(), []
    keeper = Keeper(disk, thread, told.append)
    lines = [Step(lines=(session_line(_someone(make, n), SIGN_ON, make.midnight),)) for n in "abc"]
    done = []
    for number, step in enumerate(lines):
        keeper.keep(step).addCallback(lambda _, n=number: done.append(n))
    assert (len(thread.calls), keeper.waiting, done) == (1, 3, [])
    thread.work()
    assert (disk.steps, done) == ([lines[0]], [0])
    closed = keeper.close()
    assert not closed.called
    thread.work()
    assert (disk.steps, done, keeper.waiting) == ([lines[0], together(lines[1:])], [0, 1, 2], 0)
    assert closed.called
    keeper.keep(lines[0])
    assert disk.steps[-1] == lines[0], "at the end it is written at once"


def test_steps_that_are_written_together_are_those_of_the_single_ones(tmp_path, lived):
    steps = [record(lived.effects[n : n + 7], lived.now) for n in range(0, len(lived.effects), 7)]
    stores = [Store(tmp_path / name) for name in ("apart.sqlite", "together.sqlite")]
    for step in steps:
        stores[0].write(step)
    stores[1].write(together(steps))
    assert stores[0].head == stores[1].head
    known = [each.recall(lived.now, lived.now - timedelta(days=1)) for each in stores]
    assert known[0] == known[1]
    for store in stores:
        store.close()


def _someone(make, name):
    return Session(
        id=f"session-{name}",
        post="gates",
        terminal="t",
        person=name,
        began_at=make.midnight,
        received_at=make.midnight,
    )
