"""The cache: what is torn or damaged is found, dropped, said, and never given out."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import DeviceError
from subsystems.kit.cache import Cache, Facts, Row

STATION = "test.station"
FIXTURES = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def rows(make):
    def row(number, rev=1):
        return Row(1, rev, encode(make.message(make.run(number), rev=rev)))

    return {f"run/2021-01-20.g{n}": row(f"G{n}") for n in range(40)}


@pytest.fixture
def facts(make):
    return Facts(station=STATION, heard_at=make.T0, clock_offset_s=1.5)


def fill(path, changes):
    cache = Cache(path, pytest.fail)
    cache.write(changes)
    cache.close()


def read(path, station=STATION):
    complaints = []
    cache = Cache(path, complaints.append)
    loaded = cache.load(station)
    cache.close()
    return loaded, complaints + loaded.complaints


def test_what_was_written_is_read_and_deletions_last(tmp_path, rows, facts):
    path = tmp_path / "deep" / "cache.db"
    fill(path, {**rows, "facts": facts})
    fill(path, {"run/2021-01-20.g0": None})
    loaded, complaints = read(path)
    assert complaints == []
    assert loaded.facts == facts
    assert {e: encode(m) for e, m in loaded.messages.items()} == {
        e: row.payload for e, row in rows.items() if e != "run/2021-01-20.g0"
    }


@pytest.mark.parametrize("column", ["payload", "epoch", "rev", "digest", "entity"])
def test_a_row_that_was_tampered_with_is_dropped_and_said_once(tmp_path, rows, column):
    fill(tmp_path / "c.db", rows)
    value = {"payload": b"{}", "epoch": 9, "rev": 9, "digest": b"", "entity": "run/other"}[column]
    with closing(sqlite3.connect(tmp_path / "c.db")) as database, database:
        update = f"UPDATE entry SET {column} = ? WHERE entity LIKE '%.g7'"  # noqa: S608 - ours
        database.execute(update, (value,))
    loaded, complaints = read(tmp_path / "c.db")
    assert len(loaded.messages) == 39
    assert [("checksum" in c) for c in complaints] == [True]
    assert read(tmp_path / "c.db")[1] == []


def test_a_name_that_is_no_text_costs_the_file_but_not_the_truth(tmp_path, rows):
    path = tmp_path / "c.db"
    fill(path, rows)
    with closing(sqlite3.connect(path)) as database, database:
        update = "UPDATE entry SET entity = CAST(X'72FF2F' AS TEXT) WHERE entity LIKE '%.g7'"
        database.execute(update)
    loaded, complaints = read(path)
    assert (loaded.messages, len(complaints)) == ({}, 1)
    fill(path, rows)
    assert len(read(path)[0].messages) == 40


def test_a_row_of_another_version_is_dropped(tmp_path):
    fill(tmp_path / "c.db", {"run/x": Row(1, 1, b'{"v":"9.0"}'), "facts": Row(0, 0, b"[]")})
    loaded, complaints = read(tmp_path / "c.db")
    assert (loaded.messages, loaded.facts, len(complaints)) == ({}, None, 2)


def test_another_stations_cache_is_emptied(tmp_path, rows, facts):
    fill(tmp_path / "c.db", {**rows, "facts": facts})
    loaded, complaints = read(tmp_path / "c.db", "other.station")
    assert (loaded.messages, loaded.facts) == ({}, None)
    assert "test.station" in complaints[0]
    assert read(tmp_path / "c.db")[0].messages == {}


def test_a_cache_of_an_older_shape_is_begun_anew(tmp_path):
    with closing(sqlite3.connect(tmp_path / "c.db")) as database, database:
        database.execute("CREATE TABLE entry (x)")
    assert read(tmp_path / "c.db")[1] == []


@settings(max_examples=60, suppress_health_check=FIXTURES, deadline=None)
@given(data=st.data())
def test_whatever_happens_to_the_file_only_the_truth_is_given_out(tmp_path, rows, facts, data):
    path = tmp_path / "c.db"
    for old in tmp_path.iterdir():
        old.unlink()
    fill(path, {**rows, "facts": facts})
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans(), "torn"):
        del raw[data.draw(st.integers(0, len(raw) - 1), "at") :]
    else:
        start = data.draw(st.integers(0, len(raw) - 1), "start")
        length = data.draw(st.integers(1, 3000), "length")
        raw[start : start + length] = data.draw(st.randoms()).randbytes(
            len(raw[start : start + length])
        )
    path.write_bytes(raw)
    loaded, _ = read(path)
    for entity, message in loaded.messages.items():
        assert encode(message) == rows[entity].payload
    assert loaded.facts in {None, facts}
    fill(path, rows)
    assert set(read(path)[0].messages) >= set(rows)


def test_a_file_that_is_no_database_is_put_aside(tmp_path, rows):
    path = tmp_path / "c.db"
    path.write_bytes(b"not a database" * 100)
    loaded, complaints = read(path)
    assert loaded.messages == {}
    assert "put aside" in complaints[0]
    assert (tmp_path / "c.damaged").read_bytes().startswith(b"not a")
    fill(path, rows)
    assert len(read(path)[0].messages) == 40


def test_a_place_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceError, match="file"):
        Cache(tmp_path / "file" / "c.db", pytest.fail)


@settings(max_examples=150, suppress_health_check=FIXTURES, deadline=None)
@given(data=st.data())
def test_a_bit_that_flips_anywhere_shows_nothing_false(tmp_path, rows, facts, data):
    """Also in the log of what was written last, as a machine leaves it whose power went."""
    for old in tmp_path.iterdir():
        old.unlink()
    alive = Cache(tmp_path / "alive.db", pytest.fail)
    alive.write({**rows, "facts": facts})
    path = tmp_path / "c.db"
    for suffix in ("", "-wal"):
        raw = bytearray((tmp_path / f"alive.db{suffix}").read_bytes())
        if raw and data.draw(st.booleans(), f"damage{suffix}"):
            at = data.draw(st.integers(0, len(raw) - 1), "at")
            raw[at] ^= 1 << data.draw(st.integers(0, 7), "bit")
        if raw and data.draw(st.booleans(), f"torn{suffix}"):
            del raw[data.draw(st.integers(0, len(raw)), "end") :]
        path.with_name(path.name + suffix).write_bytes(raw)
    alive.close()
    loaded, _ = read(path)
    for entity, message in loaded.messages.items():
        assert encode(message) == rows[entity].payload
    assert loaded.facts in {None, facts}
    fill(path, rows)
    assert set(read(path)[0].messages) >= set(rows), "it is rebuilt"
