"""What one life of the clock leaves to the next."""

from __future__ import annotations

import pytest
import structlog

from hub.clock.discipline import Discipline
from hub.clock.memory import Remembered
from hub.clock.readings import Reading

T0 = 1_795_000_000.0


@pytest.fixture
def remembered(tmp_path):
    return Remembered(tmp_path / "state", structlog.get_logger())


def lived(drift=-30e-6):
    discipline = Discipline(T0 + 5, 1000.0, {"a": 16.0})
    for n in range(200):
        mono_s = 1000.0 + n * 16
        utc = T0 + (mono_s - 1000) * (1 + drift)
        discipline.take(Reading(source="a", utc=utc, mono_s=mono_s, uncertainty_s=0.001, stratum=1))
    return discipline, 1000.0 + 199 * 16


def test_within_a_boot_the_time_goes_on(remembered):
    discipline, then_s = lived()
    remembered.remember(discipline, then_s)
    later_s = then_s + 600
    life = remembered.recall(later_s, wall=0.0)
    assert life.unix == pytest.approx(T0 + (later_s - 1000) * (1 - 30e-6), abs=0.002)
    assert life.drift.slope == pytest.approx(-30e-6, abs=1e-7)
    again = Discipline(life.unix, later_s, {"a": 16.0}, drift=life.drift, known=life.known)
    assert again.uncertainty(later_s) == pytest.approx(discipline.uncertainty(later_s), rel=0.01)
    assert again.unix(later_s + 3600) == pytest.approx(discipline.unix(later_s + 3600), abs=1e-3)
    assert (life.known.stratum, again.chosen) == (1, "a")


def test_after_another_boot_only_the_drift_is_known(remembered, tmp_path):
    discipline, then_s = lived()
    remembered.remember(discipline, then_s)
    other = tmp_path / "boot"
    other.write_text("another")
    life = Remembered(tmp_path / "state", structlog.get_logger(), boot=other).recall(1e9, wall=T0)
    assert (life.unix, life.known) == (T0, None)
    assert life.drift is not None


def test_what_was_never_known_is_not_remembered(remembered):
    remembered.remember(Discipline(T0, 0.0, {"a": 16.0}), 10.0)
    assert remembered.recall(20.0, wall=7.0).known is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"boot":1}', b"\xff"])
def test_a_damaged_file_is_no_file(remembered, tmp_path, content):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "time.json").write_bytes(content)
    assert remembered.recall(1.0, wall=9.0).unix == 9.0


def test_a_disk_that_cannot_be_written_to_is_no_end(tmp_path):
    (tmp_path / "file").touch()
    discipline, then_s = lived()
    Remembered(tmp_path / "file", structlog.get_logger()).remember(discipline, then_s)
