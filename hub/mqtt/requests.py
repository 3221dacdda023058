"""What devices ask of the hub: the time, to be told again what they miss, which runs there are.

Law: a request never harms. A bad one is counted and named in the log, but not more often than each
ten seconds per topic; a device that asks for too much is told so and asks later.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from protocol.codec import decode
from protocol.errors import MessageError
from protocol.limits import RESYNC_EVERY_S
from protocol.messages import Request, Response, RunQuery
from protocol.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from hub.mqtt.envelopes import Envelopes, Say
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

QUERY_EVERY_S = 0.2
"""Real seconds between two queries of one device."""

Found = tuple[tuple[Run, ...], int]
"""Runs, and how many more there are."""

COMPLAIN_EVERY_S = 10.0

KEPT = 1000
"""Requests that wait until this hub may speak: every device's, just after it has connected."""

_PARTS = 3
"""``dev/{id}/req``."""


class Requests:
    """Answers ``dev/{id}/req``.

    Attributes:
        answered: requests served, by kind.
        refused: requests that were too frequent or of an unknown kind.
        bad: messages that were no requests.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        *,
        topics: Topics,
        envelopes: Envelopes,
        clock: StationClock,
        say: Say,
        may_say: Callable[[], bool],
        resync: Callable[[Sequence[str]], None],
        find: Callable[[RunQuery], Deferred[Found]],
        log: FilteringBoundLogger,
    ) -> None:
        """Answer nothing yet.

        Args:
            reactor: for the rates.
            topics: of the station.
            envelopes: of the epoch.
            clock: station time.
            say: hands a message over.
            may_say: whether that reaches anybody now; else requests wait for `serve`.
            resync: says these entities again; all of them when there are none.
            find: looks runs up.
            log: the process's log.
        """
        self._find = find
        self._reactor = reactor
        self._topics = topics
        self._envelopes = envelopes
        self._clock = clock
        self._say = say
        self._may_say = may_say
        self._resync = resync
        self._log = log
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=KEPT)
        self._resynced: dict[str, float] = {}
        self._queried: dict[str, float] = {}
        self._complained: dict[str, float] = {}
        self.answered = {"time": 0, "resync": 0, "query": 0}
        self.refused = 0
        self.bad = 0

    def hear(self, entity: str, payload: bytes, *, retained: bool) -> None:
        """Take a message on ``dev/{id}/req``; one that is retained would be asked for ever."""
        if not retained:
            self.receive(self._topics.of_entity(entity), payload)

    def receive(self, topic: str, payload: bytes) -> None:
        """Answer the request in `payload`, or count it as bad."""
        if not self._may_say():
            self._waiting.append((topic, payload))
            return
        try:
            device = self._device(topic)
            request = self._request(topic, payload)
        except MessageError as error:
            self.bad += 1
            self._complain(topic, error.message)
            return
        if request.kind == "query":
            self._look_up(topic, device, request)
        else:
            self._respond(topic, device, self._answer(device, request))

    @property
    def status(self) -> dict[str, object]:
        """Figures for a health page."""
        return {
            "requests": dict(self.answered),
            "requests_refused": self.refused,
            "requests_bad": self.bad,
        }

    def _respond(self, topic: str, device: str, response: Response) -> None:
        if not response.ok:
            self.refused += 1
            self._complain(topic, response.error)
        self._say(self._topics.device(device, "resp"), self._envelopes.of_body(response), 1, False)

    def _look_up(self, topic: str, device: str, request: Request) -> None:
        """Answer a query when the store has; not more often than a person types."""
        now_s = self._reactor.seconds()
        if now_s - self._queried.get(device, now_s - QUERY_EVERY_S) < QUERY_EVERY_S:
            self._respond(
                topic, device, _no(request, f"at most one query each {QUERY_EVERY_S:g} s")
            )
            return
        self._queried[device] = now_s

        def found(answer: Found) -> None:
            runs, more = answer
            self.answered["query"] += 1
            response = Response(correlation=request.correlation, kind="query", runs=runs, more=more)
            self._respond(topic, device, response)

        def failed(_: Failure) -> None:
            self._respond(topic, device, _no(request, "the hub's database does not answer"))

        self._find(request.query or RunQuery()).addCallbacks(found, failed)

    def serve(self) -> None:
        """Answer what had to wait."""
        waiting = list(self._waiting)
        self._waiting.clear()
        for topic, payload in waiting:
            self.receive(topic, payload)

    def forget(self) -> None:
        """The connection is gone: whoever asked will ask again."""
        self._waiting.clear()

    def _request(self, topic: str, payload: bytes) -> Request:
        message = decode(payload, topic=topic)
        if not isinstance(message.body, Request):
            raise MessageError(f"a {message.t} is no request", where=topic)
        if message.expired(self._clock.now()):
            raise MessageError("too old: its life is over", where=topic)
        return message.body

    def _device(self, topic: str) -> str:
        parts = self._topics.entity(topic).split("/")
        if len(parts) != _PARTS or parts[0] != "dev" or parts[2] != "req":
            raise MessageError("not the topic of a request", where=topic)
        return parts[1]

    def _answer(self, device: str, request: Request) -> Response:
        match request.kind:
            case "time":
                return self._answer_time(request)
            case "resync":
                return self._answer_resync(device, request)
            case kind:
                return _no(request, f"unknown kind of request {kind!r}")

    def _answer_time(self, request: Request) -> Response:
        self.answered["time"] += 1
        return Response(
            correlation=request.correlation,
            kind="time",
            sent=request.sent,
            utc=self._clock.now(),
            rate=self._clock.rate,
        )

    def _answer_resync(self, device: str, request: Request) -> Response:
        now = self._reactor.seconds()
        if now - self._resynced.get(device, now - RESYNC_EVERY_S) < RESYNC_EVERY_S:
            return _no(request, f"at most one resync each {RESYNC_EVERY_S:g} s")
        self._resynced[device] = now
        self.answered["resync"] += 1
        missing = len(request.entities) or "all"
        self._log.info("resync", device=device, correlation=request.correlation, missing=missing)
        self._resync(request.entities)
        return Response(correlation=request.correlation, kind="resync")

    def _complain(self, topic: str, why: str) -> None:
        now = self._reactor.seconds()
        if now - self._complained.get(topic, now - COMPLAIN_EVERY_S) >= COMPLAIN_EVERY_S:
            self._complained[topic] = now
            self._log.warning("request.bad", topic=topic, why=why, bad=self.bad)


def _no(request: Request, error: str) -> Response:
    return Response(correlation=request.correlation, kind=request.kind, ok=False, error=error)
