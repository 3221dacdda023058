"""Roles and what each may do: one total table.

Law: pure. Whether somebody may is asked here and nowhere else. A permission that is not in a role's
set is refused; a new permission has to be given to somebody here, or nobody has it.
"""

from __future__ import annotations

from enum import StrEnum


class StaffRole(StrEnum):
    """What somebody is at this station."""

    DISPATCHER = "dispatcher"
    """行车值班员: on duty; commands trains, boards and the whole station's mode."""
    SUPERVISOR = "supervisor"
    """值班站长: as a dispatcher, and reads who did what."""
    MAINTAINER = "maintainer"
    """维护员: devices, feed, configuration; says nothing about trains."""
    VIEWER = "viewer"
    """Sees everything, changes nothing."""
    ADMINISTRATOR = "administrator"
    """Accounts and audit; says nothing about trains: who gives rights does not use them."""


class Permission(StrEnum):
    """What an action needs."""

    SEE = "see"
    """Trains, boards, devices, conflicts, the feed."""
    OWN = "own"
    """One's own password and preferences."""
    COMMAND = "command"
    """Say something about trains; take it back."""
    BATCH = "batch"
    """Say it about many trains at once."""
    MODE = "mode"
    """Make the whole station manual, and give it back."""
    NOTICE = "notice"
    """Free text to passengers."""
    EMERGENCY = "emergency"
    """Begin and end prepared scenarios, and rehearse them."""
    ALARM = "alarm"
    """Acknowledge alarms, put them aside."""
    DEVICE = "device"
    """Commands to devices."""
    REJECTS = "rejects"
    """Dispatching's rows as they came."""
    RELOAD = "reload"
    """Let the hub read the station's files again."""
    AUDIT = "audit"
    """Who did what."""
    ACCOUNTS = "accounts"
    """Make, change and disable accounts."""


_ALL = frozenset({Permission.SEE, Permission.OWN})
_DUTY = _ALL | {
    Permission.COMMAND,
    Permission.BATCH,
    Permission.MODE,
    Permission.NOTICE,
    Permission.EMERGENCY,
    Permission.ALARM,
}

MAY: dict[StaffRole, frozenset[Permission]] = {
    StaffRole.DISPATCHER: _DUTY | {Permission.REJECTS},
    StaffRole.SUPERVISOR: _DUTY | {Permission.REJECTS, Permission.DEVICE, Permission.AUDIT},
    StaffRole.MAINTAINER: _ALL
    | {Permission.DEVICE, Permission.REJECTS, Permission.RELOAD, Permission.ALARM},
    StaffRole.VIEWER: _ALL,
    StaffRole.ADMINISTRATOR: _ALL | {Permission.ACCOUNTS, Permission.AUDIT},
}


def may(role: StaffRole, permission: Permission) -> bool:
    """Return whether somebody of `role` has `permission`."""
    return permission in MAY[role]
