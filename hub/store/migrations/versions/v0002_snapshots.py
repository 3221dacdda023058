"""Snapshots in the journal are found by an index of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the index."""
    first = sa.text("kind = 'snapshot'")
    op.create_index(
        "journal_snapshot", "journal", ["number"], sqlite_where=first, postgresql_where=first
    )
