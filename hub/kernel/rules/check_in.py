"""Rule "check_in": when check-in (检票) opens, is called for the last time, and closes.

Law: the most specific lead time of the station's configuration decides; every instant is counted
from an expected time, so a late train shifts them all. There is no check-in for a train that takes
nobody in (TERMINUS, PASS, cancelled), nor where no gate stands before the platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.draft import with_timeline
from station_config.model import Anchor

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from protocol.times import Instant


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with its check-in instants, in order whatever the configuration says."""
    if draft.cancelled:
        return draft
    opens, last_call, closes = check_in_instants(draft, context)
    return with_timeline(
        draft, check_in_opens_at=opens, last_call_at=last_call, check_in_closes_at=closes
    )


def check_in_instants(
    draft: Draft, context: Context
) -> tuple[Instant | None, Instant | None, Instant | None]:
    """Return when check-in opens, is last called and closes, were the train not cancelled."""
    departure = draft.leaves
    if departure is None or not _has_check_in(draft, context):
        return None, None, None
    lead = context.station.lead_time(
        draft.category, draft.role, draft.platform_id, set(draft.gate_ids)
    )
    arrival = draft.comes if lead.opens_before is Anchor.ARRIVAL else None
    anchor = (arrival or departure).expected
    closes = departure.expected - lead.closes
    opens = min(anchor - lead.opens, closes)
    return opens, max(opens, closes - lead.last_call), closes


def _has_check_in(draft: Draft, context: Context) -> bool:
    if not draft.boards:
        return False
    if draft.platform_id is None:
        return bool(context.layout.gates)
    return bool(draft.gate_ids)
