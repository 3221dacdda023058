"""`station protocol`: the committed documents are those that the program makes."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from protocol.clauses import CLAUSES
from protocol.errors import OperatorError
from station_config.protocol_command import (
    PROTOCOL,
    published,
    read_examples,
    stale_files,
)

FOLDER = Path(__file__).parents[2] / "docs/protocol"


def run(*words):
    parser = argparse.ArgumentParser()
    PROTOCOL.configure(parser)
    return PROTOCOL.run(parser.parse_args(words))


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "protocol")
    return tmp_path / "protocol"


def test_the_committed_documents_are_up_to_date():
    files = published(read_examples(FOLDER / "examples"))
    assert stale_files(FOLDER, files) == [], "run: station protocol write"


def test_what_differs_is_missing_or_is_left_over_is_named(copy, capsys):
    (copy / "README.md").write_text("changed", encoding="utf-8")
    (copy / "index.html").unlink()
    (copy / "schemas/old.json").write_text("{}", encoding="utf-8")
    assert run("check", "--folder", str(copy)) == 1
    said = capsys.readouterr().out
    assert all(name in said for name in ("README.md", "index.html", "schemas/old.json"))
    assert "asyncapi.json" not in said


def test_writing_makes_them_up_to_date(copy):
    shutil.rmtree(copy / "schemas")
    (copy / "asyncapi.json").unlink()
    assert run("write", "--folder", str(copy)) == 0
    assert run("check", "--folder", str(copy)) == 0


def test_asyncapi_is_printed(capsys):
    assert run("asyncapi", "--folder", str(FOLDER)) == 0
    assert json.loads(capsys.readouterr().out)["asyncapi"] == "3.0.0"


def test_clauses_are_printed(capsys):
    assert run("clauses") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CLAUSES)
    assert run("clauses", "--json") == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == list(CLAUSES)


def test_a_spoilt_example_is_named(copy):
    (copy / "examples/run.json").write_text("{", encoding="utf-8")
    with pytest.raises(OperatorError, match=r"run\.json"):
        run("check", "--folder", str(copy))
