"""What the demo consists of: its files, its ports, its processes.

Law: values and pure functions; nothing is started or written here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    LineSettings,
    SubsystemSettings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.times import Instant
    from station_config.model import Station

DEFAULT_AT = time(7, 0)
"""A station just before its morning peak has something to show."""

HALL = "hall"
"""The process of the light subsystems, which share it: each alone would cost as much memory."""
BAUD = 115_200
FAST = 10.0
"""From this speed on the feed polls oftener, lest the boards run minutes behind."""


@dataclass(frozen=True)
class Satellite:
    """A sender and its line.

    Attributes:
        data: the demo's directory.
        line: name of the line.
        link: number of its link.
    """

    data: Path
    line: str
    link: int

    @property
    def suffix(self) -> str:
        """What tells its processes and files from the first satellite's."""
        return "" if self.line == "a" else f"-{self.line}"

    @property
    def sender_config(self) -> Path:
        """The feed sender's own file, for the satellite knows no deployment."""
        return self.data / f"feed-sender{self.suffix}.toml"

    @property
    def sender_state(self) -> Path:
        """The sender's epoch."""
        return self.data / f"feed-sender{self.suffix}.state"

    @property
    def line_directory(self) -> Path:
        """Holds the two ends of the simulated serial line."""
        return self.data / f"line{self.suffix}"

    @property
    def keys(self) -> Path:
        """The keys of the line's frames."""
        return self.data / "secrets" / f"feed{self.suffix}.keys"


@dataclass(frozen=True)
class DemoOptions:
    """What the command line says.

    Attributes:
        station: directory of the station's configuration.
        data: where databases, caches and secrets live.
        at: local time of day at the start.
        until: local time of day at which the demo ends by itself, None: never.
        speed: station seconds per real second.
        seed: of the simulated day.
        calm: nothing is disturbed, every train is on time.
        port: of the boards; clock, broker, the hub's status and kiosk take the next four.
        two_lines: a second satellite with a line and a key of its own.
        database: URL of the hub's, "": an SQLite file in `data`.
    """

    station: Path
    data: Path
    at: time = DEFAULT_AT
    until: time | None = None
    speed: float = 1.0
    seed: int = 1
    calm: bool = False
    port: int = 8080
    two_lines: bool = False
    database: str = ""
    log_json: bool = False
    quiet: bool = False

    @property
    def boards_port(self) -> int:
        """Port of the display subsystem."""
        return self.port

    @property
    def clock_port(self) -> int:
        """Port of the clock subsystem; the same UDP port is its time server's."""
        return self.port + 1

    @property
    def broker_port(self) -> int:
        """MQTT port of the embedded broker."""
        return self.port + 2

    @property
    def hub_port(self) -> int:
        """Port of the hub's status."""
        return self.port + 3

    @property
    def kiosk_port(self) -> int:
        """Port of the query subsystem."""
        return self.port + 4

    @property
    def broadcast_port(self) -> int:
        """Port of the broadcast's pages."""
        return self.port + 5

    @property
    def notices_port(self) -> int:
        """Port of staff notices."""
        return self.port + 6

    @property
    def satellites(self) -> tuple[Satellite, ...]:
        """What sends from the dispatching side."""
        first = Satellite(self.data, "a", 1)
        return (first, Satellite(self.data, "b", 2)) if self.two_lines else (first,)

    @property
    def deployment(self) -> Path:
        """The deployment file."""
        return self.data / "deployment.toml"

    @property
    def dispatch_database(self) -> Path:
        """The simulated dispatching database."""
        return self.data / "dispatch.sqlite"


@dataclass(frozen=True)
class Role:
    """A process of the demo: its name and the words after ``station``."""

    name: str
    words: tuple[str, ...]

    @property
    def argv(self) -> tuple[str, ...]:
        """The whole command."""
        return (sys.executable, "-m", "station_config.runtime.command", *self.words)


def daytime(text: str) -> time:
    """Return ``HH:MM`` as a time of day.

    Raises:
        OperatorError: it is none.
    """
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"{text!r} is not a time of day: write it like 06:30") from error


