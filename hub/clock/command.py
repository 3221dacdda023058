"""`station time`: how the hub knows the time.

Law: light; it asks the running hub over HTTP and prints what that answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse

EVERY_S = 1.0
EXIT_DOUBT = 1


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("status", "watch"), help="status: print it; watch: again and again"
    )
    parser.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    parser.add_argument("--json", action="store_true", help="the hub's answer as it is")
    parser.add_argument(
        "--every", type=float, default=EVERY_S, metavar="S", help="for watch (default 1)"
    )
    parser.add_argument(
        "--count", type=int, default=0, metavar="N", help="for watch: so many times"
    )


def _run(arguments: argparse.Namespace) -> int:
    from hub.asking import ask  # noqa: PLC0415 - light until run
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    deployment = load_deployment(arguments.deployment)
    if arguments.action == "status":
        return _show(ask(deployment, "time", None), as_json=arguments.json)
    from time import sleep  # noqa: PLC0415 - a person's terminal, not a service

    times = 0
    while True:
        code = _show(ask(deployment, "time", None), as_json=arguments.json)
        times += 1
        if times == arguments.count:
            return code
        sleep(arguments.every)


def _show(answer: bytes, *, as_json: bool) -> int:
    """Print it; `DeviceError`: the hub is of another version."""
    import msgspec  # noqa: PLC0415 - light until run

    from hub.clock.report import TimeReport  # noqa: PLC0415
    from hub.clock.text import as_text  # noqa: PLC0415
    from protocol.errors import DeviceError  # noqa: PLC0415
    from station_config.runtime.timekeeping.quality import Quality  # noqa: PLC0415

    try:
        report = msgspec.json.decode(answer, type=TimeReport)
    except msgspec.MsgspecError as error:
        raise DeviceError(f"the hub is of another version: {error}", where="time") from error
    print(answer.decode() if as_json else as_text(report), flush=True)  # noqa: T201 - the answer
    return 0 if report.quality is Quality.SYNCED else EXIT_DOUBT


TIME = Command(
    summary="how the hub knows the time: master clocks, offsets, jitter, which is followed and why",
    configure=_configure,
    run=_run,
    examples="""\
  station time status                                    of the deployment.toml here
  station time status --deployment var/demo/deployment.toml
  station time watch --every 5
  station time status --json | jq '.sources[] | {name, standing, offset_ms}'
  station time status >/dev/null || echo "not synchronised" (the exit code is 1 then)""",
)
