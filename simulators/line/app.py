"""Composition root of ``station simulate line``.

Law: wiring only.
"""

from __future__ import annotations

import signal
from random import Random
from typing import TYPE_CHECKING, cast

from simulators.line.driver import SerialLine
from simulators.line.faults import FaultSettings, LineFaults
from station_config.runtime.deployment import load_deployment
from station_config.runtime.process import run_reactor

if TYPE_CHECKING:
    from argparse import Namespace

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorCore, IReactorTime


def run(arguments: Namespace) -> int:
    """Run it; return the exit code."""
    deployment = load_deployment(arguments.deployment) if arguments.deployment else None
    faults = LineFaults(_settings(arguments), Random(arguments.seed))  # noqa: S311 - repeatable

    def start(reactor: IReactorCore, log: FilteringBoundLogger) -> None:
        line = SerialLine(
            cast("IReactorTime", reactor),
            arguments.directory,
            baud=arguments.baud,
            faults=faults,
            latency=arguments.latency,
            two_way=arguments.two_way,
            taps=arguments.tap,
            log=log,
        )
        line.start()
        reactor.addSystemEventTrigger("before", "shutdown", line.stop)

        if arguments.status_port is not None:
            tell_status(reactor, arguments.status_port, line, log)

        def tell(_number: int, _frame: object) -> None:
            reactor.callFromThread(  # type: ignore[attr-defined]
                lambda: log.info("line.counters", **line.report())
            )

        signal.signal(signal.SIGUSR1, tell)

    return run_reactor(
        "line",
        start,
        as_json=deployment.log_json if deployment else False,
        quiet=deployment.quiet if deployment else False,
    )


def _settings(arguments: Namespace) -> FaultSettings:
    receiver = arguments.receiver_baud or arguments.baud
    return FaultSettings(
        bit_error_rate=arguments.bit_error_rate,
        burst=arguments.burst,
        burst_bytes=arguments.burst_bytes,
        drop=arguments.drop,
        insert=arguments.insert,
        receiver_ratio=receiver / arguments.baud,
        stuck=arguments.stuck,
        brk=arguments.brk,
        silence_seconds=arguments.silence,
    )


def tell_status(
    reactor: IReactorCore, port: int, line: SerialLine, log: FilteringBoundLogger
) -> None:
    """Answer `/health` and `/metrics` on this machine."""
    from simulators.line.figures import line_figures  # noqa: PLC0415 - web, only where wanted
    from station_config.runtime.status_site import serve_status  # noqa: PLC0415
    from station_config.runtime.web import Health  # noqa: PLC0415

    serve_status(
        reactor,
        host="127.0.0.1",
        port=port,
        health=lambda: Health(ok=True, details=line.report()),
        figures=line_figures(line),
        log=log,
    )
