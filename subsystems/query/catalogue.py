"""The kiosk's own database: trains to be found by number, place, time and platform. Blocking.

Law: it is derived from what the kit holds, so it is made anew at each start and whenever SQLite
finds it damaged; nothing is ever shown from a file that does not answer. A train found is decoded
from its whole message, so a list cannot say something else than the train's page.

    run(run_id, day, departs, departs_until, arrives, arrives_until, platform, body)
    term(run_id, way, kind, text)

Instants are milliseconds since 1970 UTC: planned, and until when the train is of interest. Kinds of
terms: number, name, spelling.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from protocol.runs import Role, Run
from subsystems.query.model import Way
from subsystems.query.terms import folded, number_terms, spelling_terms
from subsystems.query.view import A_DAY, milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from protocol.runs import CallTime, Named
    from protocol.times import Instant
    from subsystems.query.model import Wish

_SCHEMA = """
CREATE TABLE run (run_id TEXT PRIMARY KEY, day TEXT NOT NULL,
    departs INTEGER, departs_until INTEGER, arrives INTEGER, arrives_until INTEGER,
    platform TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE term (run_id TEXT NOT NULL, way TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX term_text ON term (text);
CREATE INDEX term_run ON term (run_id);
"""
_TYPED = """EXISTS (SELECT 1 FROM term WHERE term.run_id = run.run_id AND term.way = :way
    AND (term.text >= :typed AND term.text < :after
         OR term.kind = 'name' AND :long AND instr(term.text, :typed)))"""
_INTERESTING = "SELECT run_id, body FROM run WHERE "
_LAST = "\U0010ffff"

T = TypeVar("T")


@dataclass(frozen=True)
class Hits:
    """What was found.

    Attributes:
        runs: earliest first.
        more: how many more there are.
    """

    runs: tuple[Run, ...]
    more: int


class Catalogue:
    """The database.

    Args:
        path: its file; whatever is there is replaced.
        all_runs: everything that is held, to make it anew from.
        complain: gets a sentence when it had to be made anew.
    """

    def __init__(
        self, path: Path, all_runs: Callable[[], Iterable[Run]], complain: Callable[[str], None]
    ) -> None:
        self._path = path
        self._all_runs = all_runs
        self._complain = complain
        self._spelling: Mapping[str, Sequence[str]] = {}
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(Run)
        self._database = self._create()

    def spell(self, spelling: Mapping[str, Sequence[str]]) -> None:
        """Use these spellings from now on, for the trains that are in it too."""
        self._spelling = spelling
        self._rebuild()

    def put(self, runs: Iterable[Run], gone: Iterable[str] = ()) -> None:
        """Put `runs` in, or anew; take those of `gone` out."""
        changed = tuple(runs)
        out = (*(run.run_id for run in changed), *gone)

        def write() -> None:
            with self._database:
                for table in ("term", "run"):
                    delete = f"DELETE FROM {table} WHERE run_id = ?"  # noqa: S608 - our two tables
                    self._database.executemany(delete, ((run_id,) for run_id in out))
                self._insert(changed)

        self._surely(write)

    def run(self, run_id: str) -> Run | None:
        """Return the run `run_id`."""
        rows = self._select(_INTERESTING + "run_id = :run_id", {"run_id": run_id})
        return rows[0] if rows else None

    def days(self) -> tuple[str, ...]:
        """Return the service dates that are held, ISO, ascending."""
        query = "SELECT DISTINCT day FROM run ORDER BY day"
        return tuple(day for (day,) in self._surely(lambda: self._rows(query, {})))

    def find(self, wish: Wish, now: int) -> Hits:
        """Return the runs that `wish` asks for.

        Args:
            wish: its conditions.
            now: station time; where a number is looked for on any day, what is to come is first.
        """
        when = "departs" if wish.way is Way.DEPARTURE else "arrives"
        conditions = [f"{when} IS NOT NULL"]
        typed = folded(wish.text)
        if wish.day is not None:
            conditions.append("day = :day")
        if wish.platform:
            conditions.append("platform = :platform")
        if wish.since is not None:
            conditions.append(f"{when} >= :since")
        if wish.live:
            conditions.append(f"{when}_until >= :now")
        if typed:
            conditions.append(_TYPED)
        values = {
            "day": "" if wish.day is None else wish.day.isoformat(),
            "platform": wish.platform,
            "since": wish.since,
            "way": wish.way.value,
            "typed": typed,
            "after": typed + _LAST,
            "long": len(typed) > 1,
            "now": now,
            "most": wish.limit,
        }
        where = " AND ".join(conditions)
        # What is over comes last, unless it is asked for from a certain instant on.
        order = f"{when}_until < :now, " if wish.since is None else ""
        runs = self._select(
            f"{_INTERESTING}{where} ORDER BY {order}{when}, run_id LIMIT :most", values
        )
        count = f"SELECT count(*) FROM run WHERE {where}"  # noqa: S608 - of our own conditions
        ((total,),) = self._surely(lambda: self._rows(count, values))
        return Hits(tuple(runs), max(0, total - len(runs)))

    def close(self) -> None:
        """Close and remove the file: it is worth nothing without us."""
        self._database.close()
        self._remove()

    def _select(self, query: str, values: Mapping[str, object]) -> list[Run]:
        def read() -> list[Run]:
            return [self._decoder.decode(body) for _, body in self._rows(query, values)]

        return self._surely(read)

    def _rows(self, query: str, values: Mapping[str, object]) -> list[tuple]:  # type: ignore[type-arg]
        return self._database.execute(query, values).fetchall()

    def _surely(self, work: Callable[[], T]) -> T:
        """Do `work`; if the file is damaged, make it anew and do it once more."""
        try:
            return work()
        except (sqlite3.Error, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._complain(f"the database was damaged ({error}): made anew")
            self._rebuild()
            return work()

    def _rebuild(self) -> None:
        with suppress(sqlite3.Error):
            self._database.close()
        self._database = self._create()
        with self._database:
            self._insert(self._all_runs())

    def _create(self) -> sqlite3.Connection:
        self._remove()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(str(self._path))
        except sqlite3.Error as error:
            self._complain(f"no file can be made ({error}): kept in memory")
            return _opened(":memory:")

    def _remove(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()

    def _insert(self, runs: Iterable[Run]) -> None:
        for run in runs:
            if run.role is Role.PASS:
                continue
            values = (
                run.run_id,
                run.service_date.isoformat(),
                *_instants(run.departure, run.timeline.departure_shown_until),
                *_instants(run.arrival, run.timeline.arrival_shown_until),
                run.platform or "",
                self._encoder.encode(run),
            )
            self._database.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            self._database.executemany("INSERT INTO term VALUES (?, ?, ?, ?)", self._terms(run))

    def _terms(self, run: Run) -> Iterator[tuple[str, str, str, str]]:
        numbers = (run.departure_number, run.arrival_number)
        for way, place in ((Way.DEPARTURE, run.destination), (Way.ARRIVAL, run.origin)):
            for text in dict.fromkeys(number_terms(numbers)):
                yield run.run_id, way.value, "number", text
            for name in _names(place):
                yield run.run_id, way.value, "name", folded(name)
                for text in dict.fromkeys(spelling_terms(self._spelling.get(name, ()))):
                    if text:
                        yield run.run_id, way.value, "spelling", text


def names_of(runs: Iterable[Run]) -> set[str]:
    """Return the names of all places that `runs` go to or come from, in every language."""
    return {name for run in runs for each in (run.origin, run.destination) for name in _names(each)}


def _opened(path: str) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=MEMORY")
    database.execute("PRAGMA synchronous=OFF")  # after a crash it is made anew
    database.executescript(_SCHEMA)
    return database


def _instants(call: CallTime | None, shown_until: Instant | None) -> tuple[int | None, int | None]:
    """Return the planned instant, and until when it matters; with no known end, for a day."""
    if call is None:
        return None, None
    return milliseconds(call.planned), milliseconds(shown_until or call.planned + A_DAY)


def _names(place: Named) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, place.names.values()))) or (place.code,)
