"""What the API is asked and answers, as values.

Law: values only. A page reads these; fields are added, never given another meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from hub.accounts.roles import Permission, StaffRole
from hub.accounts.session import Account, Preferences
from hub.console.orders import RunOrder
from hub.kernel.notice import KeptNotice
from hub.kernel.objections import Answer
from hub.store.records import from_micros
from protocol.limits import Scalar
from protocol.runs import Run
from protocol.times import Instant
from protocol.topics import ALL_ZONES

if TYPE_CHECKING:
    from hub.audit.record import Record

_NAME = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_PASSWORD = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_WHY = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
_TEXT = Annotated[str, msgspec.Meta(max_length=80)]
_NUMBER = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
MOST_ORDERS = 500
"""In one batch: more trains than a station has in a day."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why there is no answer.

    Attributes:
        code: for programs: ``not-logged-in``, ``denied``, ``page-token``, ``bad-request``,
            ``not-found``, ``method``, ``wait``, ``unavailable``, ``defect``.
        error: for people.
        where: the place in what was sent.
        wait_s: after which it may be tried again.
    """

    code: str
    error: str
    where: str = ""
    wait_s: int = 0


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants in."""

    name: _NAME
    password: _PASSWORD


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in, what that one may, and what a page shows with each POST."""

    name: str
    role: StaffRole
    may: tuple[Permission, ...]
    preferences: Preferences
    page_token: str


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's own, changed."""

    old: _PASSWORD
    new: _PASSWORD


class Done(msgspec.Struct, frozen=True):
    """It was done."""

    done: bool = True


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account, without what nobody may see.

    Attributes:
        wait_s: nobody may try its password for so long, after too many mistakes.
    """

    name: str
    role: StaffRole
    disabled: bool
    changed_at: int
    wait_s: int = 0


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account that is to be made."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9._-]{1,39}$")]
    role: StaffRole


class AccountChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another role, or whether it may be used at all; what is not named stays."""

    role: StaffRole | None = None
    disabled: bool | None = None


class GivenPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A new password, told this once."""

    name: str
    password: str


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the audit; see `hub.audit.record.Record`."""

    number: int
    at: Instant
    wall: Instant
    who: str
    role: str
    source: str
    address: str
    action: str
    subject: str
    outcome: str
    command_id: str
    rev: int
    body: dict[str, Any]
    hash: str


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which records: the last ones before a number, of one subject or of all.

    Attributes:
        about: what was done to it or by it: a run, an account, a device.
    """

    before: _NUMBER = 2**53
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    subject: Annotated[str, msgspec.Meta(max_length=255)] | None = None
    about: Annotated[str, msgspec.Meta(max_length=255)] | None = None


class LimitQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How many, newest first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became, or would become, of a command.

    Attributes:
        overtaken: what others did to the run since it was seen; that is why it was refused.
        hand: its number in the audit, 0: nothing was recorded.
        also: of a preview: other runs that would be told otherwise, as they would be told: those
            that leave with its stock.
    """

    answer: Answer
    overtaken: tuple[AuditLine, ...] = ()
    hand: int = 0
    also: tuple[Run, ...] = ()


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Commands that are to be done together."""

    orders: Annotated[tuple[RunOrder, ...], msgspec.Meta(min_length=1, max_length=MOST_ORDERS)]


class Armed(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, ready: what each command would be answered, and the token that does it, once.

    Attributes:
        count: of commands.
        refused: how many of them would be.
        answers: as if they were done one after another; a run of which several speak is in each
            answer as it would be last.
        also: runs that no command names and that would be told otherwise.
        expires_s: real seconds until the token is worth nothing.
    """

    token: str
    count: int
    refused: int
    answers: tuple[CommandAnswer, ...]
    also: tuple[Run, ...]
    expires_s: int


class Execute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do the batch.

    Attributes:
        count: as the person has read it; another one is refused.
        all_or_nothing: if one would be refused now, none is done.
    """

    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_ORDERS)]
    all_or_nothing: bool = True


class Executed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch, in its order."""

    done: int
    refused: int
    answers: tuple[CommandAnswer, ...]


class Undo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take commands back, the last first.

    Attributes:
        numbers: theirs in the audit.
        command_id: of the first command that does so; the others append to it.
    """

    numbers: Annotated[tuple[_NUMBER, ...], msgspec.Meta(min_length=1, max_length=MOST_ORDERS)]
    command_id: Annotated[
        str, msgspec.Meta(min_length=8, max_length=40, pattern="^[A-Za-z0-9._-]+$")
    ]
    why: _WHY


class DeviceOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command to a device or a group; see `hub.fleet.said.Given`."""

    kind: _TEXT
    device: _TEXT = ""
    group: _TEXT = ""
    zone: _TEXT = ALL_ZONES
    parameters: dict[str, Scalar] = {}
    command_id: _TEXT = ""
    why: _WHY


class EditingNow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What I am about to change; None: nothing any more."""

    run_id: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class RejectLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or a part of one, that was not believed."""

    at: Instant
    key: str
    reason: str
    zh: str
    en: str
    partial: bool
    row: dict[str, Any]


class NoticeList(msgspec.Struct, frozen=True):
    """All notices that are told or are to come."""

    notices: tuple[KeptNotice, ...]


def line_of(record: Record) -> AuditLine:
    """Return a record as the API tells it."""
    fields = msgspec.structs.asdict(record)
    fields |= {"at": from_micros(record.at), "wall": from_micros(record.wall)}
    fields["body"] = msgspec.json.decode(record.body)
    return AuditLine(**fields)


def view_of(account: Account, wait_s: int = 0) -> AccountView:
    """Return an account as an administrator sees it."""
    return AccountView(
        name=account.name,
        role=account.role,
        disabled=account.disabled,
        changed_at=account.changed_at,
        wait_s=wait_s,
    )
