"""The report over a database that a hub has written: figures, rows, and a page by itself."""

import csv
import json
import re

import pytest
from lxml import etree

from protocol.errors import OperatorError

DAYS = ("punctuality", "--from", "2021-01-20", "--to", "2021-01-21")


def test_figures(say):
    told = json.loads(say("report", *DAYS, "--json")[1])
    total = told["total"]
    assert (total["visits"], total["reported"], total["on_time"]) == (6, 1, 0)
    assert (total["mean"], total["share"]) == (5.0, 0.0)
    assert (total["windows"], total["kept"]) == (1, 0), "18 minutes were left of 25"
    assert set(told["by_day"]) == {"2021-01-20", "2021-01-21"}
    assert told["by_hour"]["10"]["reported"] == 1
    assert told["by_class"]["K"]["reported"] == 1
    assert told["triggers_by_day"]["2021-01-20"] == {
        "approaching": 1,
        "arrived": 0,
        "departed": 1,
        "changed": 0,
    }
    told = json.loads(say("report", *DAYS, "--on-time", "5", "--json")[1])
    assert told["total"]["share"] == 100.0


def test_every_run_is_a_row(say, tmp_path):
    out = tmp_path / "runs.csv"
    assert say("report", *DAYS, "--csv", str(out))[0] == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    (k1,) = (row for row in rows if row["run_id"] == "2021-01-20.k1")
    assert (k1["arrival_late_min"], k1["departure_late_min"]) == ("", "5")
    assert (k1["check_in_planned_min"], k1["check_in_kept"]) == ("25", "0")
    assert k1["check_in_opened"] == "2021-01-20T01:57:00+00:00"
    assert k1["check_in_closed"] == "2021-01-20T02:15:00+00:00"
    assert (k1["triggers_departed"], k1["triggers_arrived"]) == ("1", "0")
    assert len(rows) == 6
    assert not any(row["run_id"].endswith("t9") for row in rows), "passing trains stop for nobody"


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("正点率报告", "自定")), ("en", ("Punctuality", "our choice"))]
)
def test_the_page_stands_by_itself_and_can_be_heard(say, tmp_path, language, words):
    out = tmp_path / "page.html"
    _, told = say("report", *DAYS, "--html", str(out), "--language", language)
    text = out.read_text()
    for word in words:
        assert word in text
        assert word in told or word == words[0]
    assert not re.search(r"https?:|src=|<script|@import|url\(", text)
    assert "prefers-color-scheme:dark" in text
    page = etree.HTML(text)
    assert page.get("lang") == language
    plots = page.findall(".//svg")
    assert len(plots) == 6
    ids = [plot.get("aria-labelledby") for plot in plots]
    assert [plot.findtext("title") is not None for plot in plots] == [True] * 6
    assert sorted({page.find(f".//*[@id='{each}']").text for each in ids}) != [None]
    assert len(page.findall(".//table")) == 6
    assert {cell.get("scope") for cell in page.findall(".//th")} == {"row", "col"}


def test_what_cannot_be_reported(say, tmp_path):
    for arguments, why in (
        (("punctuality", "--from", "yesterday", "--to", "2021-01-20"), "no date"),
        (("punctuality", "--from", "2020-01-01", "--to", "2020-01-02"), "no run from"),
        ((*DAYS, "--csv", str(tmp_path / "none" / "x.csv")), "cannot write"),
    ):
        with pytest.raises(OperatorError, match=why):
            say("report", *arguments)
