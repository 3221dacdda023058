import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from hub.disbelieved import Disbelief, Judgement
from hub.overview.model import Device, Level, Line, Overview, Part, Text
from hub.overview.screen import LANGUAGES, LEVELS, render

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
OVERVIEW = Overview(
    station="st",
    at=AT,
    level=Level.FAULT,
    parts=(
        Part(role="hub", name="hub", level=Level.FAULT, why=(Text("没有应答", "does not answer"),)),
        Part(role="clock", name="clock-1", level=Level.WELL, state="ONLINE", epoch=7, age_s=1.25),
    ),
    lines=(
        Line(
            name="a",
            level=Level.NOTE,
            mode="LINK_DOWN",
            role="lead",
            source_age_s=None,
            use_percent=3.0,
        ),
    ),
    devices=(Device(name="board-7", kind="display", level=Level.WELL, mode="ONLINE", since=AT),),
    rows=Judgement(believed=9000, held=12, over=3, rejected={"departure-before-arrival": 2}),
)


def shown(overview, language="both", width=200):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(overview, language))
    return console.file.getvalue()


def test_everything_is_on_the_screen_without_any_colour():
    text = shown(OVERVIEW)
    for word in ("hub", "没有应答 does not answer", "clock-1", "LINK_DOWN", "board-7", "1.2 s"):
        assert word in text
    for level in (Level.FAULT, Level.NOTE, Level.WELL):
        symbol, zh, en, _ = LEVELS[level]
        assert f"{symbol} {zh} {en}" in text


def test_levels_differ_by_symbol_and_word():
    assert len({symbol for symbol, *_ in LEVELS.values()}) == len(Level)
    assert len({en for _, _, en, _ in LEVELS.values()}) == len(Level)


@pytest.mark.parametrize(
    ("language", "there", "not_there"), [("zh", "进程", "processes"), ("en", "processes", "进程")]
)
def test_one_language_is_enough(language, there, not_there):
    text = shown(OVERVIEW, language)
    assert there in text
    assert not_there not in text


def test_rows_are_counted_and_those_not_believed_listed_by_reason():
    latest = Disbelief(
        at=AT,
        row="plan/k1",
        reason="unknown-track",
        partial=True,
        zh="未知股道: 99",
        en="the station has no such track: 99",
    )
    rows = Judgement(
        believed=120,
        held=4,
        rejected={"jump": 2},
        parts={"unknown-track": 3},
        latest=[latest],
    )
    told = Overview(station="st", at=AT, level=Level.WELL, parts=(), devices=(), rows=rows)
    text = shown(told, "en")
    assert (
        "believed 120, known already 4, of trains long gone 0, rejected 2, rejected in part 3"
        in text
    )
    (jump,) = (line for line in text.splitlines() if "jump" in line)
    (track,) = (line for line in text.splitlines() if "unknown-track" in line)
    assert [word for word in jump.split() if word.isdigit()] == ["2", "0"]
    assert "plan/k1 the station has no such track: 99" in track
    assert "未知股道: 99" in shown(told, "zh")
    quiet = Overview(
        station="st", at=AT, level=Level.WELL, parts=(), devices=(), rows=Judgement(believed=1)
    )
    assert "believed 1" in shown(quiet, "en")
    assert "reason" not in shown(quiet, "en")


def test_that_nobody_says_how_devices_are_is_said():
    silent = Overview(station="st", at=AT, level=Level.WELL, parts=(), devices=None)
    assert "devices not known" in shown(silent)


@pytest.mark.parametrize("width", [60, 80, 300])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_any_terminal(width, language):
    assert max(len(line) for line in shown(OVERVIEW, language, width).splitlines()) <= width
