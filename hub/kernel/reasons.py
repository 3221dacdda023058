"""Why a row of dispatching is not believed: every reason, with the sentence a person reads.

Law: nothing is rejected without a reason from this list, and every reason is counted and shown with
the row. Chinese and English stand side by side.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from one_way_feed.rows import RowKey


class Reason(StrEnum):
    """Code of a reason; stands in the database and in counters."""

    NO_NUMBER = "no-number"
    MISSING_TIME = "missing-time"
    DEPARTURE_BEFORE_ARRIVAL = "departure-before-arrival"
    CROSSED = "crossed"
    JUMP = "jump"
    PAST_DAY = "past-day"
    FAR_AHEAD = "far-ahead"
    DUPLICATE = "duplicate"
    UNKNOWN_TRACK = "unknown-track"
    UNKNOWN_TRAIN = "unknown-train"
    BACKWARDS = "backwards"
    NOT_YET = "not-yet"


SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.NO_NUMBER: ("没有车次", "the row has no train number"),
    Reason.MISSING_TIME: (
        "缺少图定时刻，图中也没有该车次",
        "a planned time is missing and the timetable does not have it",
    ),
    Reason.DEPARTURE_BEFORE_ARRIVAL: ("发车早于到达", "the departure is before the arrival"),
    Reason.CROSSED: (
        "发车比到达早不超过一分钟，按到达时刻计",
        "the departure is up to a minute before the arrival; the arrival's time is taken",
    ),
    Reason.JUMP: ("时刻跳变超过 24 小时", "a time is more than 24 hours from what is planned"),
    Reason.PAST_DAY: ("过期日期的数据", "the row is for a past day"),
    Reason.FAR_AHEAD: ("日期超前过多", "the row is for a day too far ahead"),
    Reason.DUPLICATE: ("重复：该列车已有另一条计划", "another row plans the same train already"),
    Reason.UNKNOWN_TRACK: ("未知股道", "the station has no such track"),
    Reason.UNKNOWN_TRAIN: ("阶段计划中没有该列车", "no stage plan row has this train"),
    Reason.BACKWARDS: ("行车过程倒退", "the train's process goes backwards"),
    Reason.NOT_YET: ("实际时刻在未来", "an actual time is in the future"),
}


class Rejected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row, or one part of it, that is not believed.

    Attributes:
        key: of the row.
        reason: the code.
        found: what stood there, e.g. the unknown track.
        partial: only that part is left out, the rest of the row is used.
    """

    key: RowKey
    reason: Reason
    found: str = ""
    partial: bool = False

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return _sentence(SENTENCES[self.reason][0], self.found)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return _sentence(SENTENCES[self.reason][1], self.found)


def _sentence(text: str, found: str) -> str:
    return f"{text}: {found}" if found else text
