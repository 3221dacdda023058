"""How a run stands against its timetable.

Law: ON_TIME is a claim, and needs somebody who made it: a row of the stage plan whose delay is
known, or an actual time. A run that only the timetable knows is UNKNOWN: missing data never reads
as on time. Not a rule of the configuration, for no configuration may switch this off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.runs import Punctuality

if TYPE_CHECKING:
    from hub.kernel.draft import Draft
    from hub.kernel.facts import Facts


def punctuality(draft: Draft, facts: Facts) -> Punctuality:
    """Return the punctuality of the departure, at the terminus of the arrival.

    A train that comes late and leaves on time is ON_TIME to those who get in; an arrival board
    reads `CallTime.delay_minutes` of the arrival.
    """
    call = draft.last
    if draft.held or call is None:
        return Punctuality.UNKNOWN
    if call.delay_minutes > 0:
        return Punctuality.DELAYED
    if call.delay_minutes < 0:
        return Punctuality.EARLY
    told = facts.plan is not None and facts.plan.delay_known
    return Punctuality.ON_TIME if told or call.actual is not None else Punctuality.UNKNOWN
