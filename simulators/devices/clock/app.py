"""Composition root of ``station simulate ntp`` and ``station simulate master-clock``.

Law: wiring only.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, cast

from simulators.devices.clock.faults import ClockFaults
from simulators.devices.clock.master_clock import MasterClock
from simulators.devices.clock.ntp_server import NtpServer
from station_config.runtime.clocks import wall_clock
from station_config.runtime.process import run_reactor
from station_config.runtime.timekeeping.telegram import Span

if TYPE_CHECKING:
    from argparse import Namespace

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from station_config.runtime.reactor import Reactor


def run_ntp(arguments: Namespace) -> int:
    """Run a server of NTP; return the exit code."""

    def start(reactor: Reactor, log: FilteringBoundLogger) -> None:
        server = NtpServer(
            reactor,
            wall=wall_clock,
            random=Random(arguments.seed),  # noqa: S311 - repeatable
            stratum=arguments.stratum,
        )
        server.faults = _faults(arguments)
        server.kiss = arguments.kiss
        reactor.listenUDP(arguments.port, server, arguments.host, 8192)
        log.info("ntp.listening", host=arguments.host, port=arguments.port, **vars(server.faults))

    return run_reactor("ntp", start)


def run_master(arguments: Namespace) -> int:
    """Run a master clock on a pseudo-terminal; return the exit code."""

    def start(reactor: Reactor, log: FilteringBoundLogger) -> None:
        clock = MasterClock(
            cast("IReactorTime", reactor),
            arguments.link,
            form=arguments.form,
            baud=arguments.baud or (9600 if arguments.form == "telegram" else 19200),
            zone=arguments.zone,
            wall=wall_clock,
            random=Random(arguments.seed),  # noqa: S311 - repeatable
            span=Span(arguments.checksum),
        )
        clock.faults = _faults(arguments)
        clock.start()
        reactor.addSystemEventTrigger("before", "shutdown", clock.stop)
        log.info("master-clock.started", link=str(arguments.link), form=arguments.form)

    return run_reactor("master-clock", start)


def _faults(arguments: Namespace) -> ClockFaults:
    return ClockFaults(
        offset_s=arguments.offset,
        drift_ppm=arguments.drift,
        jitter_s=arguments.jitter,
        lost=arguments.lost,
        holdover=arguments.holdover,
        never_synced=arguments.never_synced,
        garbage=arguments.garbage,
        leap=arguments.leap,
    )
