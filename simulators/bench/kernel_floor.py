"""The write floor: writing just the rows that a tick changes, and nothing else.

Law: same database, same settings, same statements, same values as the tick that it is compared
with; no rule, no decoding, no decision. What remains is what no design avoids.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hub.store.database import Database
from hub.store.statements import Statements

if TYPE_CHECKING:
    from hub.store.records import Values


class Floor:
    """Writes what another hub's tick wrote, into a copy of its database."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._database.create()
        self._statements = Statements(self._database.engine.dialect)

    def tick(self, second: int, written: dict[str, list[Values]], minute: int) -> float:
        """Write `written` in one transaction; return the real seconds that it took."""
        statements = self._statements
        begun = time.perf_counter()
        with self._database.transaction() as opened:
            epoch, _, next_number = opened.rows(statements.read_kernel)[0]
            opened.rows(statements.due, second=second)
            with opened.together():
                opened.run_many(statements.advance, written["advances"])
                opened.run_many(statements.put_event, written["events"])
                opened.run_many(statements.put_journal, written["journal"])
            opened.run(
                statements.write_kernel,
                mine=epoch,
                epoch=epoch,
                last_minute=minute,
                next_number=next_number + len(written["events"]),
            )
        took = time.perf_counter() - begun
        self._database.checkpoint()
        return took

    def bare(self, second: int) -> float:
        """Do one range read, one update and one commit; return the real seconds that it took."""
        statements = self._statements
        begun = time.perf_counter()
        with self._database.transaction() as opened:
            epoch, last_minute, next_number = opened.rows(statements.read_kernel)[0]
            opened.rows(statements.due, second=second)
            opened.run(
                statements.write_kernel,
                mine=epoch,
                epoch=epoch,
                last_minute=last_minute,
                next_number=next_number + 1,  # SQLite would not write what is there already
            )
        took = time.perf_counter() - begun
        self._database.checkpoint()
        return took

    def close(self) -> None:
        """Close the database."""
        self._database.close()
