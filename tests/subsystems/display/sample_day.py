"""A station's real day as runs, with timelines by simple rules of the tests' own.

Not the kernel's rules: the display must be right for any timeline.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from protocol.identifiers import make_run_id
from protocol.runs import CallTime, Punctuality, Role, Run, Timeline

MIN = timedelta(minutes=1)


def plan(station, day):
    """Return the day's runs by the timetable."""
    runs = [_run(station, day, row) for row in station.timetable.rows]
    return {run.run_id: run for run in runs}


def _run(station, day, row):
    layout = station.layout_on(day)
    arrival = _instant(day, row.arrival, station.zone_info)
    departure = _instant(day, row.departure, station.zone_info)
    if arrival and departure and departure < arrival:
        departure += timedelta(days=1)
    track = layout.track(row.track) if row.track else None
    platform = layout.platform(track.platform) if track and track.platform else None
    gates = layout.gates_to(platform.id) if platform and row.role is not Role.TERMINUS else ()
    room = layout.waiting_room(gates[0].waiting_room).named if gates else None
    run = Run(
        run_id=make_run_id(day, row.departure_number or row.arrival_number),
        service_date=day,
        arrival_number=row.arrival_number,
        departure_number=row.departure_number,
        category=row.category,
        role=row.role,
        origin=station.place(row.origin),
        destination=station.place(row.destination),
        arrival=CallTime(planned=arrival) if arrival else None,
        departure=CallTime(planned=departure) if departure else None,
        track=row.track,
        platform=platform.label if platform else None,
        gates=tuple(g.label for g in gates[:2]),
        waiting_room=room,
    )
    return with_timeline(run)


def _instant(day, at, zone):
    return None if at is None else datetime.combine(day, at, zone).astimezone(UTC)


def with_timeline(run):
    """Return `run` with the timeline that its times give."""
    arrives = run.arrival.expected if run.arrival and not run.held else None
    departs = run.departure.expected if run.departure and not run.held else None
    planned = (run.arrival or run.departure).planned
    calls = run.role is not Role.TERMINUS and not run.cancelled
    timeline = Timeline(
        shown_at=min(arrives or departs or planned, planned) - 180 * MIN,
        waiting_at=departs - 60 * MIN if departs and calls else None,
        gate_shown_at=departs and departs - 20 * MIN,
        check_in_opens_at=departs - 15 * MIN if departs and calls else None,
        last_call_at=departs - 7 * MIN if departs and calls else None,
        check_in_closes_at=departs - 5 * MIN if departs and calls else None,
        approaches_at=arrives and arrives - 3 * MIN,
        arrives_at=arrives,
        departs_at=departs,
        arrival_shown_until=arrives and arrives + 10 * MIN,
        departure_shown_until=departs and departs + 1 * MIN,
    )
    return msgspec.structs.replace(run, timeline=timeline)


def change(run, *, late=None, **fields):
    """Return `run` moved by `late` minutes and with `fields`, its timeline made anew."""
    if late is not None:
        for name in ("arrival", "departure"):
            call = getattr(run, name)
            if call:
                estimated = call.planned + late * MIN
                fields[name] = msgspec.structs.replace(call, estimated=estimated)
        told = Punctuality.DELAYED if late > 0 else Punctuality.EARLY
        fields.setdefault("punctuality", told if late else Punctuality.ON_TIME)
    return with_timeline(msgspec.structs.replace(run, **fields))
