"""Actions about the past: punctuality and check-in counted, every visit as CSV, a board as it was.

Law: each entry of the table and what does it. What is counted stands in `hub.past`; it is read on a
connection and in a thread of its own, so the trains of now wait for nobody's report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from hub.accounts.roles import Permission
from hub.console.action import Action, Call
from hub.console.days import Days, Sheet, range_of, sheet_of
from hub.past.punctuality import (
    Figures,
    by_class,
    by_day,
    by_hour,
    figures,
    grouped,
    histogram,
)
from hub.past.rejects import counts, rejects_of
from hub.past.report_command import as_csv
from hub.past.told import on_any_board, on_board, shown_at
from hub.past.triggers import by_day as of_day
from hub.past.triggers import by_hour as of_hour
from hub.past.triggers import counted, triggers_of
from hub.past.visits import visits_of
from protocol.errors import OperatorError
from protocol.runs import PassengerPhase, Run, TrainPhase
from protocol.times import Instant

if TYPE_CHECKING:
    from datetime import date

    from twisted.internet.defer import Deferred

    from hub.console.office import Office
    from hub.past.told import Shown
    from hub.store.reading import Reader
    from station_config.model import Station

EDGES = (0, 3, 5, 10, 15, 30, 60, 120)
"""Minutes late at which the histogram's classes end."""
_BOARD = Annotated[str, msgspec.Meta(max_length=60)]
_AT = Annotated[str, msgspec.Meta(max_length=40)]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one group; shares in percent, None: nothing to divide by."""

    visits: int
    reported: int
    on_time: int
    cancelled: int
    mean: float | None
    windows: int
    kept: int
    share: float | None
    kept_share: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Punctuality and check-in of some days.

    Attributes:
        late: how many were late by how much, by class.
        rejected: rows of which nothing was believed, and parts of rows.
        triggers: published, by day and kind.
        triggers_by_hour: published, by local hour and kind.
    """

    first: str
    last: str
    on_time_min: int
    total: Group
    by_day: dict[str, Group]
    by_class: dict[str, Group]
    by_hour: dict[str, Group]
    late: dict[str, int]
    rejected: tuple[int, int]
    triggers: dict[str, dict[str, int]]
    triggers_by_hour: dict[str, dict[str, int]]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """An instant, and a board; "" for all."""

    at: _AT = ""
    board: _BOARD = ""


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it was told, since when, and because of what."""

    run: Run
    passengers: PassengerPhase
    train: TrainPhase
    boards: tuple[str, ...]
    since: Instant
    cause: str


def _report(office: Office, call: Call) -> Deferred[Report]:
    days: Days = call.query
    station = office.desk().station
    first, last = range_of(office, days)
    return office.desk().past(lambda reader: _made(reader, station, first, last, days.on_time))


def _made(reader: Reader, station: Station, first: date, last: date, limit: int) -> Report:
    visits = visits_of(reader, first, last, station.zone_info)
    groups = {
        name: {each: _group(found) for each, found in grouped(visits, key, limit).items()}
        for name, key in (("by_day", by_day), ("by_class", by_class), ("by_hour", by_hour))
    }
    triggers = triggers_of(reader, first, last, station.zone_info)
    return Report(
        first=first.isoformat(),
        last=last.isoformat(),
        on_time_min=limit,
        total=_group(figures(visits, limit)),
        late=histogram(visits, EDGES),
        rejected=counts(rejects_of(reader, first, last, station.zone_info)),
        triggers=counted(triggers, of_day),
        triggers_by_hour=counted(triggers, of_hour),
        **groups,
    )


def _csv(office: Office, call: Call) -> Deferred[Sheet]:
    zone = office.desk().station.zone_info

    def text(reader: Reader, first: date, last: date) -> str:
        return as_csv(visits_of(reader, first, last, zone), triggers_of(reader, first, last, zone))

    return sheet_of(office, call.query, text)


def _history(office: Office, call: Call) -> Deferred[tuple[Stood, ...]]:
    moment: Moment = call.query
    station = office.desk().station
    try:
        at = msgspec.convert(moment.at, Instant)
    except msgspec.ValidationError as error:
        raise OperatorError(
            f"not an instant like 2021-01-20T08:00:00Z: {error}", where="at"
        ) from error
    if moment.board and moment.board not in {board.id for board in station.boards}:
        raise OperatorError(f"no board {moment.board!r}", where="board")
    wanted = on_board(station, moment.board, at) if moment.board else on_any_board(at)
    found = office.desk().past(lambda reader: shown_at(reader, at, wanted))
    return found.addCallback(lambda shown: tuple(map(_stood, shown)))


def _stood(shown: Shown) -> Stood:
    return Stood(
        run=shown.run,
        passengers=shown.passengers,
        train=shown.train,
        boards=shown.boards,
        since=shown.telling.since,
        cause=shown.telling.cause,
    )


def _group(found: Figures) -> Group:
    return Group(
        visits=found.visits,
        reported=found.reported,
        on_time=found.on_time,
        cancelled=found.cancelled,
        mean=found.mean,
        windows=found.windows,
        kept=found.kept,
        share=found.share,
        kept_share=found.kept_share,
    )


ACTIONS = (
    Action(
        "report.punctuality", "GET", "/reports/punctuality", Permission.SEE, Report, _report,
        "Punctuality and check-in of some days, counted.", query=Days,
    ),
    Action(
        "report.csv", "GET", "/reports/visits", Permission.SEE, Sheet, _csv,
        "Every visit of some days as a line of CSV.", query=Days,
    ),
    Action(
        "history.board", "GET", "/history", Permission.SEE, tuple[Stood, ...], _history,
        "What stood on a board at an instant, since when and because of what.", query=Moment,
    ),
)  # fmt: skip
