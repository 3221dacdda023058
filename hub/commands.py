"""Commands of the hub: `station hub`, `station broker`, `station reload`.

Law: parsers only; what a command does is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse


def _deployment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deployment",
        type=Path,
        required=True,
        metavar="FILE",
        help="TOML file: where this station runs",
    )


def _configure_broker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=("run", "init", "config"),
        default="run",
        help="run the embedded broker (default); init: make the passwords that are missing;"
        " config: write the files of a broker that you run yourself",
    )
    parser.add_argument(
        "kind", nargs="?", choices=("nats", "mosquitto"), help="of broker, for config"
    )
    _deployment(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("broker-config"),
        metavar="DIR",
        help="for config: where the files go (default broker-config)",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--plugin",
        type=Path,
        metavar="FILE",
        help="for Mosquitto: its plugin for dynamic security, if it is not found by itself",
    )
    way.add_argument(
        "--acl-file",
        action="store_true",
        help="for Mosquitto without that plugin: an access list; what a device may not read is"
        " then withheld, not refused",
    )


def _run_hub(arguments: argparse.Namespace) -> int:
    from hub.app import main  # noqa: PLC0415 - light until run

    return main(arguments.deployment)


def _configure_reload(parser: argparse.ArgumentParser) -> None:
    _deployment(parser)
    parser.add_argument("--check", action="store_true", help="only look for mistakes in the files")
    parser.add_argument("--json", action="store_true", help="the hub's answer as it is")


def _run_reload(arguments: argparse.Namespace) -> int:
    from hub.reload import run  # noqa: PLC0415 - light until run

    return run(arguments)


def _run_broker(arguments: argparse.Namespace) -> int:
    if arguments.action == "init":
        return _init_broker(arguments.deployment)
    if arguments.action == "config":
        return _config_broker(arguments)
    from hub.broker.service import main  # noqa: PLC0415 - light until run

    return main(arguments.deployment)


def _init_broker(deployment: Path) -> int:
    from hub.broker.credentials import ensure_secrets  # noqa: PLC0415 - light until run
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    made = ensure_secrets(load_deployment(deployment))
    print(f"passwords made for: {', '.join(made)}" if made else "no password was missing")  # noqa: T201
    return 0


def _config_broker(arguments: argparse.Namespace) -> int:
    from hub.broker import files  # noqa: PLC0415 - light until run
    from protocol.errors import OperatorError  # noqa: PLC0415
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    deployment, out = load_deployment(arguments.deployment), arguments.out
    if arguments.kind is None:
        raise OperatorError("say which: `station broker config nats` or `… config mosquitto`")
    if arguments.kind == "nats":
        paths = files.write_nats(deployment, out)
    else:
        plugin = None if arguments.acl_file else arguments.plugin or files.find_plugin()
        paths = files.write_mosquitto(deployment, out, plugin)
    for path in paths:
        print(path)  # noqa: T201 - the answer
    return 0


BROKER = Command(
    summary="the MQTT broker of a deployment: run the embedded one, configure another",
    configure=_configure_broker,
    run=_run_broker,
    examples=(
        "  station broker init --deployment deployment.toml\n"
        "  station broker --deployment deployment.toml\n"
        "  station broker config mosquitto --deployment deployment.toml"
    ),
)

HUB = Command(
    summary="run the hub: feed in, rules, messages out",
    configure=_deployment,
    run=_run_hub,
    examples="  station hub --deployment deployment.toml",
)

RELOAD = Command(
    summary="let the running hub read its timetable again: a plan that changes during the day",
    configure=_configure_reload,
    run=_run_reload,
    examples="""\
  station reload --deployment deployment.toml --check    look for mistakes; nothing is changed
  station reload --deployment deployment.toml
What dispatching and persons have said stays. Mistakes in the files change nothing.""",
)
