"""Runs the demo: writes its files, keeps its processes running, says what to open, stops cleanly.

Law: wiring only.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.defer import DeferredList

from protocol.errors import OperatorError
from simulators.demo.accounts import make_accounts
from simulators.demo.plan import DemoOptions, daytime, lasts, roles
from simulators.demo.prepare import find_station, prepare
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment
from station_config.runtime.ports import wait_for_port
from station_config.runtime.process import run_reactor
from station_config.runtime.supervisor import Child, Supervisor

if TYPE_CHECKING:
    import argparse

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from station_config.model import Station
    from station_config.runtime.reactor import Reactor

START_S = 30.0


def run(arguments: argparse.Namespace) -> int:
    """Run `station demo` until Ctrl-C or ``--until``; return the exit code.

    Raises:
        OperatorError: an argument, a port, the station or the data directory cannot be used.
    """
    options = _options(arguments)
    station = load_station(options.station)
    prepare(options, station)
    passwords = make_accounts(load_deployment(options.deployment))
    return run_reactor(
        "demo",
        lambda reactor, log: _Demo(reactor, options, station, passwords, log).start(),
        as_json=options.log_json,
        quiet=options.quiet,
    )


def _options(arguments: argparse.Namespace) -> DemoOptions:
    if not 0 < arguments.speed <= 10_000:  # noqa: PLR2004 - faster than a day in 9 s shows nothing
        raise OperatorError("--speed is station seconds per real second: above 0, up to 10000")
    return DemoOptions(
        station=find_station(arguments.station),
        data=Path(arguments.data).resolve(),
        at=daytime(arguments.at),
        until=daytime(arguments.until) if arguments.until else None,
        speed=arguments.speed,
        seed=arguments.seed,
        calm=arguments.calm,
        port=arguments.port,
        two_lines=arguments.two_lines,
        database=arguments.database or "",
        log_json=arguments.log_json,
        quiet=arguments.quiet,
    )


class _Demo:
    def __init__(
        self,
        reactor: Reactor,
        options: DemoOptions,
        station: Station,
        passwords: dict[str, str],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._options = options
        self._station = station
        self._passwords = passwords
        self._log = log
        self._supervisor = Supervisor(reactor, log)

    def start(self) -> Deferred[object]:
        self._reactor.addSystemEventTrigger("before", "shutdown", self._supervisor.stop)
        for role in roles(self._options):
            self._supervisor.start(Child(role.name, role.argv))
        seconds = lasts(self._options)
        if seconds is not None:
            self._reactor.callLater(seconds, self._reactor.stop)
        options = self._options
        ports = {
            "display": options.boards_port,
            "clock": options.clock_port,
            "query": options.kiosk_port,
            "broadcast": options.broadcast_port,
            "staff-notices": options.notices_port,
        }
        waits = [self._answers(name, port) for name, port in ports.items()]
        return DeferredList(waits).addCallback(self._say)

    def _answers(self, name: str, port: int) -> Deferred[None]:
        """Wait for a page; one that does not come is said, the others are shown all the same."""
        waiting = wait_for_port(self._reactor, "127.0.0.1", port, timeout_s=START_S)
        return waiting.addErrback(
            lambda failure: self._log.error("demo.no-answer", child=name, why=str(failure.value))
        )

    def _say(self, _: object) -> None:
        """Print where to look; on standard output, so that the log can go elsewhere."""
        options, station = self._options, self._station
        boards = f"http://127.0.0.1:{options.boards_port}"
        lines = [
            "",
            f"  {' · '.join(station.names.values())}, {options.at:%H:%M}, {options.speed:g}×",
            "",
            f"  all boards      {boards}/",
            *(f"  {board.kind.value:<15} {boards}/board/{board.id}" for board in station.boards),
            f"  console         http://127.0.0.1:{options.hub_port}/console/",
            *(f"    {name:<13} {password}" for name, password in self._passwords.items()),
            f"  clock           http://127.0.0.1:{options.clock_port}/",
            f"  time server     NTP on UDP {options.clock_port} (not synchronised: simulated)",
            f"  kiosk           http://127.0.0.1:{options.kiosk_port}/",
            f"  broadcast       http://127.0.0.1:{options.broadcast_port}/",
            f"  staff notices   http://127.0.0.1:{options.notices_port}/",
            f"  lines           station feed status --deployment {options.deployment}",
            "",
            "  Ctrl-C stops everything.",
            "",
        ]
        print("\n".join(lines), file=sys.stdout, flush=True)  # noqa: T201 - the command's answer
