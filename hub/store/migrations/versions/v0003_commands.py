"""Persons' commands with their answers, and the station's mode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "command",
        sa.Column("command_id", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "station_mode",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("mode", sa.LargeBinary, nullable=False),
    )
