"""What `station audit` does.

Law: it reads. The audit is read some records at a time, so a hub that runs is not kept waiting.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec

from hub.audit.record import verify
from hub.store.audit import AuditStore
from hub.store.database import Database
from hub.store.records import from_micros
from protocol.errors import OperatorError
from station_config.load import load_station
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from hub.audit.record import Record

COLUMNS = (
    *("number", "at", "wall", "who", "role", "source", "address", "action", "subject"),
    *("outcome", "command_id", "rev", "why", "body", "hash"),
)


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code.

    Raises:
        OperatorError: an argument cannot be used, or a file cannot be written.
        DeviceError: the database failed.
    """
    deployment = load_deployment(arguments.deployment)
    database = Database(deployment.hub.database)
    database.create()
    audit = AuditStore(database, now=deployment.station_clock().now, wall=system_clock().now)
    try:
        if arguments.action == "verify":
            return _verify(audit, arguments)
        zone = load_station(deployment.station).zone_info
        return (_list if arguments.action == "list" else _export)(audit, arguments, zone)
    finally:
        database.close()


def _verify(audit: AuditStore, arguments: argparse.Namespace) -> int:
    known = dict(map(_noted, arguments.known))
    last: list[Record] = []

    def upto(number: int) -> Iterator[Record]:
        for record in audit.all():
            if record.number > number:
                return  # appended while we read
            last[:] = [record]
            yield record

    head = audit.head()
    faults = list(verify(upto(head[0]), head, known))
    for fault in faults:
        print(f"第 {fault.number} 条 · record {fault.number}: {fault.zh} · {fault.en}")  # noqa: T201 - a command line's answer
    if faults:
        return 1
    print(f"{head[0]} 条，未被改动 · {head[0]} records, unchanged")  # noqa: T201
    if last:
        print(f"记下它 · note it: {head[0]}:{head[1]}")  # noqa: T201
    return 0


def _list(audit: AuditStore, arguments: argparse.Namespace, zone: ZoneInfo) -> int:
    for record in audit.last(arguments.limit, subject=arguments.subject):
        if arguments.json:
            print(msgspec.json.encode(dict(_fields(record, zone))).decode())  # noqa: T201
            continue
        at = from_micros(record.wall).astimezone(zone)
        why = _why(record)
        said = f"{record.number:>7} {at:%Y-%m-%d %H:%M:%S} {record.who or '?':<16}"
        what = f"{record.action:<18} {record.outcome:<8} {record.subject}"
        print(f"{said} {what}{f'  {why}' if why else ''}")  # noqa: T201
    return 0


def _export(audit: AuditStore, arguments: argparse.Namespace, zone: ZoneInfo) -> int:
    try:
        with arguments.csv.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.DictWriter(file, COLUMNS)
            rows.writeheader()
            for record in audit.all():
                rows.writerow({n: _harmless(v) for n, v in _fields(record, zone)})
    except OSError as error:
        message = f"cannot write: {error.strerror}"
        raise OperatorError(message, where=str(arguments.csv)) from error
    return 0


def _fields(record: Record, zone: ZoneInfo) -> Iterator[tuple[str, object]]:
    for name in COLUMNS:
        if name in {"at", "wall"}:
            yield name, from_micros(getattr(record, name)).astimezone(zone).isoformat()
        elif name == "why":
            yield name, _why(record)
        elif name == "body":
            yield name, record.body.decode()
        else:
            yield name, getattr(record, name)


def _why(record: Record) -> str:
    return str(msgspec.json.decode(record.body).get("why", ""))


def _harmless(value: object) -> object:
    """A spreadsheet takes a cell that begins so for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _noted(text: str) -> tuple[int, str]:
    number, _, found = text.partition(":")
    if not number.isdigit() or not found:
        raise OperatorError(f"{text!r} is not NUMBER:HASH", where="--known")
    return int(number), found
