"""One end of a yard: its ladders of turnouts, and which tracks they lead to.

Law: pure; distances are counted from the end, so both ends are made alike. A track that is closed
here (a bay) is not led to; a yard all of whose tracks are closed here has no throat at this end.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

MARGIN = 12.0
END = 196.0
"""Width of the strip at either end in which trains wait that come or have left."""

LADDER = 0.16
STEEPEST = 1.1
"""Longest ladder as a share of the width, and how far it goes inwards for a unit downwards."""

FIRST = 40.0
"""From the strip at an end to the first turnout of a ladder: there main tracks are joined."""

LABEL = 84.0
"""Room for a track's label and its signal, between the turnout and its segment."""

BLIND = 112.0
"""From the edge to the buffer stops of an end that has no throat: room for labels, too."""

_START = MARGIN + END + FIRST

Points = tuple[tuple[float, float], ...]


class Throat:
    """An end of a yard.

    Args:
        tracks: that are open here, from top to bottom: id and height.
        mains: ids of main tracks.
        width: of the drawing.

    Attributes:
        leads: heights of the tracks that lead to this end, none: there is no throat.
    """

    def __init__(
        self, tracks: Sequence[tuple[str, float]], mains: Collection[str], width: float
    ) -> None:
        self._tracks = tracks
        self.leads = _leads(tracks, mains)
        farthest = max((abs(at - self._lead(at)) for _, at in tracks), default=0.0)
        self._slope = min(STEEPEST, LADDER * width / farthest) if farthest else STEEPEST

    def inner(self, at: float) -> float:
        """Return how near to this end a segment at a height may come."""
        return self.turnout(at) + LABEL if self.leads else BLIND

    def turnout(self, at: float) -> float:
        """Return where the ladder is at a height."""
        return round(_START + abs(at - self._lead(at)) * self._slope, 1)

    def rails(self, at: float, start: float) -> Points:
        """Return the rail from this end, or from its turnout, to where its segment starts."""
        if self.leads_out(at):
            return ((MARGIN, at), (start, at))
        turnout = (self.turnout(at), at)
        first = ((_START, self._lead(at)),) if self._is_last(at) else ()
        return (*first, turnout, (start, at))

    def leads_out(self, at: float) -> bool:
        """Return whether the track at a height leads to this end itself."""
        return at in self.leads

    def crossovers(self) -> Iterator[Points]:
        """Return those between neighbouring tracks that lead to this end."""
        for upper, lower in pairwise(self.leads):
            yield ((MARGIN + END + 2, upper), (_START - 8, lower))

    def _lead(self, at: float) -> float:
        return min(self.leads, key=lambda lead: (abs(lead - at), lead), default=at)

    def _is_last(self, at: float) -> bool:
        """Whether the ladder that leads to a height ends there: then that rail draws it."""
        lead = self._lead(at)
        same = (abs(y - lead) for _, y in self._tracks if self._is_beside(y, lead, at))
        return abs(at - lead) == max(same, default=0.0)

    def _is_beside(self, y: float, lead: float, at: float) -> bool:
        return self._lead(y) == lead and (y - lead) * (at - lead) > 0


def _leads(tracks: Sequence[tuple[str, float]], mains: Collection[str]) -> list[float]:
    """Return the heights of the main tracks; without any, the middle track leads out."""
    found = [at for track, at in tracks if track in mains]
    middle = [tracks[len(tracks) // 2][1]] if tracks else []
    return found or middle
