"""`station feed status`: how the lines from dispatching stand.

Law: light; it asks the running hub over HTTP and prints what that answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse

TIMEOUT_S = 5.0


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("status",), help="status: print it")
    parser.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    parser.add_argument("--json", action="store_true", help="the hub's answer as it is")


def _run(arguments: argparse.Namespace) -> int:
    import msgspec  # noqa: PLC0415 - light until run

    from hub.feed_report import FeedReport  # noqa: PLC0415
    from hub.feed_text import as_text  # noqa: PLC0415

    answer = _ask(arguments.deployment)
    report = msgspec.json.decode(answer, type=FeedReport)
    print(answer.decode() if arguments.json else as_text(report))  # noqa: T201 - the answer
    return 0 if report.live else 1


def _ask(deployment: Path) -> bytes:
    """Return the hub's answer.

    Raises:
        OperatorError: the deployment gives the hub no port.
        DeviceError: the hub does not answer.
    """
    from urllib.error import HTTPError  # noqa: PLC0415
    from urllib.request import urlopen  # noqa: PLC0415

    from protocol.errors import DeviceError, OperatorError  # noqa: PLC0415
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    settings = load_deployment(deployment).hub
    if settings.port is None:
        raise OperatorError("set hub.port: the hub tells its status there", where=str(deployment))
    url = f"http://{settings.host}:{settings.port}/feed"
    try:
        with urlopen(url, timeout=TIMEOUT_S) as answer:
            body: bytes = answer.read()
    except HTTPError as error:
        with error:
            raise DeviceError(error.read().decode("utf-8", "replace"), where=url) from error
    except OSError as error:
        raise DeviceError(f"the hub does not answer: {error}", where=url) from error
    return body


FEED = Command(
    summary="how the one-way lines from dispatching stand",
    configure=_configure,
    run=_run,
    examples="""\
  station feed status                                    of the deployment.toml here
  station feed status --deployment var/demo/deployment.toml
  station feed status --json | jq '.lines[].frames'
  station feed status >/dev/null || echo "no line is LIVE" (the exit code is 1 then)""",
)
