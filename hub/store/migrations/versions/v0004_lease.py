"""The lease: which of several hubs on this database leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table with its one row, held by nobody."""
    lease = op.create_table(
        "lease",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("renewals", sa.BigInteger, nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(lease, [{"id": 1, "holder": "", "renewals": 0, "identity": b""}])
