"""The schema in the database made the schema of this program.

Law: `kernel.schema_version` says what there is. A new database is made from the tables; an older
one is migrated, all revisions in one transaction; a newer one is refused. Alembic costs 0.3 s and
10 MB, so it is imported only when there is something to migrate.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, update

from hub.store.tables import SCHEMA_VERSION, audit_head, kernel, lease, metadata, migrated
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection, *, where: str) -> None:
    """Make the schema this program's; a schema that is so already is not touched.

    Raises:
        OperatorError: a newer program made it.
    """
    held = version_of(connection)
    if held is None:
        metadata.create_all(connection)
        connection.execute(kernel.insert().values(_first_row()))
        connection.execute(lease.insert().values(id=1, holder="", renewals=0, identity=b""))
        connection.execute(audit_head.insert().values(id=1, number=0, hash=""))
        connection.execute(migrated.delete())
        connection.execute(migrated.insert().values(version_num=revision_of(SCHEMA_VERSION)))
    elif 0 < held < SCHEMA_VERSION:
        _migrate(connection, held)
    elif held != SCHEMA_VERSION:
        message = (
            f"the database has schema {held}, this program needs {SCHEMA_VERSION}; "
            "use the program that made it, or another database"
        )
        raise OperatorError(message, where=where)


def version_of(connection: Connection) -> int | None:
    """Return the schema's number, None: there is no schema."""
    if not inspect(connection).has_table(kernel.name):
        return None
    found: int | None = connection.execute(select(kernel.c.schema_version)).scalar_one_or_none()
    return found


def revision_of(version: int) -> str:
    """Return the name that Alembic knows a schema version by."""
    return f"{version:04}"


def _migrate(connection: Connection, held: int) -> None:
    from alembic import command  # noqa: PLC0415 - see this file's law
    from alembic.config import Config  # noqa: PLC0415

    config = Config(stdout=sys.stderr)
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.stamp(config, revision_of(held), purge=True)
    command.upgrade(config, revision_of(SCHEMA_VERSION))
    connection.execute(update(kernel).values(schema_version=SCHEMA_VERSION))


def _first_row() -> dict[str, int]:
    return {
        "id": 1,
        "schema_version": SCHEMA_VERSION,
        "epoch": 0,
        "last_minute": -1,
        "next_number": 1,
    }
