"""The maintainer's words as requests to the running hub, and its answers in words.

Law: nothing is judged here; the hub and the device say whether something can be done.
"""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any

import msgspec

from hub.asking import ask
from hub.fleet.order import Stage
from hub.fleet.said import CommandReport, FleetReport, Given, Wanted
from protocol.errors import OperatorError
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse

    from hub.fleet.said import DeviceReport

SLACK_S = 10.0
"""Longer than the hub waits."""


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code: 1 if something was not done.

    Raises:
        DeviceError: the hub did not answer, or refused.
        OperatorError: a value cannot be understood.
    """
    deployment = load_deployment(arguments.deployment)
    who = getattr(arguments, "who", None) or getpass.getuser()
    if arguments.action == "list":
        answer = ask(deployment, "devices", None)
        text = fleet_text(msgspec.json.decode(answer, type=FleetReport))
        code = 0
    elif arguments.action == "command":
        given = given_of(arguments, who)
        body = msgspec.json.encode(given)
        answer = ask(deployment, "device-command", body, timeout_s=given.wait_s + SLACK_S)
        report = msgspec.json.decode(answer, type=CommandReport)
        text = command_text(report)
        code = int(any(order.stage is not Stage.DONE for order in report.orders.values()))
    else:
        fields = values_of(arguments.values)
        wanted = Wanted(device=arguments.device, leaf=arguments.action, fields=fields, who=who)
        answer = ask(deployment, "device-want", msgspec.json.encode(wanted))
        text = json.dumps(json.loads(answer), ensure_ascii=False, indent=1)
        code = 0
    print(answer.decode() if arguments.json else text)  # noqa: T201 - the answer
    return code


def given_of(arguments: argparse.Namespace, who: str) -> Given:
    """Return the command that the command line means."""
    return Given(
        kind=arguments.kind,
        who=who,
        device="" if arguments.group else arguments.target,
        group=arguments.target if arguments.group else "",
        zone=arguments.zone,
        parameters=values_of(arguments.values),
        command_id=arguments.id,
        wait_s=arguments.wait,
    )


def values_of(words: list[str]) -> dict[str, Any]:
    """Return ``NAME=VALUE`` as values: JSON where it is JSON, else text; empty: None.

    Raises:
        OperatorError: a word has no name or no equals sign.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not name or not equals:
            raise OperatorError(f"{word!r} is no value: write NAME=VALUE")
        values[name] = _value(text)
    return values


def fleet_text(report: FleetReport) -> str:
    """Return one line for each device."""
    lines = [_line(name, device) for name, device in report.devices.items()]
    return "\n".join(lines) if lines else "no devices 没有设备"


def command_text(report: CommandReport) -> str:
    """Return one line for each device that a command was for."""
    lines = [f"{report.kind}  {report.command_id}"]
    for name, order in report.orders.items():
        why = " ".join(each for each in (order.reason, order.detail) if each)
        result = ", ".join(f"{key}={value}" for key, value in sorted(order.result.items()))
        lines.append(f"  {name:<20} {order.stage:<9} {why}{result}".rstrip())
    return "\n".join(lines)


def _line(name: str, device: DeviceReport) -> str:
    notes = [
        f"{leaf} {in_force} of {revision}"
        for leaf, in_force, revision in (
            ("want", device.want_in_force, device.want_revision),
            ("cfg", device.cfg_in_force, device.cfg_revision),
        )
        if in_force != revision
    ]
    notes += [f"fault {code}" for code in device.faults]
    since = "" if device.since is None else f"{device.since:%Y-%m-%d %H:%M:%SZ}"
    told = f"{name:<20} {device.kind:<10} {device.mode:<11} {since:<20} {device.software}"
    return f"{told}  {'; '.join(notes)}".rstrip()


def _value(text: str) -> Any:  # noqa: ANN401 - any JSON
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
