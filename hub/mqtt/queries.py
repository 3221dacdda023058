"""Runs looked up for devices: what is live, as the store has it.

Law: a plan is decoded once a revision; a query costs the store's thread one reading of what is
live. What passengers are told of a run is its own publication, and the plan's entry without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.messages import Plan
from protocol.queries import find
from protocol.runs import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from hub.mqtt.requests import Found
    from hub.mqtt.store_calls import StoreCalls
    from hub.outbox import Outbox, Publication
    from protocol.messages import RunQuery


class Queries:
    """Looks runs up.

    Args:
        store: runs the reading in its thread.
        outbox: what is live.
    """

    def __init__(self, store: StoreCalls, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox
        self._plans: dict[tuple[str, int], Plan] = {}
        self._plan_of = msgspec.json.Decoder(Plan)
        self._run_of = msgspec.json.Decoder(Run)

    def __call__(self, query: RunQuery) -> Deferred[Found]:
        """Return what `protocol.queries.find` finds."""
        return self._store(lambda: find(self._runs(self._outbox.live()).values(), query))

    def _runs(self, live: Sequence[Publication]) -> dict[str, Run]:
        """In the store's thread."""
        held = {each.entity: each for each in live if each.body is not None}
        plans = {
            (name, each.rev): self._plan(name, each)
            for name, each in held.items()
            if name.startswith("plan/")
        }
        self._plans = plans
        runs = {run.run_id: run for plan in plans.values() for run in plan.runs}
        for name, each in held.items():
            if name.startswith("run/") and each.body is not None:
                run = self._run_of.decode(each.body)
                runs[run.run_id] = run
        return runs

    def _plan(self, name: str, publication: Publication) -> Plan:
        known = self._plans.get((name, publication.rev))
        return known or self._plan_of.decode(publication.body or b"")
