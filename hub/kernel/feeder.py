"""What the run says whose stock a run leaves with: a fact of the run that leaves.

Law: a value only. It is what passengers are told of the feeder, taken over in the step in which
that changed, with its cause; so what follows for the run that leaves is a function of its own
facts. `hub.kernel.stock` makes it, the rule "turn_round" concludes from it.
"""

from __future__ import annotations

import msgspec

from protocol.times import Instant


class Feeder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run that ends here and whose stock leaves again.

    Attributes:
        run_id: the feeder's.
        planned: its planned arrival.
        expected: its expected arrival; while its delay is unknown the one told before that.
        actual: its actual arrival.
        held_since: station time at which its delay became unknown; None: it is known, or it came.
        lost: its stock does not come: cancelled, deleted, or it goes on.
        uncertainty_s: seconds by which `expected` may be wrong, None: nobody knows.
        cause: what changed the feeder, as the journal has it.
    """

    run_id: str
    planned: Instant
    expected: Instant
    actual: Instant | None = None
    held_since: Instant | None = None
    lost: bool = False
    uncertainty_s: int | None = None
    cause: str = ""

    @property
    def tells(self) -> bool:
        """Whether a run that leaves with its stock may have to be told otherwise than printed."""
        return self.held_since is not None or self.expected > self.planned
