"""The report in a terminal: everything that is wrong is told in words."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.clock.report import SourceReport, Standing, TimeReport
from hub.clock.text import STANDING, as_text
from station_config.runtime.timekeeping.quality import Quality

AT = datetime(2026, 12, 31, 18, 50, tzinfo=UTC)


def test_everything_that_is_known():
    text = as_text(
        TimeReport(
            at=AT,
            followed=True,
            quality=Quality.SYNCED,
            source="gps",
            stratum=1,
            uncertainty_ms=3.25,
            drift_ppm=4.5,
            drift_error_ppm=0.75,
            holdover_s=3.0,
            machine_offset_ms=-3_600_000.0,
            leap_at=datetime(2027, 1, 1, tzinfo=UTC),
            leap=1,
            sources=(
                SourceReport(
                    name="gps",
                    kind="telegram",
                    standing=Standing.CHOSEN,
                    offset_ms=0.1,
                    uncertainty_ms=3.0,
                    jitter_ms=0.4,
                    stratum=0,
                    reference="GPS",
                    age_s=2.0,
                ),
                SourceReport(
                    name="ntp-1", kind="ntp", standing=Standing.FALSE, offset_ms=7000.0, why="late"
                ),
            ),
        )
    )
    for told in (
        "SYNCED 已同步 · synchronised",
        "±3.25 ms",
        "drift +4.50 ppm ±0.75",
        "machine -3600.00 s",
        "leap second +1 at 2027-01-01 00:00 UTC",
        "+7.00 s",
        "CHOSEN 已选用 · chosen",
        "FALSE 错误 · FALSE: contradicts the majority (late)",
    ):
        assert told in text, text


def test_nothing_that_is_known():
    text = as_text(
        TimeReport(
            at=AT,
            followed=False,
            quality=Quality.UNSET,
            sources=(SourceReport(name="n", kind="ntp", standing=Standing.SILENT),),
        )
    )
    assert "shown only" in text
    assert "SILENT 无应答" in text
    assert "None" not in text


def test_every_standing_has_words():
    assert set(STANDING) == set(Standing)
