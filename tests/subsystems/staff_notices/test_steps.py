"""Nobody is told what is not on disk; a signature is answered when it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog
from twisted.internet.defer import Deferred

from protocol.errors import DeviceError
from subsystems.staff_notices import machine
from subsystems.staff_notices.events import Changed, Show, Signed, Trusted
from subsystems.staff_notices.model import Verdict
from subsystems.staff_notices.moments import Ground
from subsystems.staff_notices.steps import Steps
from tests.subsystems.staff_notices.conftest import signature


class Disk:
    """A keeper whose writes the test ends."""

    def __init__(self):
        self.steps, self.under_way = [], []

    def keep(self, step):
        self.steps.append(step)
        self.under_way.append(Deferred())
        return self.under_way[-1]

    def done(self):
        under_way, self.under_way = self.under_way, []
        for each in under_way:
            each.callback(None)

    def refuses(self):
        under_way, self.under_way = self.under_way, []
        for each in under_way:
            each.errback(DeviceError("no space left"))


class Stage:
    def __init__(self, station, run, now):
        self.now, self.disk, self.performed = now, Disk(), []
        office = machine.Office(station.posts, Ground(station))
        self.steps = Steps(
            machine.State(office, now, stale=False),
            self.disk,
            lambda: self.now,
            self.performed.append,
            structlog.get_logger(),
        )
        self.steps.step(Trusted(now + timedelta(days=1)))
        self.steps.step(Changed({run.run_id: run}))
        self.disk.done()
        self.performed.clear()


@pytest.fixture
def stage(hohhot, through, make):
    stage = Stage(hohhot, through, through.arrival.planned - timedelta(hours=1))
    stage.now = through.arrival.planned - 15 * make.minute
    return stage


def test_terminals_are_shown_a_step_when_it_is_on_disk(stage):
    before = stage.steps.told
    waiting = stage.steps.sign(())
    assert stage.steps.state is not before
    assert (stage.steps.told, stage.performed) == (before, [])
    assert stage.disk.steps[-2].notices, "what fell due is written"
    stage.disk.done()
    assert stage.steps.told is stage.steps.state
    assert any(isinstance(each, Show) for each in stage.performed)
    assert waiting.result == []


def test_a_signature_is_answered_when_it_is_on_disk(stage, through):
    stage.steps.sign(())
    stage.disk.done()
    notice = next(iter(stage.steps.state.notices[through.run_id].values()))
    answered = stage.steps.sign((Signed(notice.id, "", signature(at=stage.now)),))
    assert not answered.called
    stage.disk.done()
    assert [each.verdict for each in answered.result] == [Verdict.ACCEPTED]


def test_a_full_disk_silences_no_post_and_refuses_signatures(stage, log_lines):
    refused = []
    stage.steps.sign(()).addErrback(refused.append)
    stage.disk.refuses()
    assert stage.steps.told is stage.steps.state
    assert any(isinstance(each, Show) for each in stage.performed)
    assert "sent again" in refused[0].getErrorMessage()
    assert any(line["event"] == "notices.not-kept" for line in log_lines)
