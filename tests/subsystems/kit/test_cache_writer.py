"""The writer: what is collected, when it is written, and what a full disk does."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
import structlog
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from protocol.codec import encode
from protocol.errors import DeviceError
from subsystems.kit.cache import Cache, Row
from subsystems.kit.cache_writer import FLUSH_S, RETRY_S, CacheWriter


@pytest.fixture
def rows(make):
    def row(number, rev=1):
        return Row(1, rev, encode(make.message(make.run(number), rev=rev)))

    return {f"run/2021-01-20.g{n}": row(f"G{n}") for n in range(40)}


def read(path):
    cache = Cache(path, pytest.fail)
    loaded = cache.load("test.station")
    cache.close()
    return loaded.messages


@pytest.fixture
def writer(tmp_path):
    clock = Clock()
    cache = Cache(tmp_path / "c.db", pytest.fail)
    return clock, cache, lambda run: CacheWriter(clock, run, cache, structlog.get_logger())


def test_changes_are_collected_and_only_the_newest_is_written(tmp_path, writer, rows):
    clock, _, make_writer = writer
    written = []
    writing = make_writer(lambda work: written.append(1) or execute(work))
    for rev in range(1, 50):
        row = rows["run/2021-01-20.g1"]
        writing.put("run/2021-01-20.g1", Row(1, rev, row.payload))
    clock.advance(FLUSH_S)
    assert len(written) == 1
    writing.close()
    with closing(sqlite3.connect(tmp_path / "c.db")) as database:
        assert database.execute("SELECT rev FROM entry").fetchall() == [(49,)]
    assert clock.getDelayedCalls() == []


def test_one_write_at_a_time_and_the_end_waits_for_it(writer, tmp_path, rows):
    clock, _, make_writer = writer
    under_way = []

    def in_thread(work):
        under_way.append((work, Deferred()))
        return under_way[-1][1]

    writing = make_writer(in_thread)
    writing.put("run/2021-01-20.g1", rows["run/2021-01-20.g1"])
    clock.advance(FLUSH_S)
    writing.put("run/2021-01-20.g2", rows["run/2021-01-20.g2"])
    clock.advance(10)
    assert len(under_way) == 1
    closed = writing.close()
    assert not closed.called
    work, done = under_way[0]
    work()
    done.callback(None)
    assert closed.called
    assert len(read(tmp_path / "c.db")) == 2


def test_a_full_disk_is_said_once_and_tried_again_later(writer, tmp_path, rows, log_lines):
    clock, _, make_writer = writer
    full = [True]

    def in_thread(work):
        if full[0]:
            done = Deferred()
            done.errback(Failure(DeviceError("disk full")))
            return done
        return execute(work)

    writing = make_writer(in_thread)
    writing.put("run/2021-01-20.g1", rows["run/2021-01-20.g1"])
    clock.advance(FLUSH_S)
    clock.pump([RETRY_S] * 3)
    assert [x["event"] for x in log_lines] == ["cache.write-failed"]
    full[0] = False
    clock.advance(RETRY_S)
    assert [x["event"] for x in log_lines] == ["cache.write-failed", "cache.writing-again"]
    writing.close()
    assert len(read(tmp_path / "c.db")) == 1
