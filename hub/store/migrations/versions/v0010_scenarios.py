"""Scenarios under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scenario",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
