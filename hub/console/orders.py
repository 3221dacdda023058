"""Commands as a console sends them: the kernel's, without who gives them.

Law: values only. Who commands is who is logged in, and no page can say otherwise. What a page had
seen goes with the command: `seen_rev` of the run, about which a newer one is warned, and
`seen_hand`, after which another person's command refuses this one.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from hub.kernel.override import Command, Field, Word
from protocol.notices import Notice
from protocol.runs import Role
from protocol.times import Instant

_ID = Annotated[str, msgspec.Meta(min_length=8, max_length=60, pattern="^[A-Za-z0-9._-]+$")]
_WHY = Annotated[str, msgspec.Meta(max_length=400)]
_RUN = Annotated[str, msgspec.Meta(max_length=40)]
_SEEN = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Order(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="command",
    forbid_unknown_fields=True,
):
    command_id: _ID
    why: _WHY


class SetWord(_Order, frozen=True, kw_only=True, tag="set"):
    """Say a word about a run; see `hub.kernel.override.SetOverride`."""

    run_id: _RUN
    word: Word
    until: Instant | None = None
    seen_rev: _SEEN | None = None
    seen_hand: _SEEN | None = None


class ClearWord(_Order, frozen=True, kw_only=True, tag="clear"):
    """Give a run, or one field of it, back to AUTO."""

    run_id: _RUN
    field: Field | None = None
    seen_hand: _SEEN | None = None


class AddTrain(_Order, frozen=True, kw_only=True, tag="add"):
    """A train that nobody told of; its times are its planned ones."""

    arrival_number: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    departure_number: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    category: Annotated[str, msgspec.Meta(max_length=20)] = ""
    role: Role
    origin: Annotated[str, msgspec.Meta(max_length=80)]
    destination: Annotated[str, msgspec.Meta(max_length=80)]
    arrival: Instant | None = None
    departure: Instant | None = None
    track: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    length_m: Annotated[int, msgspec.Meta(ge=1, le=5000)] | None = None
    stock_of: _RUN | None = None


class SetMode(_Order, frozen=True, kw_only=True, tag="mode"):
    """Make the whole station manual, or give it back to AUTO."""

    manual: bool
    until: Instant | None = None


class PublishNotice(_Order, frozen=True, kw_only=True, tag="notice"):
    """Publish a notice, or change one of which `seen_rev` was seen."""

    notice: Notice
    seen_rev: _SEEN | None = None


class TakeDownNotice(_Order, frozen=True, kw_only=True, tag="withdraw-notice"):
    """Take a notice down before its end."""

    notice_id: Annotated[str, msgspec.Meta(max_length=40)]


RunOrder = SetWord | ClearWord | AddTrain
NoticeOrder = PublishNotice | TakeDownNotice
AnyOrder = RunOrder | SetMode | NoticeOrder


def to_command(order: AnyOrder, who: str) -> Command:
    """Return the kernel's command, given by the account `who`."""
    fields: dict[str, Any] = {n: getattr(order, n) for n in order.__struct_fields__}
    fields.pop("seen_hand", None)
    for name, value in fields.items():
        if isinstance(value, msgspec.Struct):
            fields[name] = msgspec.to_builtins(value)
    tag = {"command": order.__struct_config__.tag, "who": who}
    made: Command = msgspec.convert(fields | tag, type=Command)
    return made


def seen_hand(order: AnyOrder) -> int | None:
    """Return what the person knew of, None: that is not asked."""
    seen: int | None = getattr(order, "seen_hand", None)
    return seen
