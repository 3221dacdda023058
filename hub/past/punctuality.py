"""Punctuality and check-in, counted: by day, by class, by hour.

Law: pure; visits in, figures out. What counts as on time is an argument. Early is on time; a train
without a report is neither on time nor late; a cancelled one is counted apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.past.visits import Visit

ON_TIME_MIN = 3
"""At most so many whole minutes late. Our choice, no rule of a railway's; every report says it."""


@dataclass(frozen=True)
class Figures:
    """Counts of one group.

    Attributes:
        visits: all of them.
        reported: with an actual departure (terminus: arrival).
        on_time: of those.
        cancelled: of all.
        mean: minutes late of those reported, early ones as 0; None: none was reported.
        windows: check-ins of trains that left.
        kept: of those.
    """

    visits: int
    reported: int
    on_time: int
    cancelled: int
    mean: float | None
    windows: int
    kept: int

    @property
    def share(self) -> float | None:
        """On time of those reported, in percent."""
        return 100 * self.on_time / self.reported if self.reported else None

    @property
    def kept_share(self) -> float | None:
        """Windows kept, in percent."""
        return 100 * self.kept / self.windows if self.windows else None


def late(visit: Visit) -> int | None:
    """Return how late the visit's last event here was, None: not reported."""
    return visit.departure if visit.departs else visit.arrival


def figures(visits: Iterable[Visit], on_time_min: int) -> Figures:
    """Return the counts of `visits`."""
    all_of = list(visits)
    delays = [delay for v in all_of if not v.cancelled and (delay := late(v)) is not None]
    windows = [v.window for v in all_of if v.window is not None]
    return Figures(
        visits=len(all_of),
        reported=len(delays),
        on_time=sum(delay <= on_time_min for delay in delays),
        cancelled=sum(v.cancelled for v in all_of),
        mean=sum(max(d, 0) for d in delays) / len(delays) if delays else None,
        windows=len(windows),
        kept=sum(window.kept for window in windows),
    )


def grouped(
    visits: Iterable[Visit], key: Callable[[Visit], str], on_time_min: int
) -> dict[str, Figures]:
    """Return the counts of every group, groups in the order of their names."""
    groups: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        groups[key(visit)].append(visit)
    return {name: figures(groups[name], on_time_min) for name in sorted(groups)}


def by_day(visit: Visit) -> str:
    """Return the service date."""
    return visit.service_date.isoformat()


def by_class(visit: Visit) -> str:
    """Return the train category."""
    return visit.category


def by_hour(visit: Visit) -> str:
    """Return the local hour of the planned departure, at the terminus of the arrival."""
    return f"{visit.hour:02}"


def histogram(visits: Iterable[Visit], edges: tuple[int, ...]) -> dict[str, int]:
    """Return how many were late by how much: up to each of `edges` minutes, and more."""
    counts = [0] * (len(edges) + 1)
    for visit in visits:
        delay = late(visit)
        if delay is not None and not visit.cancelled:
            counts[sum(delay > edge for edge in edges)] += 1
    names = [f"≤ {edge}" for edge in edges] + [f"> {edges[-1]}"]
    return dict(zip(names, counts, strict=True))
