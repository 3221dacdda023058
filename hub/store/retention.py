"""How long the past is kept: journal and rejects older than so many days go, a little at a time.

Law: whole days go, up to a snapshot, so that what is left can still be lived again; what the live
state needs does not stand in these tables. The stations stay: a few kilobytes each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.store.journal import TIDY
from hub.store.records import to_micros
from hub.store.writes import Writes
from protocol.times import to_unix

if TYPE_CHECKING:
    from hub.store.database import Transaction
    from hub.store.statements import Statements
    from protocol.times import Instant

KEEP_DAYS = 400
"""A year and what is needed to compare it with the one before."""

PORTION = 5000
"""Records that go in one transaction, once an hour: more than the largest station writes in one."""


TOMBSTONES = timedelta(days=2)
"""How long the revision of a deleted row, and of a deleted publication, is remembered."""


def drop_done(opened: Transaction, statements: Statements, now: Instant) -> None:
    """Delete what nobody needs any more: rows, publications and commands that are done with."""
    before = int(to_unix(now - TOMBSTONES))
    dropped = opened.run(statements.drop_feed_rows, before=before)
    dropped += opened.run(statements.drop_deleted, before=before * 1_000_000)
    dropped += opened.run(statements.drop_visits)
    dropped += opened.run(statements.drop_commands, before=before * 1_000_000)
    if dropped:
        tidied = Writes(now, 0)
        tidied.note(TIDY, "tables", b"%d" % dropped, TIDY)
        tidied.flush(opened, statements)


def prune(opened: Transaction, statements: Statements, now: Instant, keep_days: int) -> int:
    """Delete a portion of what is older than `keep_days`; return how many records that were."""
    before = to_micros(now - timedelta(days=keep_days))
    gone = opened.run(statements.drop_rejects, before=before, at_most=PORTION)
    (first,) = opened.rows(statements.snapshot_before, before=before)[0]
    if first is not None:
        gone += opened.run(statements.drop_journal, before=first, at_most=PORTION)
    return gone
