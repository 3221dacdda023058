"""Commands to devices and their acknowledgements.

Law: a command is something that is done once and now; what shall stay so is `Want`. It lives ten
seconds at most (envelope's `valid_until`), is never retained, and is done once however often it
comes: `command_id` is the key. Kinds and reasons are open: a reader that does not know one says so.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.limits import Scalar


class CommandKind(StrEnum):
    """Commands that the protocol knows. A vendor adds others under ``x-VENDOR.NAME``."""

    IDENTIFY = "identify"
    """Show or sound, for `seconds` (default 10), which device this is."""
    REPORT = "report"
    """Publish description, state and health now."""
    RESYNC = "resync"
    """Forget what is held of the hub's and fetch it anew; show nothing false meanwhile."""
    RESTART = "restart"
    """Restart the device's software. `accepted` before, `done` after, under the new boot."""
    TEST = "test"
    """Run the self-test named `test` (default: all); `done` if it passed."""


class AckStage(StrEnum):
    """How far a command has come. Closed: a new stage would be a new major version."""

    ACCEPTED = "ACCEPTED"
    """Understood and begun; within two seconds of receipt."""
    DONE = "DONE"
    FAILED = "FAILED"
    """Not done, or not wholly; `reason` says why."""
    EXPIRED = "EXPIRED"
    """Came when its life was over; not done."""


class FailReason(StrEnum):
    """Reasons that the protocol knows; others may be sent."""

    UNKNOWN_KIND = "unknown-kind"
    BAD_PARAMETERS = "bad-parameters"
    NOT_ONLINE = "not-online"
    """The link machine is not ONLINE: no command is obeyed."""
    BUSY = "busy"
    INTERRUPTED = "interrupted"
    """The device restarted while it was doing it."""
    FAULT = "fault"
    """The device could not; `detail` says more."""


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/cmd` or `grp/{type}/{zone}/cmd`, never retained.

    Attributes:
        command_id: the same when it is sent again; unique for the hub for ever.
        kind: a `CommandKind` or a vendor's.
        parameters: of the kind.
        attempt: 1 the first time, at most 3.
        who: who wanted it, for the device's log.
    """

    command_id: str
    kind: str
    parameters: dict[str, Scalar] = {}
    attempt: int = 1
    who: str = ""


class Ack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/ack`: what becomes of a command. A command that comes again is answered again.

    Attributes:
        command_id: of the command.
        stage: how far it is.
        reason: with FAILED, a `FailReason` or another.
        detail: free text for people.
        result: what the command found out, e.g. figures of a self-test.
    """

    command_id: str
    stage: AckStage
    reason: str = ""
    detail: str = ""
    result: dict[str, Scalar] = {}
