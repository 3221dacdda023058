"""Lays out the demo's directory: deployment, secrets, keys, the satellite's configuration.

Law: what an earlier demo left in the directory is cleared (the simulated day begins anew), and
nothing else is touched.
"""

from __future__ import annotations

import os
import shutil
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

import one_way_feed
import station_config
from hub.broker.credentials import ensure_secrets
from one_way_feed.keys import new_keys, save_keys
from protocol.errors import OperatorError
from simulators.demo.plan import BAUD, FAST, DemoOptions, make_deployment, origin_of
from station_config.runtime.deployment import dump_deployment
from station_config.runtime.ports import require_free_port

if TYPE_CHECKING:
    from simulators.demo.plan import Satellite
    from station_config.model import Station

SHIPPED = Path(station_config.__file__).with_name("stations")
SENDER_TEMPLATE = Path(one_way_feed.__file__).with_name("examples") / "dmis.toml"
LEFTOVERS = (
    "*.sqlite",
    "*.sqlite-*",
    "*.cache",
    "*.cache-*",
    "*.cache.*",
    "*.state",
    "broker",
    "line",
    "line-?",
    "hub-state",
    "broadcast-1",
    "cap",
)
MARK = ".station-demo"
POLL_S = 1.0
FAST_POLL_S = 0.25


def find_station(name: str) -> Path:
    """Return the directory of a shipped station, or `name` itself as a directory.

    Raises:
        OperatorError: there is none of that name.
    """
    for candidate in (Path(name), SHIPPED / name):
        if (candidate / "station.xml").is_file():
            return candidate.resolve()
    shipped = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir()))
    message = f"no station {name!r}: give a directory with a station.xml, or one of {shipped}"
    raise OperatorError(message)


def prepare(options: DemoOptions, station: Station) -> None:
    """Write everything that the demo's processes read.

    Raises:
        OperatorError: a port is taken, the directory holds something else or cannot be written.
    """
    ports = (options.boards_port, options.clock_port, options.broker_port, options.hub_port)
    for port in (*ports, options.kiosk_port, options.broadcast_port, options.notices_port):
        require_free_port("127.0.0.1", port, where="--port")
    try:
        _clear(options.data)
        deployment = make_deployment(options, origin_of(station, options.at), _wall())
        ensure_secrets(deployment)
        dump_deployment(deployment, options.deployment)
        for satellite in options.satellites:
            if not satellite.keys.exists():
                save_keys(new_keys(satellite.link, os.urandom), satellite.keys, replace=False)
            satellite.sender_config.write_text(
                tomli_w.dumps(_sender_config(options, satellite, station)), encoding="utf-8"
            )
    except OSError as error:
        place = str(error.filename or options.data)
        message = f"cannot write the demo's files: {error.strerror}; choose another --data"
        raise OperatorError(message, where=place) from error


def _clear(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    mark = data / MARK
    if any(data.iterdir()) and not mark.exists():
        message = "this directory holds something else than a demo; choose another --data"
        raise OperatorError(message, where=str(data))
    mark.touch()
    for pattern in LEFTOVERS:
        for path in data.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sender_config(options: DemoOptions, satellite: Satellite, station: Station) -> dict[str, Any]:
    """Return the example for this kind of database with this demo's places in it."""
    config = tomllib.loads(SENDER_TEMPLATE.read_text(encoding="utf-8"))
    config["log_json"], config["quiet"] = options.log_json, options.quiet
    config["database"]["url"] = f"sqlite:///{options.dispatch_database}"
    config["database"]["zone"] = station.zone
    config["database"]["poll_s"] = FAST_POLL_S if options.speed > FAST else POLL_S
    config["line"]["device"] = str(satellite.line_directory / "satellite")
    config["line"]["baud"] = BAUD
    config["line"]["keys"] = str(satellite.keys)
    config["line"]["state"] = str(satellite.sender_state)
    return config


def _wall() -> float:
    return time.time()  # noqa: TID251 - the demo's origin is read once, at its start
