from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

from simulators.bench.command import BENCHES, SIZES, _line, _run
from simulators.bench.figure import Figure
from station_config.runtime.command import main


def test_every_bench_that_is_offered_is_there():
    assert all(find_spec(f"simulators.bench.{name}") for name in BENCHES)


def test_a_figure_is_one_object_a_line():
    figure = Figure(figure="feed: loss", value=0.5, unit="ratio", aim=1.0)
    assert json.loads(_line(figure, as_json=True)) == {
        "figure": "feed: loss",
        "value": 0.5,
        "unit": "ratio",
        "aim": 1.0,
        "better": "lower",
    }


@pytest.mark.parametrize(
    ("value", "aim", "better", "told"),
    [
        (5.0, 4.0, "lower", "aim lower than 4  MISSED"),
        (4.0, 4.0, "lower", "aim lower than 4  reached"),
        (5.0, 4.0, "higher", "aim higher than 4  reached"),
    ],
)
def test_a_person_is_told_whether_the_aim_is_reached(value, aim, better, told):
    figure = Figure(figure="x", value=value, unit="ms", aim=aim, better=better)
    assert _line(figure, as_json=False).endswith(told)


def test_a_figure_without_aim_neither_reaches_nor_misses():
    figure = Figure(figure="x", value=5.0, unit="ms")
    assert figure.reached is None
    assert "aim" not in _line(figure, as_json=False)


def test_a_name_that_is_no_bench_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "nonsense"])
    assert ended.value.code == 2
    assert "chain" in capsys.readouterr().err


class Arguments:
    """What the parser makes of ``bench feed --json``."""

    def __init__(self, *, strict, size="small"):
        self.name, self.size, self.json, self.strict = "feed", size, True, strict


@pytest.mark.parametrize(("value", "strict", "code"), [(2, True, 2), (2, False, 0), (1, True, 0)])
def test_strict_makes_a_missed_aim_an_exit_code(value, strict, code, monkeypatch, capsys):
    figure = Figure(figure="x", value=value, unit="ms", aim=1)
    monkeypatch.setattr("simulators.bench.command._measure", lambda *_: iter([figure]))
    assert _run(Arguments(strict=strict)) == code
    assert json.loads(capsys.readouterr().out)["value"] == value
    assert "small" in SIZES
