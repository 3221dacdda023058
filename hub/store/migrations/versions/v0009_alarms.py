"""What persons have made of alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alarm",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