def origin_of(station: Station, at: time) -> Instant:
    """Return the instant of local time `at` on the timetable's service date.

    Raises:
        OperatorError: the station has no timetable to live.
    """
    if station.timetable is None:
        message = "the demo needs a timetable: name one in station.xml"
        raise OperatorError(message, where=str(station.directory))
    local = datetime.combine(station.timetable.service_date, at, tzinfo=station.zone_info)
    return local.astimezone(UTC)


def lasts(options: DemoOptions) -> float | None:
    """Return the real seconds until ``--until``, None without; an earlier hour is tomorrow's."""
    if options.until is None:
        return None
    start, end = (timedelta(hours=t.hour, minutes=t.minute) for t in (options.at, options.until))
    span = end - start if end > start else end - start + timedelta(days=1)
    return span.total_seconds() / options.speed


def make_deployment(options: DemoOptions, origin: Instant, started: float) -> Deployment:
    """Return the deployment that all processes of the demo share.

    Args:
        options: the command line.
        origin: station time at the start.
        started: the system's clock at the start, unix seconds.
    """
    data = options.data
    return Deployment(
        station=options.station,
        broker=BrokerSettings(
            port=options.broker_port, secrets=data / "secrets", store=data / "broker"
        ),
        hub=HubSettings(
            database=options.database or f"sqlite:///{data / 'hub.sqlite'}",
            state=data / "hub-state",
            lines=tuple(
                LineSettings(
                    name=each.line, device=each.line_directory / "hub", baud=BAUD, keys=each.keys
                )
                for each in options.satellites
            ),
            port=options.hub_port,
        ),
        subsystems={
            "display": SubsystemSettings(
                id="display-1",
                cache=data / "display.cache",
                port=options.boards_port,
                options={"origins": [f"http://127.0.0.1:{options.hub_port}"]},
            ),
            "clock": SubsystemSettings(
                id="clock-1",
                cache=data / "clock.cache",
                port=options.clock_port,
                options={"sntp_port": options.clock_port, "sntp_host": "127.0.0.1"},
            ),
            "query": SubsystemSettings(
                id="query-1", cache=data / "query.cache", port=options.kiosk_port
            ),
            "broadcast": SubsystemSettings(
                id="broadcast-1",
                cache=data / "broadcast.cache",
                port=options.broadcast_port,
                files={"cap": data / "cap"},
                options={"origins": [f"http://127.0.0.1:{options.hub_port}"]},
            ),
            "staff-notices": SubsystemSettings(
                id="staff-notices-1", cache=data / "staff-notices.cache", port=options.notices_port
            ),
        },
        hosts={HALL: ("clock", "query", "staff-notices")},
        clock=ClockSettings(origin=origin, started=started, rate=options.speed),
        log_json=options.log_json,
        quiet=options.quiet,
    )


def roles(options: DemoOptions) -> tuple[Role, ...]:
    """Return the processes, in the order of starting; each waits for what it needs by itself."""
    deployment = ("--deployment", str(options.deployment))
    database = ("--database", str(options.dispatch_database), "--seed", str(options.seed))
    calm = ("--calm",) if options.calm else ()
    return (
        Role("broker", ("broker", *deployment)),
        *(_line(each, deployment) for each in options.satellites),
        Role(
            "dispatch",
            ("simulate", "dispatch", *deployment, *database, *calm),
        ),
        *(
            Role(f"feed-sender{each.suffix}", ("feed-sender", str(each.sender_config)))
            for each in options.satellites
        ),
        Role("hub", ("hub", *deployment)),
        Role("display", ("display", *deployment)),
        Role("broadcast", ("broadcast", *deployment)),
        Role(HALL, ("subsystems", *deployment, "--host", HALL)),
    )


def _line(satellite: Satellite, deployment: tuple[str, ...]) -> Role:
    line = ("--directory", str(satellite.line_directory), "--baud", str(BAUD))
    return Role(f"line{satellite.suffix}", ("simulate", "line", *deployment, *line))
