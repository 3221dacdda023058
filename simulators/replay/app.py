"""Composition root of ``station replay-source``.

Law: wiring only.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol.errors import OperatorError
from simulators.dispatch.player import Player
from simulators.replay import iris, irish, siri_et, timetable
from simulators.replay.calls import Options, Reading
from simulators.replay.telling import changes_of_calls
from station_config.load import load_station
from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import load_deployment
from station_config.runtime.process import run_reactor

if TYPE_CHECKING:
    from argparse import Namespace

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorCore, IReactorTime

    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment

READERS = {
    "iris": iris.read,
    "siri-et": siri_et.read,
    "irish": irish.read,
    "timetable": timetable.read,
}

BEFORE_FIRST = timedelta(minutes=30)
"""Without --at, the replay starts so long before the first planned event."""


def run(arguments: Namespace) -> int:
    """Read, tell what was found, play; return the exit code.

    Raises:
        OperatorError: the arguments or files cannot be used.
    """
    deployment = load_deployment(arguments.deployment) if arguments.deployment else None
    zone = _zone(arguments.station_zone, deployment)
    options = Options(zone, arguments.stop, arguments.date)
    reading = READERS[arguments.format](arguments.files, options)
    print("\n".join(summary(reading)))  # noqa: T201 - a command line's answer
    if not reading.calls:
        raise OperatorError("nothing to play: no usable call was found")
    if arguments.check:
        return 0
    if arguments.database is None or arguments.speed <= 0:
        raise OperatorError("to play, give --database PATH and a --speed above 0")
    changes = changes_of_calls(reading.calls)
    clock = _clock(arguments, reading, deployment, zone)

    def start(reactor: IReactorCore, log: FilteringBoundLogger) -> None:
        player = Player(
            cast("IReactorTime", reactor),
            clock,
            zone,
            arguments.database,
            lambda _now: iter(changes),
            log,
        )
        player.start()
        reactor.addSystemEventTrigger("before", "shutdown", player.stop)

    as_json = deployment.log_json if deployment else False
    return run_reactor("replay", start, as_json=as_json)


def summary(reading: Reading) -> list[str]:
    """Return what was found, for a person."""
    lines = [f"{len(reading.calls)} calls, {sum(len(c.told) for c in reading.calls)} reports"]
    for reason, count in reading.rejected.most_common():
        lines.append(f"  {count:6} not used: {reason}; first at {reading.examples[reason]}")
    return lines


def _zone(name: str | None, deployment: Deployment | None) -> ZoneInfo:
    if name is None and deployment is None:
        raise OperatorError("give --station-zone or --deployment: local times need a zone")
    if name is None and deployment is not None:
        return load_station(deployment.station).zone_info
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise OperatorError(f"{name!r} is no time zone, e.g. Europe/Berlin") from error


def _clock(
    arguments: Namespace, reading: Reading, deployment: Deployment | None, zone: ZoneInfo
) -> StationClock:
    """The deployment's clock if it simulates one; else one of our own."""
    if deployment is not None and deployment.clock is not None:
        return deployment.station_clock()
    origin = min(call.planned[0] for call in reading.calls) - BEFORE_FIRST
    if arguments.at is not None:
        at: datetime = arguments.at
        origin = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    started = time.time()  # noqa: TID251 - the composition root starts the clock
    return SystemClock(origin, started, arguments.speed)
