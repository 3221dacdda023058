"""What an import could not use, and what it had to decide.

Law: every record that concerns the station and does not become a row is here, with its place.
Counts are exact; the records themselves are kept up to `KEPT` a reason, for a file that is
altogether wrong may have millions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum

KEPT = 1000
"""Records kept of each reason."""


class Reason(StrEnum):
    """Why a record is not used; the value is what a person reads."""

    NOT_TEXT = "not UTF-8"
    NOT_A_RECORD = "not a record of this table: wrong number of cells or broken quotes"
    BAD_TIME = "a time cannot be read"
    NO_TIME = "no time here"
    BAD_ORDER = "departure before arrival"
    LONG_STOP = "stop of a day or more"
    BAD_SEQUENCE = "the place in the train's sequence of stops cannot be read"
    SAME_SEQUENCE = "two stops at one place in the train's sequence"
    NO_NUMBER = "no train number"
    NO_END = "first or last station unknown"
    BAD_DAYS = "the days of running cannot be read"
    NO_DAYS = "runs on no day"
    START_MISSING = "the train's first stops are missing, so its date here is not known"
    TIMES_BACK = "the times go back on the way here, so its date here is not known"
    UNKNOWN_TRIP = "trip that is not in the table of trips"
    UNKNOWN_SERVICE = "service that is in no calendar"
    SAME_ID = "identifier that stands there before"
    BAD_STOP = "stop without an identifier"
    FREQUENCY = "frequency-based trip: not supported"
    FREQUENCY_STOP = "stop of a frequency-based trip: not supported"
    NOT_FOR_PASSENGERS = "nobody may board or alight, and the train does not run through"
    LONG_SERVICE = "service of more than ten years in another time zone"
    DUPLICATE = "the same train at the same times on the same days"
    BAD_ROW = "not a row of a station's timetable"


class Note(StrEnum):
    """What was decided about a record that is used."""

    SECONDS_CUT = "seconds cut off"
    ONE_TIME = "one time stands for arrival and departure"
    ALIGHT_ONLY = "nobody may board: taken as ending here"
    BOARD_ONLY = "nobody may alight: taken as starting here"
    PASSES = "nobody may board or alight: taken as running through"
    ON_DEMAND = "stops on demand only: taken as stopping"
    NO_CATEGORY = "no category in the train number"
    DAYS_DROPPED = "days on which the same train stands there before are dropped"
    TWICE_A_DAY = "the same number at other times on one of its days"
    ZONE_UNKNOWN = "time zone of the source unknown: times taken as the station's"
    CLOCKS_SKIP = "a time that the clocks skip on one of its days"
    CLOCKS_REPEAT = "a time that the clocks show twice on one of its days: the first is meant"


@dataclass(frozen=True)
class Entry:
    """One record.

    Attributes:
        where: ``file:line``.
        said: its reason, or what was decided about it.
        detail: what stands there.
    """

    where: str
    said: Reason | Note
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.said}" + (f": {self.detail}" if self.detail else "")


class Report:
    """Counts and keeps what importers tell."""

    def __init__(self) -> None:
        self.counts: Counter[Reason | Note] = Counter()
        self.entries: dict[Reason | Note, list[Entry]] = defaultdict(list)

    def tell(self, where: str, said: Reason | Note, detail: str = "") -> None:
        """Count a record, rejected or noted."""
        self.counts[said] += 1
        if len(self.entries[said]) < KEPT:
            self.entries[said].append(Entry(where, said, detail))

    @property
    def rejected(self) -> dict[Reason, int]:
        """How many records were not used, by reason, most frequent first."""
        return {said: n for said, n in self.counts.most_common() if isinstance(said, Reason)}

    @property
    def noted(self) -> dict[Note, int]:
        """How many decisions were made, by kind, most frequent first."""
        return {said: n for said, n in self.counts.most_common() if isinstance(said, Note)}
