"""Accounts of the demo's console: one of each role, made when its database is new.

Law: made as `station account add` makes them; the passwords are drawn, told once, and kept nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.accounts.client import Desk
from hub.accounts.roles import StaffRole
from hub.store.database import Database

if TYPE_CHECKING:
    from station_config.runtime.deployment import Deployment


def make_accounts(deployment: Deployment) -> dict[str, str]:
    """Return the passwords by account, each called as its role; {}: there are accounts already.

    Raises:
        DeviceError: the database failed.
        OperatorError: it is another program's.
    """
    database = Database(deployment.hub.database)
    database.create()
    try:
        desk = Desk(database, deployment)
        if desk.all():
            return {}
        return {role.value: desk.add(role.value, role) for role in StaffRole}
    finally:
        database.close()
