"""The first schema, as the hub made it before it had migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _feed()
    _runs()
    _outbox()
    _journal()


def _feed() -> None:
    op.create_table(
        "kernel",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("last_minute", sa.BigInteger, nullable=False),
        sa.Column("next_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "feed_row",
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.String(40)),
        sa.Column("verdict", sa.String(40)),
    )
    op.create_index("feed_row_run", "feed_row", ["run_id"])


def _runs() -> None:
    op.create_table(
        "visit",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("live", sa.SmallInteger, nullable=False),
    )
    op.create_index("visit_run", "visit", ["run_id"])
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(40), primary_key=True),
        sa.Column("service_date", sa.String(10), nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("agenda", sa.LargeBinary, nullable=False),
        sa.Column("passengers", sa.String(20), nullable=False),
        sa.Column("train", sa.String(20), nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("published", sa.SmallInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger),
    )
    op.create_index("run_service_date", "run", ["service_date"])
    due = sa.text("next_at IS NOT NULL")
    op.create_index("run_due", "run", ["next_at"], sqlite_where=due, postgresql_where=due)


def _outbox() -> None:
    op.create_table(
        "retained",
        sa.Column("entity", sa.String(80), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("pending", sa.SmallInteger, nullable=False),
        sa.Column("type_name", sa.String(20), nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger),
        sa.Column("cause", sa.String(255), nullable=False),
    )
    pending = sa.text("pending = 1")
    op.create_index(
        "retained_pending", "retained", ["number"], sqlite_where=pending, postgresql_where=pending
    )
    op.create_table(
        "event",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entity", sa.String(80), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String(255), nullable=False),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("number", _Serial, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("detail", sa.LargeBinary, nullable=False),
        sa.Column("cause", sa.String(255), nullable=False),
    )
    op.create_index("journal_subject", "journal", ["subject", "number"])
    op.create_table(
        "reject",
        sa.Column("number", _Serial, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("found", sa.String(255), nullable=False),
        sa.Column("partial", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
