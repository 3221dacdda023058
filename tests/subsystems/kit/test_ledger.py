"""The ledger: remembered over deaths; what is damaged is dropped, said, and stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog

from protocol.commands import Ack, AckStage
from subsystems.kit.ledger import Ledger
from subsystems.kit.obedience import Remembered

T0 = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


def remembered(n):
    return Remembered(
        kind="identify", until=T0, ack=Ack(command_id=str(n), stage=AckStage.ACCEPTED)
    )


@pytest.fixture
def ledger(tmp_path):
    def opened():
        return Ledger(tmp_path / "board.cache", "test.station", structlog.get_logger())

    return opened


def test_what_is_kept_is_known_in_the_next_life_without_a_goodbye(ledger, tmp_path):
    first = ledger()
    assert first.recall() == {}
    for n in range(3):
        first.keep(str(n), remembered(n))
    first.keep("1", None)
    second = ledger()  # the first was killed: it never closed its file
    assert second.recall() == {"0": remembered(0), "2": remembered(2)}
    second.close()
    first.close()
    assert (tmp_path / "board.cache.commands").is_file()


def test_a_damaged_ledger_is_said_and_begun_anew(ledger, tmp_path, log_lines):
    (tmp_path / "board.cache.commands").write_bytes(b"no database" * 500)
    one = ledger()
    assert one.recall() == {}
    one.keep("a", remembered("a"))
    one.close()
    assert [line["event"] for line in log_lines] == ["commands.damaged"]
    again = ledger()
    assert set(again.recall()) == {"a"}
    again.close()


def test_without_a_disk_it_goes_on_and_says_so_once(ledger, tmp_path, log_lines):
    (tmp_path / "board.cache.commands").mkdir()
    one = ledger()
    assert one.recall() == {}
    one.keep("a", remembered("a"))
    one.close()
    assert [line["event"] for line in log_lines] == ["commands.not-remembered"]
