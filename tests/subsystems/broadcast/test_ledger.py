"""The ledger: on disk, sound, and kill -9 loses and repeats nothing."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from subsystems.broadcast import ledger as module
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.model import Kind, Told
from subsystems.broadcast.records import (
    Begun,
    Forget,
    Heard,
    MutedZone,
    Ordered,
    OrderOver,
    Over,
    Past,
    Settled,
)
from tests.subsystems.broadcast.scene import at, occasion

ROOT = Path(__file__).parents[3]

BEGUN = Begun(
    voice="20210120T080000-7",
    at=at(0),
    zones=("a",),
    told=(Told("K1/ci", "", at(0)),),
    rounds={"K1/ci": 1},
    seconds=10.0,
    key="K1/ci",
    kind=Kind.CHECK_IN_OPEN,
)


@pytest.fixture
def complaints():
    return []


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "ledger"


@pytest.fixture
def opened(path, complaints):
    made = []

    def opened(station="test"):
        made.append(Ledger(path, station, complaints.append))
        return made[-1]

    yield opened
    for each in made:
        each.close()


def past(seconds, **more):
    line = {"until": None, "key": "K1/ci", "kind": Kind.DELAY, "run_ids": (), "zones": ("a",)}
    return Past(at=at(seconds), **(line | more))


def test_what_was_kept_is_recalled(opened, complaints):
    order = occasion("m/1", Kind.MANUAL, text={"zh": "请注意"})
    settled = Settled("K1/ci", "a", 1, at(0))
    first = opened()
    first.keep([settled, Told("K1/ci", "5", at(0)), BEGUN, Ordered(order), MutedZone("b", on=True)])
    first.close()
    awake = opened().recall(at(60))
    assert awake.settled == (settled,)
    assert awake.told == (Told("K1/ci", "5", at(0)),)
    assert awake.begun == ((BEGUN, ()),)
    assert awake.orders == (order,)
    assert (awake.muted, awake.serial) == (frozenset("b"), 7)
    assert complaints == []


def test_what_is_over_is_not_recalled(opened):
    first = opened()
    order = occasion("m/1", Kind.MANUAL)
    first.keep([BEGUN, Heard(BEGUN.voice, BEGUN.zones), Ordered(order), MutedZone("b", on=True)])
    assert first.recall(at(60)).begun == ((BEGUN, BEGUN.zones),)
    first.keep([Over(BEGUN.voice), OrderOver("m/1"), MutedZone("b", on=False)])
    awake = first.recall(at(60))
    assert (awake.begun, awake.orders, awake.muted) == ((), (), frozenset())
    assert awake.serial == 7


def test_a_day_that_begins_anew_has_no_memory_of_itself(opened):
    """A demonstration started again at the same date is not silent."""
    first = opened()
    first.keep([Settled("K1/ci", "a", 1, at(3600)), Settled("K0/ci", "a", 1, at(-60)), BEGUN])
    awake = first.recall(at(-30))
    assert [each.key for each in awake.settled] == ["K0/ci"]
    assert awake.begun == ((BEGUN, ()),)


CHILD = """
import sys, time
from pathlib import Path
from tests.subsystems.broadcast.test_ledger import BEGUN
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.records import Heard
ledger = Ledger(Path(sys.argv[1]), "test", print)
ledger.keep([BEGUN])
if sys.argv[2] == "heard":
    ledger.keep([Heard(BEGUN.voice, BEGUN.zones)])
print("speaking", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("heard", [False, True])
def test_a_kill_in_the_middle_of_a_voice_is_known_afterwards(opened, path, heard):
    argv = [sys.executable, "-c", CHILD, str(path), "heard" if heard else "begun"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout.readline() == b"speaking\n"
        child.kill()
    assert opened().recall(at(60)).begun == ((BEGUN, BEGUN.zones if heard else ()),)


def test_old_things_are_forgotten_and_the_history_is_bounded(opened, monkeypatch):
    monkeypatch.setattr(module, "HISTORY", 3)
    first = opened()
    first.keep([Settled("K1/ci", "a", 1, at(0)), Settled("K2/ci", "a", 1, at(100))])
    first.keep([past(second) for second in range(10)])
    first.keep([Forget(at(50))])
    assert [each.key for each in first.recall(at(200)).settled] == ["K2/ci"]
    assert [line.at for line in first.history(at(0), at(100))] == [at(7), at(8), at(9)]
    assert [line.at for line in first.history(at(8), at(9))] == [at(8)]
    assert [line.at for line in first.history(at(0), at(100), limit=1)] == [at(9)]


def test_another_stations_ledger_is_emptied(opened):
    first = opened()
    first.keep([Settled("K1/ci", "a", 1, at(0))])
    first.close()
    assert opened("other").recall(at(60)).settled == ()


def test_a_damaged_row_is_dropped_and_told(opened, path, complaints):
    first = opened()
    first.keep([Settled("K1/ci", "a", 1, at(0)), Settled("K2/ci", "a", 1, at(0))])
    first.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE entry SET body = 'x' WHERE name LIKE 'K1%'")
    database.close()
    awake = opened().recall(at(60))
    assert [each.key for each in awake.settled] == ["K2/ci"]
    assert len(complaints) == 1


def test_a_damaged_file_is_put_aside(opened, path, complaints):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    ledger = opened()
    ledger.keep([Settled("K1/ci", "a", 1, at(0))])
    assert len(ledger.recall(at(60)).settled) == 1
    assert path.with_suffix(".damaged").is_file()
    assert "put aside" in complaints[0]


def test_without_a_disk_it_says_so_once_and_goes_on(opened, path, complaints):
    path.mkdir(parents=True)
    ledger = opened()
    ledger.keep([Settled("K1/ci", "a", 1, at(0))])
    assert ledger.recall(at(60)).settled == ()
    assert ledger.history(at(0), at(60)) == []
    assert not ledger.works
    assert len(complaints) == 1


def test_a_disk_that_comes_back_is_used(opened, path, complaints):
    ledger = opened()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TABLE past")
    ledger.keep([past(0)])
    assert not ledger.works
    other.execute("CREATE TABLE past (number INTEGER PRIMARY KEY, at REAL, body BLOB)")
    other.close()
    ledger.keep([past(1)])
    assert ledger.works
    assert len(complaints) == 1


def test_two_days_of_the_largest_station_are_recalled_quickly(opened):
    ledger = opened()
    records = [
        Settled(f"2021-01-20.K{n}/kind/{k}", zone, 1, at(0) - timedelta(hours=1))
        for n in range(884)
        for k in range(3)
        for zone in "ab"
    ]
    ledger.keep(records)
    assert len(ledger.recall(at(0)).settled) == len(records)
