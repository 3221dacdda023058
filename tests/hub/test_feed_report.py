from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from hub.feed_report import WINDOW_S, FeedReport, Figures, LastTakeover, differing_fields, report
from hub.feed_text import as_text
from one_way_feed.known import KnownTable
from one_way_feed.merge import Merge, MergedLine
from one_way_feed.rows import RowUpserted, TrafficLogRow
from one_way_feed.status import Counters, LineStatus, Observed
from protocol.messages import SourceMode
from station_config.runtime.deployment import LineSettings

SETTINGS = LineSettings(name="a", device=Path("/dev/ttyS0"), baud=9600, keys=Path("k"))
STATUS = LineStatus(name="a", mode=SourceMode.LIVE, since_mono=90.0, counters=Counters(good=7))


def test_rates_are_means_of_the_last_minute():
    figures = Figures(SETTINGS, 0.0)
    figures.note(replace(STATUS, octets=50_000, changes=500), 100.0)
    for second in range(5, 125, 5):
        figures.note(
            replace(STATUS, octets=50_000 + 480 * second, changes=500 + second), 100.0 + second
        )
    line = figures.line_report(STATUS, Observed(), 220.0)
    assert line.line_use_percent == 50.0
    assert line.changes_per_s == 1.0
    assert len(figures._samples) <= WINDOW_S / 5 + 2


def test_what_is_not_known_is_none():
    line = Figures(SETTINGS, 90.0).line_report(LineStatus(name="a"), Observed(), 90.0)
    unknown = (line.line_use_percent, line.changes_per_s, line.source_age_s, line.verified_age_s)
    assert unknown == (None, None, None, None)
    assert line.generation_age_s is None
    assert line.source == "NEVER_POLLED"


def test_ages_are_those_of_the_moment_of_asking():
    figures = Figures(SETTINGS, 90.0)
    figures.note(replace(STATUS, generation=3, source=99), 95.0)
    observed = Observed(poll_ok_at=99.0, confirmed_at=98.0)
    line = figures.line_report(replace(STATUS, generation=3, source=99), observed, 100.0)
    assert (line.mode_age_s, line.generation_age_s) == (10.0, 5.0)
    assert (line.source_age_s, line.verified_age_s) == (1.0, 2.0)
    assert line.source == "state 99"


def lying():
    """Line b says another track than line a, which leads."""
    ours, theirs = (TrafficLogRow(key="X", track=track) for track in "12")
    lines = [MergedLine(name, link, KnownTable({})) for link, name in enumerate("ab", 1)]
    merge = Merge(lines, {}, 1)
    for line, row in zip(lines, (ours, theirs), strict=True):
        line.mode, line.whole_at = SourceMode.LIVE, 50.0
        line.known.merge([RowUpserted(row, (1, 1))])
        merge.hear(line, line.known.drain(), 50.0)
    for line in lines:
        line.whole_at = 60.0
        merge.hear(line, [], 60.0)
    return merge


def whole_report():
    merge = lying()
    lines = [
        Figures(SETTINGS, 90.0).line_report(replace(STATUS, name=name), Observed(), 100.0)
        for name in "ab"
    ]
    last = LastTakeover("b", SourceMode.LINK_DOWN, "a", 40.0)
    return report(merge, lines, last, 100.0)


def test_a_contradiction_names_the_row_and_both_values():
    told = whole_report()
    assert (told.lead, told.rows, told.live) == ("a", 1, True)
    assert [line.role for line in told.lines] == ["lead", "standby"]
    assert [line.disagreements_seen for line in told.lines] == [0, 1]
    (contradiction,) = told.disagreements
    assert (contradiction.line, contradiction.row) == ("b", "log/X")
    assert contradiction.differ == {"track": ("1", "2")}
    assert contradiction.since_s == 50.0


def test_the_answer_goes_over_http_and_back():
    told = whole_report()
    assert msgspec.json.decode(msgspec.json.encode(told), type=FeedReport) == told


def test_the_text_says_what_matters():
    text = as_text(whole_report())
    assert "feed LIVE   lead: a" in text
    assert "last takeover 1 min ago: b was LINK_DOWN, a leads" in text
    assert "line b   link 2   standby" in text
    assert "log/X   line b" in text
    assert "track: 1  against  2" in text
    down = msgspec.structs.replace(whole_report(), live=False, lead=None, in_part=True)
    assert "NOT LIVE" in as_text(down)
    assert "lead: none yet" in as_text(down)
    assert "IN PART" in as_text(down)


def test_octets_at_the_sender_stand_out():
    told = whole_report()
    line = msgspec.structs.replace(told.lines[0], sender_received=3, mode_age_s=7300.0)
    text = as_text(msgspec.structs.replace(told, lines=[line]))
    assert "received 3 octets (NOT ONE-WAY)" in text
    assert "LIVE for 2 h 01 min" in text


def test_a_row_that_one_side_does_not_have():
    row = TrafficLogRow(key="X", track="1")
    assert differing_fields(None, row)["row"][0] == "(no such row)"
    assert differing_fields(row, None)["row"][1] == "(no such row)"
