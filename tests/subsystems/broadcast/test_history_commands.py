"""What the loudspeakers said, printed and drawn."""

import pytest

from station_config.runtime.command import main
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.model import Kind
from subsystems.broadcast.records import Past, Reason, Why
from tests.architecture.test_architecture import STATIONS
from tests.subsystems.broadcast.scene import at

STATION = next(each for each in sorted(STATIONS.iterdir()) if (each / "station.xml").is_file())


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger"
    book = Ledger(path, "x", lambda _: None)
    told = {"key": "k", "run_ids": ("2021-01-20.k274",), "zones": ("exit",)}
    book.keep(
        [
            Past(at=at(0), until=at(10), kind=Kind.ARRIVAL, **told),
            Past(at=at(20), until=at(25), kind=Kind.DELAY, reason=Reason.PRE_EMPTED, **told),
            Past(
                at=at(40),
                until=None,
                kind=Kind.REMINDER,
                reason=Reason.TOO_LATE,
                waited=Why.SPEAKING,
                **told,
            ),
        ]
    )
    book.close()
    return str(path)


def test_what_was_not_spoken_is_printed_with_its_reason(ledger, capsys):
    assert main(["announce", "history", "--station", str(STATION), "--ledger", ledger]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["arrival", "delay", "reminder"]
    arguments = ["--station", str(STATION), "--ledger", ledger, "--since", "2021-01-20T16:00"]
    assert main(["announce", "history", *arguments, "--dropped"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("dropped: too-late, waited for speaking  2021-01-20.k274")


def test_it_is_drawn(ledger, tmp_path):
    out = tmp_path / "hour.svg"
    arguments = ["--station", str(STATION), "--ledger", ledger, "--out", str(out)]
    assert main(["announce", "gantt", *arguments]) == 0
    assert "K274" in out.read_text()


def test_without_a_ledger_it_says_so(tmp_path, capsys):
    arguments = ["--station", str(STATION), "--ledger", str(tmp_path / "none")]
    assert main(["announce", "history", *arguments]) != 0
    assert "no ledger" in capsys.readouterr().err
    Ledger(tmp_path / "none", "x", print).close()
    assert main(["announce", "history", *arguments]) != 0
    assert "nothing was spoken yet" in capsys.readouterr().err
