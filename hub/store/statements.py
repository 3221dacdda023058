"""Every hot statement, written in SQLAlchemy Core and rendered to text once per database.

Law: no SQL string is built anywhere else. Conditions that a partial index has stand as literals,
for a bound value hides them from the planner (kernel.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, String, bindparam, func, literal_column, select
from sqlalchemy.dialects import postgresql

from hub.store.rendered import SIZES, Listing, Statement
from hub.store.tables import (
    command,
    event,
    feed_row,
    journal,
    kernel,
    metadata,
    notice,
    reject,
    retained,
    run,
    station_mode,
    visit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import BindParameter, ColumnElement, Dialect, Table
    from sqlalchemy.sql.elements import ClauseElement


class Statements:
    """All statements of the store for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        text = self._render
        fence = select(kernel.c.epoch, kernel.c.last_minute, kernel.c.next_number)
        self.read_kernel = text(
            fence.with_for_update()
        )  # a dead hub's last commit may be under way
        self.write_kernel = text(
            kernel.update()
            .where(kernel.c.epoch == bindparam("mine"))
            .values(_bound(kernel, "epoch", "last_minute", "next_number"))
        )
        self.due = text(
            select(
                run.c.run_id,
                run.c.agenda,
                run.c.passengers,
                run.c.train,
                run.c.published,
                run.c.rev,
            )
            .where(run.c.next_at <= bindparam("second"))
            .order_by(run.c.next_at, run.c.run_id)
        )
        self.advance = text(
            run.update()
            .where(run.c.run_id == bindparam("of_run"))
            .values(_bound(run, "passengers", "train", "next_at"))
        )
        stored = (
            run.c.run_id,
            run.c.facts,
            run.c.state,
            run.c.agenda,
            run.c.rev,
            run.c.passengers,
            run.c.train,
        )
        self.runs = self._listing(lambda ids: select(*stored).where(run.c.run_id.in_(ids)))
        self.bound = self._listing(lambda keys: _bound_to(keys, stored))
        self.runs_of_day = text(
            select(*stored)
            .where(run.c.service_date == bindparam("service_date"))
            .order_by(run.c.run_id)
        )
        self.all_runs = text(select(*stored).order_by(run.c.run_id))
        self.put_run = text(_upsert(run, "run_id", keep=("service_date",)))
        self.drop_run = text(run.delete().where(run.c.run_id == bindparam("of_run")))
        self._feed_statements()
        self._outbox_statements()
        self._manual_statements()
        self._journal_statements()
        self.put_reject = text(_insert(reject))
        self.rejects = text(
            select(
                reject.c.at,
                reject.c.kind,
                reject.c.key,
                reject.c.reason,
                reject.c.found,
                reject.c.partial,
                reject.c.body,
            )
            .order_by(reject.c.number.desc())
            .limit(bindparam("at_most", type_=BigInteger))
        )

    def _feed_statements(self) -> None:
        text = self._render
        held = (
            feed_row.c.kind,
            feed_row.c.key,
            feed_row.c.epoch,
            feed_row.c.revision,
            feed_row.c.body,
            feed_row.c.run_id,
            feed_row.c.verdict,
        )
        of_any_kind = feed_row.c.kind.in_([literal_column("'plan'"), literal_column("'log'")])
        self.feed_rows = self._listing(
            lambda keys: select(*held).where(of_any_kind, feed_row.c.key.in_(keys))
        )
        self.all_feed_rows = text(select(*held).order_by(feed_row.c.kind.desc(), feed_row.c.key))
        self.rows_of_run = text(select(*held).where(feed_row.c.run_id == bindparam("of_run")))
        self.rows_judged = text(select(*held).where(feed_row.c.verdict == bindparam("of_verdict")))
        self.put_feed_row = text(_upsert(feed_row, "kind", "key"))
        self.put_row_again = text(_upsert(feed_row, "kind", "key", keep=("run_id",)))
        self.drop_feed_rows = text(
            feed_row.delete().where(
                feed_row.c.body.is_(None), feed_row.c.heard_at < bindparam("before")
            )
        )
        visits = (visit.c.key, visit.c.run_id, visit.c.live)
        self.visits_of = self._listing(lambda ids: select(*visits).where(visit.c.run_id.in_(ids)))
        self.put_visit = text(_upsert(visit, "key", keep=("run_id",)))
        self.drop_visits = text(
            visit.delete().where(
                visit.c.run_id.not_in(select(run.c.run_id)),
                visit.c.key.not_in(select(feed_row.c.key)),
            )
        )

        self.drop_visits_of_nobody = text(
            visit.delete().where(visit.c.run_id.not_in(select(run.c.run_id)))
        )

    def _manual_statements(self) -> None:
        text = self._render
        self.command = text(
            select(command.c.body, command.c.answer).where(
                command.c.command_id == bindparam("of_command")
            )
        )
        self.put_command = text(_insert(command))
        self.drop_commands = text(command.delete().where(command.c.at < bindparam("before")))
        self.mode = text(select(station_mode.c.mode))
        self.put_mode = text(_upsert(station_mode, "id"))
        self.drop_mode = text(station_mode.delete())
        self.notices = text(select(notice.c.body).order_by(notice.c.notice_id))
        self.put_notice = text(_upsert(notice, "notice_id"))
        self.drop_notice = text(notice.delete().where(notice.c.notice_id == bindparam("of_notice")))

    def _outbox_statements(self) -> None:
        text = self._render
        of_retained = (
            retained.c.number,
            retained.c.entity,
            retained.c.type_name,
            retained.c.rev,
            retained.c.body,
            retained.c.issued_at,
            retained.c.valid_until,
            retained.c.cause,
        )
        of_event = (
            event.c.number,
            event.c.entity,
            literal_column("'event'", String).label("type_name"),
            literal_column("0", BigInteger).label("rev"),
            event.c.body,
            event.c.issued_at,
            event.c.valid_until,
            event.c.cause,
        )
        limit = bindparam("at_most", type_=BigInteger)
        unsettled = retained.c.pending == literal_column("1")
        waiting = select(*of_retained).where(unsettled)
        self.pending_retained = text(waiting.order_by(retained.c.number).limit(limit))
        self.pending_events = text(select(*of_event).order_by(event.c.number).limit(limit))
        self.live = text(
            select(*of_retained).where(retained.c.body.is_not(None)).order_by(retained.c.number)
        )
        self.entity = text(select(*of_retained).where(retained.c.entity == bindparam("of_entity")))
        self.plans_over = text(
            select(retained.c.entity, retained.c.rev).where(
                retained.c.type_name == literal_column("'plan'"),
                # By the key: nothing else has one between these, whatever the database's collation.
                retained.c.entity > literal_column("'plan/'"),
                retained.c.entity < literal_column("'plan/z'"),
                retained.c.body.is_not(None),
                retained.c.valid_until <= bindparam("at"),
            )
        )
        self.put_retained = text(_upsert(retained, "entity"))
        self.put_event = text(_insert(event))
        number = bindparam("of_number", type_=BigInteger)
        self.settle_retained = text(
            retained.update()
            .where(retained.c.number == number, unsettled)
            .values(pending=literal_column("0"))
        )
        self.drop_deleted = text(
            retained.delete().where(
                retained.c.body.is_(None),
                retained.c.pending == literal_column("0"),
                retained.c.issued_at < bindparam("before"),
            )
        )
        self.drop_event = text(event.delete().where(event.c.number == number))

    def _journal_statements(self) -> None:
        text = self._render
        self.put_journal = text(_insert(journal))
        self.latest_snapshot = text(
            select(journal.c.at)
            .where(journal.c.kind == literal_column("'snapshot'"))
            .order_by(journal.c.number.desc())
            .limit(literal_column("1"))
        )
        at_most = bindparam("at_most", type_=BigInteger)
        self.snapshot_before = text(
            select(func.max(journal.c.number)).where(
                journal.c.kind == literal_column("'snapshot'"),
                journal.c.subject == literal_column("'kernel'"),
                journal.c.at <= bindparam("before"),
            )
        )
        old = select(journal.c.number).where(
            journal.c.number < bindparam("before", type_=BigInteger),
            journal.c.kind != literal_column("'station'"),
        )
        oldest = old.order_by(journal.c.number).limit(at_most).scalar_subquery()
        self.drop_journal = text(journal.delete().where(journal.c.number.in_(oldest)))
        old = select(reject.c.number).where(reject.c.at < bindparam("before"))
        oldest = old.order_by(reject.c.number).limit(at_most).scalar_subquery()
        self.drop_rejects = text(reject.delete().where(reject.c.number.in_(oldest)))
        self.known_station = text(
            select(journal.c.number)
            .where(
                journal.c.subject == bindparam("of_subject"),
                journal.c.kind == literal_column("'station'"),
            )
            .limit(literal_column("1"))
        )
        self._whole = {t.name: text(select(t)) for t in metadata.sorted_tables}

    def all_of(self, table: Table) -> Statement:
        """Return the query of all rows of `table`, all columns in their order."""
        return self._whole[table.name]

    def _render(self, statement: ClauseElement) -> Statement:
        compiled = statement.compile(dialect=self._dialect)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return Statement(str(compiled), fixed)

    def _listing(self, make: object) -> Listing:
        by_size: dict[int, Statement] = {}
        for size in SIZES:
            names = [bindparam(f"v{n}", type_=String) for n in range(size)]
            by_size[size] = self._render(make(names))  # type: ignore[operator]
        return Listing(by_size)


