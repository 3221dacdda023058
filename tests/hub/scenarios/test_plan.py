"""From a scenario to commands and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.kernel.obey_notice import obey_notice
from hub.kernel.override import ClearOverride, DelayUnknown, Field, SetOverride, SetStationMode
from hub.scenarios.model import Wanted
from hub.scenarios.plan import begin, end
from protocol.errors import OperatorError
from protocol.notices import NoticeKind
from protocol.runs import CallTime, Named, Role, Run, TrainPhase
from station_config.load import load_station

STATIONS = Path(__file__).parents[3] / "station_config/stations"
STATION = load_station(STATIONS / "hohhot_east")
T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)
PLACE = Named("x", {"zh": "某站", "en": "Some"})
SAID = {"who": "wang", "why": "signal box reports"}


def run(number: str, track: str, minutes: int, *, cancelled: bool = False) -> Run:
    return Run(
        run_id=f"2021-01-20.{number}",
        service_date=date(2021, 1, 20),
        departure_number=number,
        category="K",
        role=Role.ORIGIN,
        origin=PLACE,
        destination=PLACE,
        departure=CallTime(planned=T0 + timedelta(minutes=minutes)),
        track=track,
        cancelled=cancelled,
    )


RUNS = (
    (run("K1", "1", 20), TrainPhase.EXPECTED),
    (run("K2", "1", 400), TrainPhase.EXPECTED),
    (run("K3", "4", 20), TrainPhase.EXPECTED),
    (run("K4", "1", 10), TrainPhase.DEPARTED),
    (run("K5", "1", 30, cancelled=True), TrainPhase.EXPECTED),
)


def started(**wanted: object):  # type: ignore[no-untyped-def]
    made = Wanted(scenario="track-blocked", **wanted)  # type: ignore[arg-type] # of many kinds
    return begin(made, STATION, RUNS, T0, running_id="s1", **SAID)


def test_a_blocked_track_tells_and_holds_its_trains_for_as_long_as_it_lasts() -> None:
    running, commands = started(tracks=("1",), minutes=60, manual=True)
    until = T0 + timedelta(hours=1)
    notice, mode, hold = commands
    assert isinstance(notice, SetNotice)
    assert (notice.notice.kind, notice.notice.spoken) == (NoticeKind.EMERGENCY, True)
    assert notice.notice.ends_at == until
    assert isinstance(mode, SetStationMode)
    assert (mode.manual, mode.until) == (True, until)
    assert isinstance(hold, SetOverride)
    assert (hold.run_id, hold.word, hold.until) == ("2021-01-20.K1", DelayUnknown(), until)
    assert running.held == ("2021-01-20.K1",)


def test_its_end_takes_back_what_it_did_and_nothing_else() -> None:
    running, _ = started(tracks=("1",), manual=True)
    gone, clear, auto, say = end(running, STATION, T0, say="all-clear", **SAID)
    assert isinstance(gone, WithdrawNotice)
    assert gone.notice_id == running.notice_id
    assert isinstance(clear, ClearOverride)
    assert (clear.run_id, clear.field) == ("2021-01-20.K1", Field.UNKNOWN)
    assert isinstance(auto, SetStationMode)
    assert not auto.manual
    assert isinstance(say, SetNotice)
    assert say.notice.text == next(
        each.texts for each in STATION.announcements.prepared if each.id == "all-clear"
    )
    assert say.notice.ends_at is not None


def test_a_drill_commands_nothing_and_knows_what_it_would_do() -> None:
    running, commands = started(tracks=("1",), manual=True, drill=True)
    assert commands == ()
    assert running.held == ("2021-01-20.K1",)
    assert running.notice_id == ""
    assert end(running, STATION, T0, say="all-clear", **SAID) == ()


def test_ids_of_commands_are_unique_so_that_none_is_taken_for_another() -> None:
    running, commands = started(tracks=("1", "4"), manual=True)
    ids = [each.command_id for each in (*commands, *end(running, STATION, T0, **SAID))]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "wanted", [Wanted(scenario="none"), Wanted(scenario="evacuation", tracks=("99",))]
)
def test_what_the_station_does_not_have_is_refused(wanted: Wanted) -> None:
    with pytest.raises(OperatorError):
        begin(wanted, STATION, (), T0, running_id="s1", **SAID)


@pytest.mark.parametrize("station", sorted(p.name for p in STATIONS.iterdir() if p.is_dir()))
def test_every_prepared_text_of_every_station_is_a_notice_that_the_kernel_takes(
    station: str,
) -> None:
    loaded = load_station(STATIONS / station)
    assert loaded.announcements.prepared
    for text in loaded.announcements.prepared:
        wanted = Wanted(scenario=text.id)
        _, (command,) = begin(wanted, loaded, (), T0, running_id="s1", **SAID)
        assert isinstance(command, SetNotice)
        assert obey_notice(command, None, loaded, T0).refused == ()
