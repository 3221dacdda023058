"""What the console's pages ask of the diagram: the picture of now, films, base layers, legends.

Law: wiring and types of answers; nothing is drawn and nothing decided here. Films are made in a
thread, one at a time, each reading the journal in a transaction of its own: no slider can slow the
hub down.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from twisted.internet.defer import DeferredLock
from twisted.internet.threads import deferToThreadPool

from hub.diagram.past import past_film
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.times import from_unix
from svg_layers.legend import Legend, Warned, check_legend, properties, warnings
from svg_layers.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.python.threadpool import ThreadPool

    from hub.diagram.film import Film
    from hub.diagram.live import LiveDiagram, Whole
    from hub.store.legends import LegendStore
    from protocol.times import Instant
    from station_config.runtime.reactor import Reactor

Theme = Literal["light", "dark"]


class Span(msgspec.Struct, frozen=True):
    """A stretch of time that a film is asked for: unix seconds of station time."""

    begin: float = 0.0
    end: float = 0.0


class Seen(msgspec.Struct, frozen=True):
    """A legend as a page applies it.

    Attributes:
        legend: it.
        own: the account has it of its own; else it is the preset.
        properties: CSS custom properties.
        warnings: what is hard to see.
    """

    legend: Legend
    own: bool
    properties: dict[str, str]
    warnings: tuple[Warned, ...]


class Presets(msgspec.Struct, frozen=True):
    """The legends that are shipped."""

    presets: tuple[Seen, ...]


class DiagramDesk:
    """The diagram, for an account's pages.

    Args:
        reactor: where answers come.
        pool: a thread in which the journal is read.
        live: the picture of now; raises while this hub does not lead.
        database: URL of the hub's database.
        legends: the store.
        in_store: runs a call in the store's thread.
    """

    def __init__(
        self,
        reactor: Reactor,
        *,
        pool: ThreadPool,
        live: Callable[[], LiveDiagram],
        database: str,
        legends: LegendStore,
        in_store: Callable[[Callable[[], Any]], Deferred[Any]],
    ) -> None:
        self._reactor = reactor
        self._pool = pool
        self._live = live
        self._database = database
        self._legends = legends
        self._in_store = in_store
        self._lock = DeferredLock()

    def whole(self) -> Whole:
        """Return the picture of now."""
        return self._live().whole()

    def base(self, known_as: str) -> bytes | None:
        """Return a base layer by its digest, None if there is none."""
        return self._live().bases.file(known_as)

    def film(self, span: Span) -> Deferred[Film]:
        """Return the film of `span`: of the past, or a forecast from now on.

        Raises:
            OperatorError: there is no such film.
        """
        live = self._live()
        try:
            begin, end = from_unix(span.begin), from_unix(span.end)
        except (OverflowError, ValueError) as error:
            raise OperatorError("no such time", where="begin") from error
        ahead = max(begin, end) >= live.now
        make = live.forecast(begin, end) if ahead else partial(self._past, begin, end)
        return self._lock.run(deferToThreadPool, self._reactor, self._pool, make)

    def legend(self, account: str, theme: Theme) -> Deferred[Seen]:
        """Return the legend of an account, else the preset of its theme."""
        found = self._in_store(partial(self._legends.get, account))
        return found.addCallback(
            lambda own: seen(own, own=True) if own else seen(PRESETS[theme], own=False)
        )

    def put_legend(self, account: str, legend: Legend) -> Deferred[Seen]:
        """Keep the legend of an account.

        Raises:
            OperatorError: it is not whole.
        """
        check_legend(legend)
        kept = self._in_store(partial(self._legends.put, account, legend))
        return kept.addCallback(lambda _: seen(legend, own=True))

    def reset_legend(self, account: str, theme: Theme) -> Deferred[Seen]:
        """Forget the legend of an account; return the preset of its theme."""
        gone = self._in_store(partial(self._legends.reset, account))
        return gone.addCallback(lambda _: seen(PRESETS[theme], own=False))

    def _past(self, begin: Instant, end: Instant) -> Film:
        with reading(self._database) as reader:
            return past_film(reader, begin, end)


def seen(legend: Legend, *, own: bool) -> Seen:
    """Return `legend` as a page applies it.

    Raises:
        OperatorError: it is not whole.
    """
    check_legend(legend)
    return Seen(legend, own, properties(legend), tuple(warnings(legend)))


def presets() -> Presets:
    """Return the legends that are shipped."""
    return Presets(tuple(seen(legend, own=False) for legend in PRESETS.values()))