_rendered: dict[tuple[str, str, str], Statements] = {}


def statements_for(dialect: Dialect) -> Statements:
    """Return the statements for `dialect`; rendered once in a process, it takes 50 ms."""
    key = (dialect.name, dialect.driver, dialect.paramstyle)
    if key not in _rendered:
        _rendered[key] = Statements(dialect)
    return _rendered[key]


def _bound_to(
    keys: list[BindParameter[str]], stored: Sequence[ColumnElement[object]]
) -> ClauseElement:
    """Ask for the runs that `keys` are bound to, once for every key bound to them."""
    asked = visit.alias("asked")
    every = asked.join(visit, visit.c.run_id == asked.c.run_id)
    found = select(visit.c.key, visit.c.live, visit.c.run_id, *stored)
    return found.select_from(every.outerjoin(run, run.c.run_id == visit.c.run_id)).where(
        asked.c.key.in_(keys)
    )


def _bound(table: Table, *names: str) -> dict[str, ColumnElement[object]]:
    return {name: bindparam(name, type_=table.c[name].type) for name in names}


def _insert(table: Table) -> ClauseElement:
    serial = table.autoincrement_column
    names = [column.name for column in table.columns if column is not serial]
    return table.insert().inline().values(_bound(table, *names))


def _upsert(table: Table, *key: str, keep: tuple[str, ...] = ()) -> ClauseElement:
    """Insert, or overwrite all columns but the key and those to `keep`.

    What cannot change is kept: an index over a column that is set is written, too, even if it is
    set to what it was. SQLite and PostgreSQL write this alike, so the construct of either serves
    both.
    """
    names = [column.name for column in table.columns]
    insert = postgresql.insert(table).inline().values(_bound(table, *names))
    changed = [name for name in names if name not in key and name not in keep]
    return insert.on_conflict_do_update(
        index_elements=list(key), set_={name: insert.excluded[name] for name in changed}
    )
