"""`station conformance`: does a device follow the protocol?

Law: a parser; heavy imports are made when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse

PORT = 18830


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--broker",
        default="",
        metavar="URL",
        help="mqtt://USER:PASSWORD@HOST:PORT with the rights of a hub, and no hub at work there; "
        "without it a broker is started here for the device",
    )
    parser.add_argument("--station", default="conformance", metavar="ID", help="in the topics")
    parser.add_argument("--device", required=True, metavar="ID", help="its user name at the broker")
    parser.add_argument(
        "--hook",
        default="",
        metavar="COMMAND",
        help="yours, called with one more word: `shown` prints what the device shows as text, "
        "`kill` ends it without a goodbye, `stop` with one, `start` starts it again and returns, "
        "`damage` spoils what it keeps on disk, `step` sets its system clock an hour forward, "
        "`unstep` back; exit code 64 for what it cannot do, and that is left out",
    )
    parser.add_argument(
        "--relay",
        type=int,
        metavar="PORT",
        help="with --broker: the device connects to this port, and the kit passes it on; so it "
        "sees what the device sends, and can cut the line (always so with a broker of its own)",
    )
    parser.add_argument("--zone", default="UTC", help="time zone in which the device shows times")
    parser.add_argument("--only", action="append", metavar="SCENE", help="may be repeated")
    parser.add_argument("--list", action="store_true", help="print the scenes and end")
    parser.add_argument("--seed", type=int, default=1, help="of the noise (default 1)")
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the JSON report there")
    parser.add_argument("--verbose", action="store_true", help="every check, not only failed ones")
    own = parser.add_argument_group("the broker that is started here")
    own.add_argument("--host", default="127.0.0.1", help="to listen on (default 127.0.0.1)")
    own.add_argument("--port", type=int, default=PORT, help=f"of MQTT (default {PORT})")
    own.add_argument("--websocket", type=int, metavar="PORT", help="of MQTT over WebSocket")
    own.add_argument("--password", default="secret", help="of the device (default secret)")
    own.add_argument("--kind", default="display", metavar="TYPE", help="of the device")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        from simulators.conformance.scenes import SCENES  # noqa: PLC0415 - light until run

        for scene in SCENES:
            print(f"{scene.name:<16}{scene.what}")  # noqa: T201 - the answer
        return 0
    from simulators.conformance.app import run  # noqa: PLC0415 - light until run

    return run(arguments)


CONFORMANCE = Command(
    summary="play hub and faults against a device, and report clause by clause",
    configure=_configure,
    run=_run,
    examples="""\
  station conformance --device board-1                    starts a broker and waits for board-1
  station conformance --device board-1 --hook ./board.sh   sees what it shows, restarts it
  station conformance --broker mqtt://hub:PASSWORD@10.0.0.5 --station lab --device board-1
  station conformance --device board-1 --only commands --verbose
It takes three to four minutes: the protocol's time-outs are real. Exit code 0: nothing that could
be observed breaks the protocol; 1: something does. docs/conformance.md tells of the hook.""",
)
