from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from protocol.runs import Role
from station_config.model import (
    Layout,
    LeadTime,
    Platform,
    Policies,
    Station,
    Timetable,
    TimetableRow,
    Track,
    TrackKind,
    Windows,
    Yard,
)

MINUTE = timedelta(minutes=1)


def make_row(role, number, arrival, departure, track, category="K"):
    arrives = None if arrival is None else time.fromisoformat(arrival)
    departs = None if departure is None else time.fromisoformat(departure)
    return TimetableRow(
        arrival_number=number if arrives else None,
        departure_number=number if departs else None,
        category=category,
        role=role,
        origin="西" if arrives else "本站",
        destination="东" if departs else "本站",
        arrival=arrives,
        departure=departs,
        track=track,
    )


def busy_rows():
    """A day of 120 trains, one every 12 minutes; the last ones stand here over midnight."""
    roles = (Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.INTERMEDIATE, Role.PASS)
    rows = []
    for n in range(120):
        role = roles[n % 5]
        hour, minute = divmod(n * 12, 60)
        arrival = f"{hour:02}:{minute:02}"
        hour, minute = divmod((n * 12 + (0 if role is Role.PASS else 14)) % 1440, 60)
        departure = f"{hour:02}:{minute:02}"
        rows.append(
            make_row(
                role,
                f"K{100 + n}",
                None if role is Role.ORIGIN else arrival,
                None if role is Role.TERMINUS else departure,
                "M" if role is Role.PASS else str(n % 6 + 1),
            )
        )
    return tuple(rows)


def make_station(rows, zone="Asia/Shanghai", day=date(2021, 1, 20)):
    tracks = [
        Track(str(n), str(n), "n", TrackKind.RECEIVING_DEPARTURE, "P", 600) for n in range(1, 9)
    ]
    tracks.append(Track("M", "M", "n", TrackKind.MAIN, None, 600))
    tracks.append(Track("S1", "S1", "s", TrackKind.RECEIVING_DEPARTURE, "P", 600))
    layout = Layout(
        valid_from=date(2000, 1, 1),
        yards=(Yard("n", {}), Yard("s", {})),
        platforms=(Platform("P", "P", "n", 600),),
        tracks=tuple(tracks),
        waiting_rooms=(),
        gates=(),
    )
    zero = timedelta()
    return Station(
        id="test",
        names={"en": "Test"},
        codes={},
        zone=zone,
        languages=("en",),
        layouts=(layout,),
        announcement_zones=(),
        boards=(),
        categories=(),
        lead_times=(LeadTime(15 * MINUTE, 2 * MINUTE, 5 * MINUTE),),
        windows=Windows(zero, zero, zero, zero, zero, zero),
        policies=Policies(estimate_lifetime=10 * MINUTE, minimum_dwell=4 * MINUTE, rules=()),
        places={},
        timetable=Timetable(day, tuple(rows)),
        directory=Path(),
    )


@pytest.fixture(scope="session")
def station():
    return make_station(busy_rows())
