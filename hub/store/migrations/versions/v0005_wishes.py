"""What is wanted of devices and how they are set up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "wish",
        sa.Column("device", sa.String(40), primary_key=True),
        sa.Column("leaf", sa.String(4), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("configured", sa.LargeBinary, nullable=False),
    )
