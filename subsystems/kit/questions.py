"""Questions to the hub about runs, and its answers.

Law: a question is answered once, within seconds, or it fails with a reason; nothing is asked while
the link is not ONLINE, for an answer might be a dead hub's. Answers come in any order and are told
apart by their correlation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from protocol.messages import Response, RunQuery

PATIENCE_S = 3.0
"""Real seconds that a passenger waits for an answer."""
MOST = 32
"""Open at once."""


class Questions:
    """The open questions of one device.

    Args:
        reactor: its real seconds.
        ask: sends a question and returns its correlation; None: the hub cannot be asked now.
    """

    def __init__(self, reactor: IReactorTime, ask: Callable[[RunQuery], str | None]) -> None:
        self._reactor = reactor
        self._ask = ask
        self._open: dict[str, Deferred[Response]] = {}

    def ask(self, query: RunQuery) -> Deferred[Response]:
        """Ask the hub; fails with `DeviceError` when it cannot be asked or does not answer."""
        correlation = self._ask(query) if len(self._open) < MOST else None
        if correlation is None:
            return fail(DeviceError("the hub cannot be asked now"))
        answer: Deferred[Response] = Deferred()
        self._open[correlation] = answer
        waiting = self._reactor.callLater(PATIENCE_S, self._give_up, correlation)

        def over(result: object) -> object:
            if waiting.active():
                waiting.cancel()
            return result

        return answer.addBoth(over)

    def answered(self, response: Response) -> bool:
        """Take an answer; return whether it was to a question of ours."""
        answer = self._open.pop(response.correlation, None)
        if answer is None:
            return False
        if response.ok:
            answer.callback(response)
        else:
            answer.errback(DeviceError(f"the hub refused: {response.error}"))
        return True

    def forget(self) -> None:
        """The connection is gone: nobody will answer."""
        for correlation in list(self._open):
            self._give_up(correlation)

    def _give_up(self, correlation: str) -> None:
        answer = self._open.pop(correlation, None)
        if answer is not None:
            answer.errback(DeviceError("the hub did not answer"))
