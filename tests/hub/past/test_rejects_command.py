"""What was not believed, asked of a database that a hub has written; of both kinds."""

import csv
import json

import pytest

from protocol.errors import OperatorError

DAY = ("rejects", "--from", "2021-01-20", "--to", "2021-01-20")


def test_every_reason_is_counted_with_examples(say):
    told = json.loads(say("report", *DAY, "--json")[1])["rejects"]
    assert set(told) == {"unknown-track", "unknown-train"}
    track, train = told["unknown-track"], told["unknown-train"]
    assert (track["whole"], track["parts"], train["whole"], train["parts"]) == (0, 1, 1, 0)
    assert track["first"] == track["last"] == "2021-01-20T01:30:00Z"
    (example,) = track["examples"]
    assert (example["row"], example["partial"]) == ("plan/k1", True)
    assert example["en"] == "the station has no such track: t99"
    assert example["body"]["arrival_track"] == "t99", "the row as it came"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("整条", "未知股道", "其余部分采用", "plan/k1  t99")),
        ("en", ("Rows", "the station has no such track", "the rest was used", "log/k9")),
    ],
)
def test_people_read_it_in_their_language(say, language, words):
    code, told = say("report", *DAY, "--language", language)
    assert code == 0
    for word in (*words, "2021-01-20 09:30"):
        assert word in told


def test_each_is_a_row(say, tmp_path):
    out = tmp_path / "rejects.csv"
    assert say("report", *DAY, "--csv", str(out))[0] == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["row"], row["reason"], row["extent"], row["found"]) for row in rows] == [
        ("plan/k1", "unknown-track", "part", "t99"),
        ("log/k9", "unknown-train", "row", "k9"),
    ]
    assert rows[0]["at"] == "2021-01-20T01:30:00+00:00"
    assert json.loads(rows[0]["body"])["arrival_track"] == "t99"


def test_days_are_local_and_only_those_asked_for(say):
    quiet = ("rejects", "--from", "2021-01-21", "--to", "2021-01-22")
    assert json.loads(say("report", *quiet, "--json")[1])["rejects"] == {}
    assert "believed" in say("report", *quiet, "--language", "en")[1]


def test_the_report_of_punctuality_counts_them(say, tmp_path):
    days = ("punctuality", "--from", "2021-01-20", "--to", "2021-01-21")
    assert json.loads(say("report", *days, "--json")[1])["rejected"] == {"whole": 1, "parts": 1}
    out = tmp_path / "page.html"
    told = say("report", *days, "--language", "en", "--html", str(out))[1]
    sentence = "Rows not believed: 1 whole, 1 in part; see station report rejects."
    assert sentence in told
    assert sentence in out.read_text()


def test_what_cannot_be_reported(say, tmp_path):
    with pytest.raises(OperatorError, match="no page of rejects"):
        say("report", *DAY, "--html", str(tmp_path / "page.html"))
    with pytest.raises(OperatorError, match="no date"):
        say("report", "rejects", "--from", "yesterday", "--to", "2021-01-20")
