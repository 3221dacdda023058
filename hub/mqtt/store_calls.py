"""Calls to the store, which can fail: said when it begins and when it ends, not each time.

Law: a failure is passed on to the caller, who tries again later; here it is only counted and told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

RETRY_S = 1.0
"""Real seconds after which a store that failed is asked again."""

RunInStore = Callable[[Callable[[], Any]], Deferred[Any]]
"""Runs a blocking call in the store's one thread; the Deferred fires in the reactor's."""


class StoreCalls:
    """Runs calls in the store's thread.

    Attributes:
        failures: calls that failed.
    """

    def __init__(self, run_in_store: RunInStore, log: FilteringBoundLogger) -> None:
        self._run_in_store = run_in_store
        self._log = log
        self._failing = False
        self.failures = 0

    def __call__(self, call: Callable[[], Any]) -> Deferred[Any]:
        """Return a Deferred with what `call` returns."""
        return self._run_in_store(call).addCallbacks(self._went_well, self._failed)

    def _went_well(self, result: object) -> object:
        if self._failing:
            self._failing = False
            self._log.warning("outbox.works-again", failures=self.failures)
        return result

    def _failed(self, failure: Failure) -> Failure:
        self.failures += 1
        if not self._failing:
            self._failing = True
            self._log.error("outbox.failed", why=failure.getErrorMessage(), retry_s=RETRY_S)
        return failure
