from dataclasses import replace
from datetime import UTC, datetime

import msgspec
from structlog.testing import CapturingLogger

from hub.disbelieved import LATEST, Disbelieved
from hub.feed_report import FeedReport
from hub.feed_text import as_text
from hub.kernel.reasons import Reason, Rejected
from hub.store.outcome import StepResult

NOW = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
WHOLE = Rejected(key=("plan", "k1"), reason=Reason.JUMP, found="x")
PART = Rejected(key=("log", "k2"), reason=Reason.UNKNOWN_TRACK, found="t99", partial=True)
STEP = StepResult(NOW, rows=("log/k2",), ignored=3, rejected=(WHOLE, PART), over=("plan/old",))


def report():
    return FeedReport(
        live=True,
        lead="a",
        in_part=False,
        takeovers=0,
        last_takeover=None,
        rows=7,
        lines=[],
        disagreements=[],
    )


def noted(*steps):
    log = CapturingLogger()
    found = Disbelieved(log)
    for step in steps:
        found.note(step)
    return found, log


def test_every_row_is_in_one_of_the_counts():
    found, _ = noted(STEP, replace(STEP, rows=("log/k2", "plan/k3"), rejected=(PART,)))
    judged = found.judgement()
    assert (judged.believed, judged.held, judged.over) == (3, 6, 2)
    assert judged.rejected == {"jump": 1}
    assert judged.parts == {"unknown-track": 2}


def test_the_latest_are_listed_with_what_a_person_reads():
    found, log = noted(*[STEP] * LATEST, replace(STEP, rejected=(PART,)))
    latest = found.judgement().latest
    assert len(latest) == LATEST
    assert (latest[0].row, latest[0].partial, latest[0].en) == ("log/k2", True, PART.en)
    assert len(log.calls) == 2 * LATEST + 1, "all of them stand in the log"


def test_it_stands_beside_the_lines_and_is_read_at_the_terminal():
    found, _ = noted(STEP)
    told = found.beside(report())
    assert msgspec.json.decode(msgspec.json.encode(told), type=FeedReport) == told
    text = as_text(told)
    assert "believed 1   held already 3   of trains long gone 1" in text
    assert "jump 1" in text
    assert f"log/k2  {PART.zh}  {PART.en}  (the rest is used)" in text
    assert "rejected    none" in as_text(report())
