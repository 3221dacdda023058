"""``station announce history`` and ``gantt``: what the loudspeakers said, and what they did not.

Law: reads the ledger of a running or stopped broadcast without touching it; decides nothing.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from protocol.times import MINUTE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from station_config.model import Station
    from subsystems.broadcast.records import Past

ACTIONS: dict[str, str] = {
    "history": "print what was spoken where, what was not, and why",
    "gantt": "draw it: zones as rows, time from left to right (SVG)",
}


def configure(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add both actions to the parser of ``station announce``.

    Args:
        add: makes a parser of an action, as `add_parser`.
    """
    for name, what in ACTIONS.items():
        parser = add(name, help=what)
        parser.add_argument("--station", type=Path, required=True, metavar="DIR", help="its folder")
        parser.add_argument(
            "--ledger", type=Path, required=True, metavar="FILE", help="of the broadcast subsystem"
        )
        parser.add_argument(
            "--since", type=datetime.fromisoformat, help="station's clock; default: its last hour"
        )
        parser.add_argument("--hours", type=float, default=1.0, help="how many (1)")
        if name == "gantt":
            parser.add_argument("--out", type=Path, required=True, metavar="FILE.svg")
        else:
            parser.add_argument("--dropped", action="store_true", help="only what was not spoken")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    from station_config.load import load_station  # noqa: PLC0415 - lxml only when needed

    station = load_station(arguments.station)
    hours = timedelta(hours=arguments.hours)
    since, lines = _lines(station, arguments, hours)
    if arguments.action == "gantt":
        arguments.out.write_text(_picture(station, lines, since, hours), encoding="utf-8")
    else:
        for line in lines:
            if line.until is None or not arguments.dropped:
                sys.stdout.write(f"{_told(line, station)}\n")
    return 0


def _lines(
    station: Station, arguments: argparse.Namespace, hours: timedelta
) -> tuple[datetime, list[Past]]:
    from subsystems.broadcast.ledger import last_line, read_history  # noqa: PLC0415

    since: datetime | None = arguments.since
    if since is None:
        last = last_line(arguments.ledger)
        if last is None:
            raise OperatorError("nothing was spoken yet", where=str(arguments.ledger))
        since = last - hours + MINUTE  # so that the last minute is whole
    elif since.tzinfo is None:
        since = since.replace(tzinfo=station.zone_info)
    since = since.astimezone(UTC).replace(second=0, microsecond=0)
    return since, list(read_history(arguments.ledger, since, since + hours))


def _told(line: Past, station: Station) -> str:
    clock = line.at.astimezone(station.zone_info).strftime("%Y-%m-%d %H:%M:%S")
    outcome = "spoken" if line.until is not None else "dropped"
    if line.reason is not None:
        outcome = f"{'cut off' if line.until is not None else 'dropped'}: {line.reason}"
    waited = f", waited for {line.waited}" if line.waited is not None else ""
    trains = f"  {' '.join(line.run_ids)}" if line.run_ids else ""
    return f"{clock}  {line.kind}  [{' '.join(line.zones)}]  {outcome}{waited}{trains}"


def _picture(station: Station, lines: list[Past], since: datetime, hours: timedelta) -> str:
    from subsystems.broadcast.gantt import Chart, draw  # noqa: PLC0415

    return draw(
        Chart(
            lines=lines,
            zones=tuple(_zones(station)),
            start=since,
            end=since + hours,
            zone_info=station.zone_info,
            title=("广播记录", "what the loudspeakers said"),
        )
    )


def _zones(station: Station) -> Iterator[tuple[str, str]]:
    for zone in station.announcement_zones:
        names = [zone.names[x] for x in station.languages[:2] if x in zone.names]
        yield zone.id, " ".join(names) or zone.id
