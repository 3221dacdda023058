"""A notice as it is typed, sent to the running hub as a command, and its answer in words.

Law: nothing is judged here. A change is the notice as the hub has it, with what was typed in place,
and the revision that was looked at; the hub refuses it if another person was faster.
"""

from __future__ import annotations

import getpass
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from hub.asking import ask
from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.manual_client import Speaker, send_command, texts_of
from hub.notice_text import answer_text, list_text
from hub.store.manual import InForce
from protocol.errors import OperatorError
from protocol.notices import Notice, NoticeKind
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from hub.kernel.notice import KeptNotice
    from protocol.times import Instant
    from station_config.model import Station

_AT_ONCE = timedelta(0)


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code: 1 for a refused command."""
    deployment = load_deployment(arguments.deployment)
    station = load_station(deployment.station)
    now = deployment.station_clock().now()
    held: dict[str, KeptNotice] = {}
    if arguments.action in {"list", "change"}:
        listed = msgspec.json.decode(ask(deployment, "manual", None), type=InForce)
        held = {kept.notice.notice_id: kept for kept in listed.notices}
    if arguments.action == "list":
        kept = tuple(held.values())
        text = list_text(kept, station, now)
        print(msgspec.json.encode(kept).decode() if arguments.json else text)  # noqa: T201
        return 0
    command = Writer(station, now, held).command(arguments)
    answer = send_command(deployment, "preview" if arguments.preview else "command", command)
    text = answer_text(answer, command, station, preview=arguments.preview)
    print(msgspec.json.encode(answer).decode() if arguments.json else text)  # noqa: T201
    return 0 if answer.accepted else 1


@dataclass(frozen=True)
class Writer:
    """Turns a command line into a command.

    Attributes:
        station: what the station is.
        now: station time.
        held: notices of the hub by identifier, for a change.
    """

    station: Station
    now: Instant
    held: Mapping[str, KeptNotice]

    def command(self, arguments: argparse.Namespace) -> SetNotice | WithdrawNotice:
        """Return the command that `arguments` mean.

        Raises:
            OperatorError: a text, a time or a date cannot be understood, or there is nothing to
                change.
        """
        said = {
            "command_id": arguments.id or str(uuid.uuid4()),
            "who": arguments.who or getpass.getuser(),
            "why": arguments.why,
        }
        if arguments.action == "withdraw":
            return WithdrawNotice(**said, notice_id=arguments.notice)
        if arguments.action == "publish":
            new = Notice(
                notice_id=arguments.notice or _name(said["command_id"]),
                kind=NoticeKind.INFORMATION,
                text={},
            )
            return SetNotice(**said, notice=self._written(new, arguments))
        kept = self.held.get(arguments.notice)
        if kept is None:
            raise OperatorError(f"there is no notice {arguments.notice!r}; see station notice list")
        notice = self._written(kept.notice, arguments)
        return SetNotice(**said, notice=notice, seen_rev=kept.rev)

    def _written(self, notice: Notice, arguments: argparse.Namespace) -> Notice:
        """Return `notice` with what was typed in place."""
        typed = arguments
        begins_at = self._instant(typed.begins, self.now) if typed.begins else notice.begins_at
        return replace(
            notice,
            kind=NoticeKind(typed.kind) if typed.kind else notice.kind,
            text=notice.text | texts_of(typed.text),
            title=notice.title | texts_of(typed.title),
            zones=tuple(typed.zone) if typed.zone else notice.zones,
            kinds=tuple(typed.device_kind) if typed.device_kind else notice.kinds,
            run_ids=self._runs(typed.about) if typed.about else notice.run_ids,
            begins_at=begins_at,
            ends_at=self._end(notice.ends_at, begins_at, arguments),
            spoken=notice.spoken if typed.spoken is None else typed.spoken,
        )

    def _end(
        self, ends_at: Instant | None, begins_at: Instant | None, arguments: argparse.Namespace
    ) -> Instant | None:
        first = max(begins_at or self.now, self.now)
        if arguments.minutes_long is not None:
            return first + timedelta(minutes=arguments.minutes_long)
        if arguments.until:
            return self._instant(arguments.until, first)
        return None if arguments.until_withdrawn else ends_at

    def _runs(self, texts: list[str]) -> tuple[str, ...]:
        speaker = Speaker(self.station, self.now)
        return tuple(speaker.run_id_of(text) for text in texts)

    def _instant(self, text: str, after: Instant) -> Instant:
        """Return the instant that `text` names; of a time of day the next one after `after`."""
        if "T" not in text:
            return Speaker(self.station, after).instant(text, back=_AT_ONCE)
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise OperatorError(f"{text!r} is no time: write 2021-01-20T18:30") from error
        local = found if found.tzinfo else found.replace(tzinfo=self.station.zone_info)
        return local.astimezone(UTC)


def _name(command_id: str) -> str:
    """Return a short identifier; the same command given again names the same notice."""
    return f"n-{blake2b(command_id.encode(), digest_size=3).hexdigest()}"
