"""The commands that ask what is kept: audit, list, shift; and the list of persons.

Law: reads the notices' file beside the running process and changes nothing in it; it works while
the process is dead. A chain that does not hold is told, and the exit code is 1.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment
from subsystems.staff_notices import chain
from subsystems.staff_notices.people import FILE, new_person, read_people
from subsystems.staff_notices.shift import Lists
from subsystems.staff_notices.store import SUFFIX, Store
from subsystems.staff_notices.view import MOMENTS, View
from subsystems.staff_notices.words import load_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from protocol.times import Instant
    from station_config.runtime.deployment import Deployment
    from subsystems.staff_notices.chain import Line

KIND = "staff-notices"
AROUND = timedelta(minutes=5)


def run(arguments: argparse.Namespace) -> int:
    """Do one of the commands; return the exit code.

    Raises:
        OperatorError: the deployment, the station or an argument cannot be used.
        DeviceError: nothing was kept, or it cannot be read.
    """
    deployment = load_deployment(arguments.deployment)
    if arguments.action == "person":
        return _person(deployment, arguments.number, arguments.name)
    store = _store(deployment)
    try:
        return _Desk(deployment, store, arguments).run()
    finally:
        store.close()


class _Desk:
    def __init__(self, deployment: Deployment, store: Store, arguments: argparse.Namespace) -> None:
        self._asked = arguments
        self._store = store
        self._station = load_station(deployment.station)
        self._words = load_words(self._station.languages)
        self._view = View(self._station, self._words)
        clock = deployment.station_clock()
        self._lists = Lists(self._station, self._words, self._view, store, clock.now)
        post = arguments.post
        if post and post not in self._lists.posts:
            known = ", ".join(self._lists.posts)
            raise OperatorError(f"there is no post {post!r}, only {known}")

    def run(self) -> int:
        asked = self._asked
        if asked.action == "shift":
            since, until = self._lists.span(asked.begin, asked.end)
            if asked.csv:
                sys.stdout.buffer.write(self._lists.csv(asked.post, since, until))
            elif asked.print:
                _say(self._lists.page(asked.post, since, until, None))
            else:
                _print_rows(self._lists.rows(asked.post, since, until))
            return 0
        return self._audit() if asked.action == "audit" else self._list()

    def _list(self) -> int:
        since, until = self._lists.span(self._asked.begin, self._asked.end)
        table = next(iter(self._words.values()))
        found = self._store.notices(since, until, post=self._asked.post, number=self._asked.train)
        rows = []
        for each in found:
            if self._asked.open and not each.open:
                continue
            signature = each.signature
            rows.append(
                [
                    self._time(each.issued_at),
                    each.post,
                    each.facts.number,
                    table.word(MOMENTS[each.moment]),
                    f"{each.revision}",
                    table.word(f"status_{each.status.value.lower()}"),
                    "" if signature is None else f"{signature.person} {self._time(signature.at)}",
                    self._view.told(each),
                ]
            )
        _print_rows(rows)
        return 0

    def _audit(self) -> int:
        if self._asked.verify:
            broken = chain.verify(self._store.lines())
            if broken is not None:
                _say(f"the audit does NOT hold from line {broken.seq} on: {broken.why}")
                return 1
            _say(f"the audit holds; its last hash is {self._store.head}")
        since, until = self._audit_span()
        for seq, line, _ in self._store.lines(since, until, post=self._asked.post):
            if self._asked.train and self._asked.train not in line.number.split("/"):
                continue
            _say(self._as_json(seq, line) if self._asked.json else self._told(seq, line))
        return 0

    def _audit_span(self) -> tuple[Instant, Instant]:
        if self._asked.at:
            at = self._lists.instant(self._asked.at)
            return at - AROUND, at + AROUND
        return self._lists.span(self._asked.begin, self._asked.end)

    def _told(self, seq: int, line: Line) -> str:
        detail = json.dumps(line.detail, ensure_ascii=False) if line.detail else ""
        words = [f"{seq:6}", self._time(line.at), f"{line.kind:10}", line.notice or line.post]
        words += [line.number, line.person, line.terminal, detail]
        return "  ".join(filter(None, words))

    def _as_json(self, seq: int, line: Line) -> str:
        return json.dumps({"seq": seq, **msgspec.to_builtins(line)}, ensure_ascii=False)

    def _time(self, at: Instant) -> str:
        return at.astimezone(self._station.zone_info).strftime("%Y-%m-%d %H:%M:%S")


def _store(deployment: Deployment) -> Store:
    settings = deployment.subsystems.get(KIND)
    if settings is None:
        raise OperatorError(f"the deployment has no table [subsystems.{KIND}]")
    return Store(settings.cache.with_name(f"{settings.id}{SUFFIX}"), read_only=True)


def _person(deployment: Deployment, number: str, name: str) -> int:
    """Put a person on the list; the process reads it at its next start."""
    path = deployment.broker.secrets / FILE
    known = read_people(path) or {}
    if number in known:
        raise OperatorError(f"{number} is {known[number].name}: take the line out first")
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    line = new_person(number, name, pin)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as file:
        file.write(f"{line}\n")
    _say(f"{number} {name} may sign on after the next start of {KIND}")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_rows(rows: Iterable[list[str]]) -> None:
    for row in rows:
        _say("  ".join(cell for cell in row if cell))
