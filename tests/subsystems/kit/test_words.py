"""The honest line in every language that a subsystem ships."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from protocol.errors import OperatorError
from protocol.messages import LinkMode
from subsystems.kit.status import StatusCode, status_line
from subsystems.kit.words import load_lines, parse_lines

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
GERMAN = resources.files("subsystems.kit").joinpath("words", "de.toml").read_text("utf-8")


def test_every_language_of_the_boards_and_clocks_has_the_line():
    shipped = {
        file.name.removesuffix(".toml")
        for package in ("subsystems.display", "subsystems.clock")
        for file in resources.files(package).joinpath("words").iterdir()
    }
    lines = load_lines(sorted(shipped))
    assert {"de", "en", "zh"} <= lines.keys()
    assert all(table.lines.keys() == set(StatusCode) for table in lines.values())


def test_it_says_what_the_kit_says():
    line = status_line(LinkMode.AUTONOMOUS, NOW, None, NOW + timedelta(days=2), BERLIN)
    lines = load_lines(["de", "en", "zh"])
    assert lines["zh"].told(line) == line.zh
    assert lines["en"].told(line) == line.en == "Autonomous since 01-20 05:00"
    assert lines["de"].told(line) == "Eigenbetrieb seit 01-20 05:00"
    asked = replace(line, device="board-1")
    assert lines["en"].told(asked) == "▣ board-1 · Autonomous since 01-20 05:00"
    silent = replace(line, code=StatusCode.NO_DATA, time="")
    assert lines["de"].told(silent) == "Noch keine Angaben, bitte nachfragen"


def test_a_page_on_its_own_puts_the_time_in_by_itself():
    alone = {language: table.alone() for language, table in load_lines(["zh", "de"]).items()}
    assert alone == {"zh": "屏幕独立运行 自 {time}", "de": "Anzeige ohne Server seit {time}"}


def test_a_language_without_the_line_is_the_operators_error_and_names_the_file_to_add():
    with pytest.raises(OperatorError, match=r"'ja'.*only for de: add ja\.toml"):
        load_lines(["zh", "ja"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('AUTONOMOUS = "Eigenbetrieb"\n', "", "AUTONOMOUS"),
        ("LIVE =", "ALIVE =", "ALIVE, LIVE"),
        ("{text} seit", "seit", "'since' must have these places: text, time"),
        ("[lines]", "[lines", "where.toml"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_file(old, new, told):
    broken = GERMAN.replace(old, new, 1)
    assert broken != GERMAN
    with pytest.raises(OperatorError, match=told) as caught:
        parse_lines(broken.encode(), "where.toml")
    assert caught.value.where == "where.toml"
