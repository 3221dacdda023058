"""Asks every part of a deployment how it is, all at once.

Law: bytes in, values out; what they mean is `judge`'s. Whoever does not answer in time is None, and
nothing that is answered can make this fail.
"""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

import msgspec

from hub.asking import ask
from hub.clock.report import TimeReport
from hub.feed_report import FeedReport
from hub.fleet.said import FleetReport
from hub.overview.judge import (
    judge_broker,
    judge_devices,
    judge_hub,
    judge_lines,
    judge_subsystem,
    put_together,
)
from hub.overview.presence import presence
from protocol.errors import StationError
from station_config.runtime.clocks import system_clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.overview.model import Overview
    from station_config.runtime.deployment import Deployment

TIMEOUT_S = 3.0
Kind = TypeVar("Kind")


def gather(deployment: Deployment, station: str) -> Overview:
    """Return how everything is now; takes some seconds when parts do not answer."""
    hub, broker = deployment.hub, deployment.broker
    kinds = deployment.subsystems
    with ThreadPoolExecutor(max_workers=8 + len(kinds), thread_name_prefix="status") as pool:
        hub_said = pool.submit(_health, hub.host, hub.port)
        feed = pool.submit(_of_hub, deployment, "feed", FeedReport)
        time = pool.submit(_of_hub, deployment, "time", TimeReport)
        fleet = pool.submit(_of_hub, deployment, "devices", FleetReport)
        broker_said = pool.submit(_health, broker.status_host, broker.status_port)
        reachable = pool.submit(_opens, broker.host, broker.port)
        said = {kind: pool.submit(_health, each.host, each.port) for kind, each in kinds.items()}
        hub_part = judge_hub(hub.id, hub_said.result(), asked=hub.port is not None)
        parts = [
            hub_part,
            judge_broker(
                f"{broker.host}:{broker.port}", broker_said.result(), reachable=reachable.result()
            ),
            *(
                judge_subsystem(kind, kinds[kind].id, answer.result(), hub_part.epoch)
                for kind, answer in said.items()
            ),
        ]
        report, found, known = feed.result(), fleet.result(), time.result()
    devices = judge_devices(found if found is not None else presence(deployment, station))
    rows = report.judgement if report is not None else None
    return put_together(
        station, system_clock().now(), parts, judge_lines(report), devices, rows, known
    )


def _health(host: str, port: int | None) -> dict[str, Any] | None:
    """Return what `/health` answers, 200 or 503; None: nothing of use."""
    if port is None:
        return None
    try:
        with urlopen(f"http://{_reached(host)}:{port}/health", timeout=TIMEOUT_S) as answer:
            return _decoded(answer.read(), dict[str, Any])
    except HTTPError as error:
        with error:
            return _decoded(error.read(), dict[str, Any])
    except (OSError, HTTPException):
        return None


def _of_hub(deployment: Deployment, page: str, kind: type[Kind]) -> Kind | None:
    try:
        return _decoded(ask(deployment, page, None, timeout_s=TIMEOUT_S), kind)
    except StationError:
        return None


def _decoded(body: bytes, kind: Callable[..., Kind]) -> Kind | None:
    try:
        found: Kind = msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError:
        return None
    return found


def _opens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((_reached(host), port), timeout=TIMEOUT_S):
            return True
    except OSError:
        return False


def _reached(host: str) -> str:
    """Return where a server that listens on every address is reached from its own machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104
