"""A plan that changes during the day: what of a station may be another one while the hub runs.

Law: the timetable, and the names of the places that it goes to. Layout, boards and rules are held
by other processes, too; a change of theirs needs a restart of all, and is refused here by name.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from station_config.model import Station

_MAY_DIFFER = frozenset({"timetable", "places", "directory"})


def require_same_place(now: Station, then: Station) -> None:
    """Refuse `then` if more than the timetable is another one than in `now`.

    Raises:
        OperatorError: it names what differs.
    """
    differing = [
        field.name
        for field in fields(now)
        if field.compare
        and field.name not in _MAY_DIFFER
        and getattr(now, field.name) != getattr(then, field.name)
    ]
    if differing:
        raise OperatorError(
            f"more than the timetable has changed: {', '.join(differing)}; restart the hub and the "
            "subsystems to use it",
            where=str(then.directory),
        )
