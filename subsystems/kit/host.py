"""Several subsystems in one process, where the deployment says so: a small station, small hardware.

Law: finds subsystems by their entry points (``station.subsystems``) and starts them; it knows none.
They share the reactor and nothing else, so each can also run alone with its own command.

    [hosts]
    hall = ["display", "clock", "query"]
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.runtime.process import run_process
from subsystems.kit.service import start

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from station_config.runtime.deployment import Deployment

GROUP = "station.subsystems"


def run(path: Path, host: str | None = None) -> int:
    """Run the subsystems of a host until it is told to stop; return the exit code.

    Args:
        path: of the deployment file.
        host: its name; None: the only one, or all subsystems when the deployment names no host.

    Raises:
        OperatorError: the deployment file cannot be used.
    """
    offered = {point.name: point for point in entry_points(group=GROUP)}
    return run_process(
        host or "subsystems",
        path,
        lambda reactor, deployment, log: start(
            reactor,
            deployment,
            log,
            {kind: offered[kind].load() for kind in kinds_of(deployment, host, offered)},
        ),
    )


def kinds_of(deployment: Deployment, host: str | None, offered: Collection[str]) -> tuple[str, ...]:
    """Return the kinds of subsystems that run in `host`.

    Args:
        deployment: says who shares a process.
        host: see `run`.
        offered: kinds that are installed.

    Raises:
        OperatorError: there is no such host, it must be named, or one of its kinds is not there.
    """
    kinds = _named(deployment, host)
    for kind in kinds:
        if kind not in deployment.subsystems:
            raise OperatorError(f"the deployment has no table [subsystems.{kind}]", where="hosts")
        if kind not in offered:
            told = ", ".join(sorted(offered)) or "none"
            raise OperatorError(f"no subsystem {kind!r} is installed, only {told}", where="hosts")
    return kinds


def _named(deployment: Deployment, host: str | None) -> tuple[str, ...]:
    hosts = deployment.hosts
    if host is None:
        if len(hosts) > 1:
            told = ", ".join(sorted(hosts))
            raise OperatorError(f"say which with --host: {told}", where="hosts")
        return next(iter(hosts.values()), tuple(deployment.subsystems))
    if host not in hosts:
        told = ", ".join(sorted(hosts)) or "none"
        raise OperatorError(f"the deployment has no host {host!r}, only {told}", where="hosts")
    return hosts[host]
