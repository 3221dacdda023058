"""A station's day and a half in a database, with a late train, a bad track, and a restart."""

from dataclasses import replace

import pytest

from hub.operations import Operations
from hub.past.commands import EXPLAIN, HISTORY, JOURNAL, REPLAY, REPORT
from protocol.times import MINUTE, minute_number

COMMANDS = {
    "explain": EXPLAIN,
    "history": HISTORY,
    "journal": JOURNAL,
    "replay": REPLAY,
    "report": REPORT,
}


def pass_minutes(operations, start, count):
    for n in range(count):
        now = start + n * MINUTE
        operations.step(now, (), minute_number(now))
        operations.tidy(now)


def live(database_url, station, build):
    """K1 is 7 minutes late, was first said to use a track that there is not, and left at 10:25."""
    operations = Operations(database_url, station)
    operations.open(build.at("09:00"))
    late = build.plan(estimated_arrival=build.at("10:07"), arrival_track="t99")
    operations.step(build.at("09:30"), [build.upsert(late)])
    pass_minutes(operations, build.at("09:31"), 55)
    gone = build.log(step=build.Step.DEPARTED, actual_departure=build.at("10:25"), track="t1")
    operations.step(build.at("10:26"), [build.upsert(gone), build.upsert(build.log(key="k9"))])
    pass_minutes(operations, build.at("10:31"), 10)
    operations.close()
    less = replace(station, timetable=replace(station.timetable, rows=station.timetable.rows[:3]))
    operations = Operations(database_url, less)
    operations.open(build.at("11:00"))
    for minutes in range(0, 24 * 60, 20):
        pass_minutes(operations, build.at("11:01") + minutes * MINUTE, 1)
    operations.close()
    return database_url


@pytest.fixture(scope="module")
def lived(module_database_url, station, build):
    """See `live`; the tests of a module share it, and only read."""
    return live(module_database_url, station, build)


@pytest.fixture
def lived_apart(database_url, station, build):
    """See `live`; a test's own, to be changed."""
    return live(database_url, station, build)


@pytest.fixture
def say(lived, capsys):
    """Run ``station NAME ARGUMENTS`` on the database; return exit code and what it prints."""

    def run(name, *arguments, database=True):
        import argparse  # noqa: PLC0415

        parser = argparse.ArgumentParser()
        COMMANDS[name].configure(parser)
        where = ("--database", lived) if database else ()
        parser.set_defaults(run=COMMANDS[name].run)
        parsed = parser.parse_args([*arguments, *where])
        code = parsed.run(parsed)
        return code, capsys.readouterr().out

    return run
