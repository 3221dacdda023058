"""Composition root of ``station simulate dispatch``.

Law: wiring only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from simulators.dispatch.service import DispatchSimulator
from simulators.dispatch.temper import CALM, DISTURBED
from station_config.load import load_station
from station_config.runtime.process import run_process

if TYPE_CHECKING:
    from argparse import Namespace

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorCore, IReactorTime

    from station_config.runtime.deployment import Deployment


def run(arguments: Namespace) -> int:
    """Run it; return the exit code."""
    disturbed = replace(DISTURBED, delays=arguments.delays, dirt_per_hour=arguments.dirt)

    def start(reactor: IReactorCore, deployment: Deployment, log: FilteringBoundLogger) -> None:
        simulator = DispatchSimulator(
            cast("IReactorTime", reactor),
            load_station(deployment.station),
            deployment.station_clock(),
            arguments.database,
            seed=arguments.seed,
            calm=arguments.calm,
            log=log,
            temper=CALM if arguments.calm else disturbed,
        )
        simulator.start()
        reactor.addSystemEventTrigger("before", "shutdown", simulator.stop)

    return run_process("dispatch", arguments.deployment, start)
