"""What of a station may be another one while the hub runs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.kernel.replan import require_same_place
from protocol.errors import OperatorError


def test_another_timetable_and_other_places_are_another_plan(station):
    timetable = replace(station.timetable, rows=station.timetable.rows[:2])
    then = replace(station, timetable=timetable, places={}, directory=Path("/elsewhere"))
    require_same_place(station, then)


def test_what_other_processes_hold_too_is_refused_by_name(station):
    policies = replace(station.policies, minimum_dwell=timedelta(minutes=9))
    then = replace(station, policies=policies, languages=("en",), timetable=None)
    with pytest.raises(OperatorError, match="languages, policies; restart") as refused:
        require_same_place(station, then)
    assert refused.value.where == str(station.directory)
