"""Answers what a passenger asks: from the kiosk's own database, and from the hub what it lacks.

Law: what is held is never asked for; what the hub says of other days is told with the time of its
word. Where nobody can be asked the answer says so, it is never an empty list without a reason.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed

from protocol.errors import DeviceError
from protocol.messages import RunQuery
from protocol.runs import Role
from subsystems.query import machine
from subsystems.query.model import Found, Reach, Way, Wish
from subsystems.query.view import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.python.failure import Failure

    from protocol.messages import Response
    from protocol.runs import Run
    from protocol.times import Instant
    from subsystems.query.catalogue import Catalogue
    from subsystems.query.machine import Asked
    from subsystems.query.model import Card, Item
    from subsystems.query.view import View

WORTH_ASKING = 2
"""Characters of a train number from which on the hub is asked for one that is not held."""


class Desk:
    """The desk.

    Args:
        catalogue: what is held.
        view: how trains are told.
        now: station time.
        ask: asks the hub; fails with `DeviceError` when it cannot be asked.
        learn: takes what the hub answered; `machine.Answered`.
        asked: what the hub answered lately about a run.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        view: View,
        *,
        now: Callable[[], Instant],
        ask: Callable[[RunQuery], Deferred[Response]],
        learn: Callable[[machine.Answered], None],
        asked: Callable[[str], Asked | None],
    ) -> None:
        self._catalogue = catalogue
        self._view = view
        self._now = now
        self._ask = ask
        self._learn = learn
        self._asked = asked

    def find(self, wish: Wish) -> Deferred[Found]:
        """Return what `wish` asks for."""
        hits = self._catalogue.find(wish, milliseconds(self._now()))
        days = tuple(map(date.fromisoformat, self._catalogue.days()))
        if hits.runs or not _worth_asking(wish, days):
            return succeed(Found(items=self._items(hits.runs, wish), more=hits.more, days=days))
        answer = self._ask(_query(wish))

        def told(response: Response) -> Found:
            self._learn(machine.Answered(response.runs))
            found = [run for run in response.runs if _wished(run, wish)]
            if not found and _elsewhen(wish, days):
                return Found(reach=Reach.NONE, days=days)  # it is no day of the hub's either
            items = self._items(found, wish, until=self._now() + machine.ASKED_LIVES)
            return Found(items=items, more=response.more, reach=Reach.HUB, days=days)

        return answer.addCallbacks(told, lambda failure: _unreached(failure, days))

    def card(self, run_id: str) -> Deferred[Card | None]:
        """Return the page of a train, None if nobody knows it."""
        held = self._catalogue.run(run_id)
        if held is not None:
            return succeed(self._view.card(held))
        if self._asked(run_id) is not None:
            return succeed(self._asked_card(run_id))
        answer = self._ask(RunQuery(run_ids=(run_id,), limit=1))

        def told(response: Response) -> Card | None:
            self._learn(machine.Answered(response.runs))
            return self._asked_card(run_id)

        def unknown(failure: Failure) -> None:
            failure.trap(DeviceError)

        return answer.addCallbacks(told, unknown)

    def _asked_card(self, run_id: str) -> Card | None:
        asked = self._asked(run_id)
        return None if asked is None else self._view.card(asked.run, asked.at, asked.until)

    def _items(
        self, runs: Iterable[Run], wish: Wish, until: Instant | None = None
    ) -> tuple[Item, ...]:
        items = (self._view.item(run, wish.way, until) for run in runs)
        return tuple(item for item in items if item is not None)


def _worth_asking(wish: Wish, days: tuple[date, ...]) -> bool:
    """Return whether the hub may know what is not held: another day, or a number of none."""
    if _elsewhen(wish, days):
        return True
    return len(wish.text) >= WORTH_ASKING and any(c.isdigit() for c in wish.text)


def _elsewhen(wish: Wish, days: tuple[date, ...]) -> bool:
    return wish.day is not None and wish.day not in days


def _query(wish: Wish) -> RunQuery:
    number = any(c.isdigit() for c in wish.text)
    return RunQuery(
        service_date=wish.day,
        number=wish.text if number else "",
        place="" if number else wish.text,
        limit=wish.limit,
    )


def _wished(run: Run, wish: Wish) -> bool:
    call = run.departure if wish.way is Way.DEPARTURE else run.arrival
    if call is None or run.role is Role.PASS:
        return False
    if wish.platform and run.platform != wish.platform:
        return False
    return wish.since is None or milliseconds(call.planned) >= wish.since


def _unreached(failure: Failure, days: tuple[date, ...]) -> Found:
    failure.trap(DeviceError)
    return Found(reach=Reach.NONE, days=days)
