"""A plan that changes during the day: in the kernel, in the journal, and by command."""

import shutil
from dataclasses import replace
from datetime import time

import msgspec
import pytest

from hub.operations import Operations
from hub.past.replay import replay
from hub.reload import Reloaded
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.messages import Plan
from protocol.runs import Run
from protocol.times import minute_number
from station_config.runtime.command import main
from station_config.runtime.deployment import dump_deployment
from tests.hub.real_hub import RealHub

K1, G2, G3 = "2021-01-20.k1", "2021-01-20.g2", "2021-01-20.g3"


@pytest.fixture
def hub(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    yield operations
    operations.close()


@pytest.fixture
def winter(station):
    """G2 leaves at 11:30, G3 is no more, X8 is new."""
    _, g2, _, *rest = station.timetable.rows
    later = replace(g2, departure=time(11, 30))
    new = replace(g2, departure_number="X8", category="K", departure=time(9, 45))
    rows = (station.timetable.rows[0], later, new, *rest)
    return replace(station, timetable=replace(station.timetable, rows=rows))


def live(operations):
    return {p.entity: p.body for p in operations.live() if p.body is not None}


def run_of(operations, run_id):
    return msgspec.json.decode(live(operations)[f"run/{run_id}"], type=Run)


def plan_of(operations):
    return msgspec.json.decode(live(operations)["plan/2021-01-20"], type=Plan)


def test_the_plan_and_its_runs_follow_the_new_timetable(hub, winter, build):
    result = hub.replan(build.at("08:30"), winter)
    runs = {run.run_id: run for run in plan_of(hub).runs}
    assert runs[G2].departure.planned == build.at("11:30")
    assert G3 not in runs
    assert runs["2021-01-20.x8"].departure.planned == build.at("09:45")
    assert result.publications > 0
    assert hub.facts_of("2021-01-20.x8").timetable.departure == build.at("09:45")
    assert hub.facts_of(G3).withdrawn


def test_what_dispatching_has_said_stays(hub, winter, build):
    late = build.plan(
        key="g2",
        arrival_number=None,
        departure_number="G2",
        role=build.Role.ORIGIN,
        arrival_track=None,
        departure_track="t3",
        planned_arrival=None,
        planned_departure=build.at("11:00"),
        estimated_departure=build.at("11:12"),
    )
    hub.step(build.at("08:10"), [build.upsert(late)])
    hub.replan(build.at("08:30"), winter)
    assert run_of(hub, G2).departure.expected == build.at("11:12")
    assert hub.facts_of(G2).timetable.departure == build.at("11:30")


def test_a_row_that_the_timetable_did_not_have_is_believed_when_it_does(hub, winter, build):
    row = build.plan(
        key="x8",
        arrival_number=None,
        departure_number="X8",
        role=build.Role.ORIGIN,
        arrival_track=None,
        departure_track="t3",
        planned_arrival=None,
        planned_departure=None,
        estimated_departure=build.at("09:59"),
    )
    assert hub.step(build.at("08:10"), [build.upsert(row)]).rejected
    result = hub.replan(build.at("08:30"), winter)
    assert result.rows == ("plan/x8",)
    assert "2021-01-20.x8" in result.runs
    assert run_of(hub, "2021-01-20.x8").departure.expected == build.at("09:59")


def test_the_same_timetable_again_tells_nothing(hub, station, build):
    result = hub.replan(build.at("08:30"), replace(station))
    assert (result.runs, result.publications) == ((), 0)


def test_another_layout_is_refused_and_changes_nothing(hub, station, build):
    with pytest.raises(OperatorError, match="layouts"):
        hub.replan(build.at("08:30"), replace(station, layouts=()))
    assert hub.station == station


def test_the_day_is_lived_again_with_both_timetables(hub, winter, database_url, build):
    hub.replan(build.at("08:30"), winter)
    for minute in range(31, 59):
        now = build.at(f"08:{minute}")
        hub.step(now, (), minute_number(now))
    with reading(database_url) as reader:
        found = replay(reader.records(), reader.tables())
    assert found.differences == []
    assert found.steps > 2


def test_after_a_restart_the_new_timetable_is_no_news(hub, winter, database_url, build):
    hub.replan(build.at("08:30"), winter)
    before = live(hub)
    hub.close()
    again = Operations(database_url, winter)
    again.open(build.at("08:31"))
    assert live(again) == before
    again.close()


@pytest.fixture
def running(tmp_path):
    """A real hub on a copy of a real station, whose files may be edited."""
    hub = RealHub(tmp_path)
    directory = tmp_path / "station"
    shutil.copytree(hub.deployment.station, directory)
    hub.deployment = msgspec.structs.replace(hub.deployment, station=directory)
    hub.file.unlink()
    dump_deployment(hub.deployment, hub.file)
    hub.start()
    yield hub, directory / "timetable.csv"
    hub.kill()


def test_the_command_makes_the_running_hub_read_its_files(running, capsys):
    hub, file = running
    *head, last = file.read_text().splitlines()
    file.write_text("\n".join(head) + "\n")
    assert main(["reload", "--deployment", str(hub.file), "--json"]) == 0
    reloaded = msgspec.json.decode(capsys.readouterr().out, type=Reloaded)
    assert reloaded.rows == len(head) - 2  # a comment, the names of the columns
    assert reloaded.publications > 0
    assert last
    assert main(["reload", "--deployment", str(hub.file)]) == 0
    assert "no news" in capsys.readouterr().out


def test_mistakes_in_the_files_are_listed_and_change_nothing(running, capsys):
    hub, file = running
    file.write_text(file.read_text() + "nonsense\n")
    assert main(["reload", "--deployment", str(hub.file)]) != 0
    assert "timetable.csv" in capsys.readouterr().err
    assert hub.healthy()


def test_more_than_the_timetable_is_refused_by_the_hub(running, capsys):
    hub, file = running
    station = file.with_name("station.xml")
    station.write_text(station.read_text().replace('zone="Asia/Shanghai"', 'zone="Asia/Tokyo"'))
    assert main(["reload", "--deployment", str(hub.file), "--check"]) == 0
    assert main(["reload", "--deployment", str(hub.file)]) != 0
    assert "restart the hub" in capsys.readouterr().err
