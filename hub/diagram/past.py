"""What the journal says of a stretch of time, run by run, for a film of what was.

Law: only what was told and when; no rule of today is applied. A run's own publication stands over
the day's plan, as for every screen. Whether dispatching was fresh does not stand in the journal, so
nothing is shown as lapsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.diagram.bases import Bases
from hub.diagram.film import LONGEST, Film, Stretch, make_film
from hub.past.told import Telling, runs_at, told_at
from hub.store.journal import OUTPUT, decode_output, decode_station
from protocol.errors import OperatorError
from protocol.messages import Plan
from protocol.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.diagram.film import Told
    from hub.store.journal import Record
    from hub.store.reading import Reader
    from protocol.times import Instant
    from station_config.model import Station

_plans = msgspec.json.Decoder(Plan)
_runs = msgspec.json.Decoder(Run)
_RUN, _PLAN = "run/", "plan/"


def past_film(reader: Reader, begin: Instant, end: Instant) -> Film:
    """Return the film of what was told from `begin`, or where the journal begins, to `end`.

    Raises:
        OperatorError: the journal does not reach back so far, or too long a film is asked for.
    """
    if not begin < end <= begin + LONGEST:
        raise OperatorError(f"a film is at most {LONGEST} long, and ends after it begins")
    earliest = min((start.at for start in reader.starts()), default=begin)
    begin = max(begin, earliest) if earliest < end else begin
    tellings = told_at(reader, begin)
    bases = Bases(_station(reader, begin))
    first = {run_id: run for run_id, (run, _) in runs_at(tellings).items()}
    return make_film("past", bases, Stretch(begin, end), first, _told(reader, begin, end, tellings))


def _station(reader: Reader, at: Instant) -> Station:
    """Return the station as the hub was configured at `at`."""
    start = [start for start in reader.starts() if start.at <= at][-1]
    record = reader.station(start.station)
    if record is None:
        raise OperatorError("the journal does not know the station of that time")
    return decode_station(record.detail)


def _told(
    reader: Reader, begin: Instant, end: Instant, tellings: dict[str, Telling]
) -> Iterator[Told]:
    """Yield what was said after `begin`; `tellings` is kept up to date."""
    start = [start for start in reader.starts() if start.at <= begin][-1]
    planned = _planned(tellings)
    for record in reader.records(start.number, kinds=frozenset({OUTPUT})):
        if record.at > end:
            return
        if record.at > begin:
            said = _said(record, planned, tellings)
            if said:
                yield record.at, said


def _said(
    record: Record, planned: dict[str, dict[str, Run]], tellings: dict[str, Telling]
) -> dict[str, Run | None]:
    """Return what one publication says of runs."""
    body = decode_output(record.detail).body
    if record.subject.startswith(_RUN):
        run_id = record.subject.removeprefix(_RUN)
        if body is None:
            tellings.pop(record.subject, None)
            return {run_id: planned.get(run_id[:10], {}).get(run_id)}
        tellings[record.subject] = Telling(record.subject, 0, body, record.at, record.cause)
        return {run_id: _runs.decode(body)}
    if record.subject.startswith(_PLAN):
        day = record.subject.removeprefix(_PLAN)
        before = planned.get(day, {})
        runs = {run.run_id: run for run in _plans.decode(body).runs} if body is not None else {}
        planned[day] = runs
        said: dict[str, Run | None] = {**dict.fromkeys(before), **runs}
        return {key: run for key, run in said.items() if f"{_RUN}{key}" not in tellings}
    return {}


def _planned(tellings: dict[str, Telling]) -> dict[str, dict[str, Run]]:
    """Return the plans' runs by day."""
    return {
        entity.removeprefix(_PLAN): {run.run_id: run for run in _plans.decode(telling.body).runs}
        for entity, telling in tellings.items()
        if entity.startswith(_PLAN)
    }
