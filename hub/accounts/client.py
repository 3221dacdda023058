"""What `station account` does: accounts in the hub's database, whether the hub runs or not.

Law: each change is one transaction with its record in the audit. A password is printed once, on
standard output, and is kept nowhere.
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import msgspec

from hub.accounts.hashing import draw_password, hash_password
from hub.accounts.passwords import NAME, is_name
from hub.accounts.roles import StaffRole
from hub.accounts.session import Account
from hub.audit.record import Actor, Entry, Outcome, Source
from hub.store.accounts import AccountStore
from hub.store.audit import AuditStore
from hub.store.database import Database
from protocol.errors import OperatorError
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from station_config.runtime.deployment import Deployment


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code.

    Raises:
        OperatorError: there is, or is not, such an account; a name cannot be one.
        DeviceError: the database failed.
    """
    deployment = load_deployment(arguments.deployment)
    database = Database(deployment.hub.database)
    database.create()
    try:
        _ACTIONS[arguments.action](Desk(database, deployment), arguments)
    finally:
        database.close()
    return 0


class Desk:
    """Where accounts are made from a command line.

    Args:
        database: the hub's.
        deployment: for the station's time.
    """

    def __init__(self, database: Database, deployment: Deployment) -> None:
        self._wall = system_clock().now
        audit = AuditStore(database, now=deployment.station_clock().now, wall=self._wall)
        self._accounts = AccountStore(database, audit)

    def all(self) -> list[Account]:
        """Return all accounts by name."""
        return self._accounts.all()

    def add(self, name: str, role: StaffRole) -> str:
        """Make an account; return its password.

        Raises:
            OperatorError: the name cannot be one, or is taken.
        """
        if not is_name(name):
            raise OperatorError(f"{name!r} cannot be an account's name: {NAME.pattern}")
        password = draw_password()
        made = Account(
            name=name,
            role=role,
            password=hash_password(password),
            disabled=False,
            changed_at=int(self._wall().timestamp()),
        )
        self._accounts.make(made, _entry("account.add", name, role=role.value))
        return password

    def change(self, name: str, action: str, **changes: object) -> None:
        """Change an account; its sessions end.

        Raises:
            OperatorError: there is none of that name, or nobody could administer any more.
        """
        held = self._accounts.find(name)
        if held is None:
            raise OperatorError(f"there is no account {name!r}")
        at = int(self._wall().timestamp())
        changed = msgspec.structs.replace(held, changed_at=at, **changes)
        told = {key: value for key, value in changes.items() if key != "password"}
        self._accounts.change(changed, _entry(action, name, **told))


def _create_admin(desk: Desk, arguments: argparse.Namespace) -> None:
    if any(each.role is StaffRole.ADMINISTRATOR and not each.disabled for each in desk.all()):
        message = "there is an administrator already; ask them, or reset their password"
        raise OperatorError(message)
    _say(arguments.name, desk.add(arguments.name, StaffRole.ADMINISTRATOR))


def _add(desk: Desk, arguments: argparse.Namespace) -> None:
    _say(arguments.name, desk.add(arguments.name, StaffRole(arguments.role)))


def _list(desk: Desk, arguments: argparse.Namespace) -> None:
    found = desk.all()
    if arguments.json:
        told = [{"name": a.name, "role": a.role, "disabled": a.disabled} for a in found]
        print(msgspec.json.encode(told).decode())  # noqa: T201 - a command line's answer
        return
    for each in found:
        state = "停用 disabled" if each.disabled else "启用 enabled"
        print(f"{each.name:<24} {each.role.value:<14} {state}")  # noqa: T201


def _role(desk: Desk, arguments: argparse.Namespace) -> None:
    desk.change(arguments.name, "account.change", role=StaffRole(arguments.role))


def _reset(desk: Desk, arguments: argparse.Namespace) -> None:
    password = draw_password()
    desk.change(arguments.name, "account.reset", password=hash_password(password))
    _say(arguments.name, password)


def _disable(desk: Desk, arguments: argparse.Namespace) -> None:
    desk.change(arguments.name, "account.change", disabled=True)


def _enable(desk: Desk, arguments: argparse.Namespace) -> None:
    desk.change(arguments.name, "account.change", disabled=False)


_ACTIONS: dict[str, Callable[[Desk, argparse.Namespace], None]] = {
    "create-admin": _create_admin,
    "add": _add,
    "list": _list,
    "role": _role,
    "reset": _reset,
    "disable": _disable,
    "enable": _enable,
}


def _say(name: str, password: str) -> None:
    print(f"账号 account: {name}\n密码 password: {password}")  # noqa: T201
    print("只显示这一次，请立即登录并修改 · shown this once; log in and change it")  # noqa: T201


def _entry(action: str, name: str, **body: object) -> Entry:
    actor = Actor(who=getpass.getuser(), source=Source.COMMAND_LINE)
    return Entry(actor=actor, action=action, subject=name, outcome=Outcome.DONE, body=body)
