"""The tables, once, for every database.

Law: portable columns only. Flags are 0 or 1 and instants whole numbers (unix seconds for what is
searched by, microseconds for what is told), so that all databases hold and compare the same.
Facts, runs and agendas are JSON made by the kernel; the database never looks into them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

SCHEMA_VERSION = 10
"""Number of the last revision in `hub.store.migrations`."""

metadata = MetaData()

_Serial = BigInteger().with_variant(Integer, "sqlite")

kernel = Table(
    "kernel",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("last_minute", BigInteger, nullable=False),
    Column("next_number", BigInteger, nullable=False),
)
"""One row: the fence (only the hub of this epoch may write) and the last minute that was run."""

feed_row = Table(
    "feed_row",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", LargeBinary),
    Column("heard_at", BigInteger, nullable=False),
    Column("run_id", String(40)),
    Column("verdict", String(40)),
    Index("feed_row_run", "run_id"),
)
"""Dispatching's table as last received, rejected rows too. body NULL: deleted."""

visit = Table(
    "visit",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("run_id", String(40), nullable=False),
    Column("live", SmallInteger, nullable=False),
    Index("visit_run", "run_id"),
)
"""Which run a key of dispatching's is about; never changes. live 0: its plan row was deleted."""

run = Table(
    "run",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("service_date", String(10), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("agenda", LargeBinary, nullable=False),
    Column("passengers", String(20), nullable=False),
    Column("train", String(20), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("published", SmallInteger, nullable=False),
    Column("next_at", BigInteger),
    Index("run_service_date", "service_date"),
)
"""Facts, the last value of the state that follows from them, and when it changes next.

published 1: it has a publication of its own that says more than "deleted".
"""

run_due = Index("run_due", run.c.next_at)
run_due.dialect_options["sqlite"]["where"] = run.c.next_at.is_not(None)
run_due.dialect_options["postgresql"]["where"] = run.c.next_at.is_not(None)

retained = Table(
    "retained",
    metadata,
    Column("entity", String(80), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("pending", SmallInteger, nullable=False),
    Column("type_name", String(20), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("body", LargeBinary),
    Column("issued_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
    Column("cause", String(255), nullable=False),
)
"""Outbox of retained topics, conflated: one row an entity. body NULL: deleted."""

retained_pending = Index("retained_pending", retained.c.number)
retained_pending.dialect_options["sqlite"]["where"] = retained.c.pending == 1
retained_pending.dialect_options["postgresql"]["where"] = retained.c.pending == 1

event = Table(
    "event",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entity", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("cause", String(255), nullable=False),
)
"""Outbox of events, append-only; a row is deleted when the broker has acknowledged it."""

journal = Table(
    "journal",
    metadata,
    Column("number", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("cause", String(255), nullable=False),
    Index("journal_subject", "subject", "number"),
)
"""Append-only: every input, decision and output, with its cause; see `hub.store.journal`."""

journal_snapshot = Index("journal_snapshot", journal.c.number)
journal_snapshot.dialect_options["sqlite"]["where"] = journal.c.kind == "snapshot"
journal_snapshot.dialect_options["postgresql"]["where"] = journal.c.kind == "snapshot"

reject = Table(
    "reject",
    metadata,
    Column("number", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("key", String(255), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("found", String(255), nullable=False),
    Column("partial", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Every row, or part of one, that was not believed."""

command = Table(
    "command",
    metadata,
    Column("command_id", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
)
"""Every command of a person with its answer: the same one twice is done once."""

station_mode = Table(
    "station_mode",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("mode", LargeBinary, nullable=False),
)
"""One row while the whole station is manual, else none."""

notice = Table(
    "notice",
    metadata,
    Column("notice_id", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Persons' notices that are, or will be, told, and who said them; see `hub.store.notices`."""

lease = Table(
    "lease",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("holder", String(64), nullable=False),
    Column("renewals", BigInteger, nullable=False),
    Column("identity", LargeBinary, nullable=False),
)
"""One row: which hub leads, and how often it has said so; see `hub.store.lease`. "": nobody."""

wish = Table(
    "wish",
    metadata,
    Column("device", String(40), primary_key=True),
    Column("leaf", String(4), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("configured", LargeBinary, nullable=False),
)
"""What is wanted of devices (`want`) and how they are set up (`cfg`); see `hub.store.wishes`."""

account = Table(
    "account",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", String(255), nullable=False),
    Column("disabled", SmallInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("preferences", LargeBinary, nullable=False),
)
"""Who may use the console, and as what; see `hub.store.accounts`. Times are the system's clock."""

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Index("session_account", "account"),
)
"""Who is logged in. The token itself is known to the browser alone."""

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("wall", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("command_id", String(64), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_subject", "subject", "number"),
    Index("audit_command", "command_id"),
)
"""Everything that persons did, append-only, each record with the hash of all before it.

at: station time, wall: the system's clock; rev: of the run after it, 0: none. See `hub.audit`.
"""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: the last record of the audit; who appends one changes it, so they come one by one."""

legend = Table(
    "legend",
    metadata,
    Column("account", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Colours and shapes of the track diagram, an account's; see `hub.store.legends`."""

alarm = Table(
    "alarm",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""What persons have made of each alarm that has not left; see `hub.store.alarms`."""

scenario = Table(
    "scenario",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Scenarios under way; see `hub.store.scenarios`."""

migrated = Table(
    "alembic_version", metadata, Column("version_num", String(32), primary_key=True, nullable=False)
)
"""Alembic's own mark; `kernel.schema_version` decides."""
