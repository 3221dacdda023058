"""The lease: every stage with every event, and two hubs with clocks of their own."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lease import (
    DEMOTE_S,
    LEASE_S,
    RENEW_S,
    TAKE_S,
    Claimed,
    Effect,
    Failed,
    Found,
    Held,
    Holder,
    Lease,
    Lost,
    Refused,
    Renewed,
    Stage,
    Woke,
    step,
)

OTHER = Held(Holder("other", "there"), 5)
NOBODY = Held(None, 5)
EVENTS = (Found(OTHER), Claimed(100.0), Refused(), Renewed(100.0), Lost(), Failed(), Woke())
LEADING = Lease(Stage.LEADING, renewed=100.0)
SILENT = replace(LEADING, stage=Stage.SILENT)

POSSIBLE = {
    Stage.STANDING_BY: {Found, Failed, Woke},
    Stage.CLAIMING: {Claimed, Refused, Failed, Woke},
    Stage.LEADING: {Renewed, Lost, Failed, Woke},
    Stage.SILENT: {Renewed, Lost, Failed, Woke},
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_cannot_be_raises(stage, event):
    lease = Lease(stage, renewed=100.0)
    if type(event) in POSSIBLE[stage]:
        assert isinstance(step(lease, event, 100.0)[0], Lease)
    else:
        with pytest.raises(ValueError, match=f"{type(event).__name__} while {stage.value}"):
            step(lease, event, 100.0)


def test_the_times_leave_room_between_one_leader_and_the_next():
    assert 2 * RENEW_S < DEMOTE_S < LEASE_S < TAKE_S


@pytest.mark.parametrize("found", [Found(NOBODY), Found(OTHER, dead=True)])
def test_a_lease_of_nobody_or_of_a_dead_process_is_claimed_at_once(found):
    claiming, effects = step(Lease(), found, 100.0)
    assert (claiming.stage, effects) == (Stage.CLAIMING, (Effect.CLAIM,))
    assert claiming.seen == found.held


def test_a_holder_that_renews_is_never_replaced():
    lease = Lease()
    for n in range(100):
        found = Found(replace(OTHER, renewals=n))
        lease, effects = step(lease, found, 100.0 + n * (TAKE_S - 0.1))
        assert effects == ()


def test_a_holder_that_is_silent_is_replaced_after_the_time_to_take():
    lease, _ = step(Lease(), Found(OTHER), 100.0)
    lease, effects = step(lease, Found(OTHER), 100.0 + TAKE_S - 0.01)
    assert effects == ()
    assert lease.wait(100.0 + TAKE_S - 0.01) == pytest.approx(0.01)
    lease, effects = step(lease, Found(OTHER), 100.0 + TAKE_S)
    assert effects == (Effect.CLAIM,)


def test_while_the_database_fails_silence_proves_nothing():
    lease, _ = step(Lease(), Found(OTHER), 100.0)
    lease, _ = step(lease, Failed(), 105.0)
    lease, effects = step(lease, Found(OTHER), 100.0 + 3 * TAKE_S)
    assert effects == ()
    assert lease.wait(100.0 + 3 * TAKE_S) == TAKE_S


@pytest.mark.parametrize("event", [Refused(), Failed()])
def test_a_claim_that_fails_watches_from_the_beginning(event):
    claiming, _ = step(Lease(), Found(NOBODY), 100.0)
    assert step(claiming, event, 101.0) == (Lease(), ())


def test_a_claim_counts_from_when_it_was_asked_for():
    claiming, _ = step(Lease(), Found(NOBODY), 100.0)
    leading, effects = step(claiming, Claimed(100.0), 103.0)
    assert effects == (Effect.LEAD,)
    assert leading.may_speak(100.0 + DEMOTE_S - 0.01)
    assert not leading.may_speak(100.0 + DEMOTE_S)
    silent, effects = step(claiming, Claimed(100.0), 100.0 + DEMOTE_S)
    assert effects == (Effect.LEAD, Effect.HUSH)
    assert silent.stage is Stage.SILENT


def test_a_leader_that_cannot_renew_falls_silent_and_speaks_when_it_can():
    leading, effects = step(LEADING, Failed(), 100.0 + DEMOTE_S - 0.1)
    assert (leading, effects) == (LEADING, ())
    silent, effects = step(leading, Woke(), 100.0 + DEMOTE_S)
    assert (silent.stage, effects) == (Stage.SILENT, (Effect.HUSH,))
    late, effects = step(silent, Renewed(100.0), 120.0)
    assert (late.stage, effects) == (Stage.SILENT, ()), "that was asked for long ago"
    again, effects = step(silent, Renewed(119.0), 120.0)
    assert (again.stage, effects) == (Stage.LEADING, (Effect.SPEAK,))
    assert again.may_speak(120.0)


@pytest.mark.parametrize("lease", [LEADING, SILENT])
def test_a_leader_that_is_replaced_retires_and_stands_by(lease):
    assert step(lease, Lost(), 101.0) == (Lease(), (Effect.RETIRE,))


def test_the_fence_holds_without_any_event():
    """A process that was stopped wakes up in the middle of what it was doing."""
    assert LEADING.may_speak(100.0 + DEMOTE_S - 0.01)
    assert not LEADING.may_speak(100.0 + DEMOTE_S)
    assert not SILENT.may_speak(100.0)
    assert not Lease(Stage.CLAIMING, renewed=100.0).may_speak(100.0)


class Hub:
    """A machine with its own clock, on a row that all share."""

    def __init__(self, name, row, offset):
        self.me, self.row, self.offset = Holder(name, name), row, offset
        self.lease = Lease()

    def turn(self, now, *, answers, slow=0.0):
        """Read or renew; the database's answer comes `slow` seconds later."""
        asked, now = now + self.offset, now + slow + self.offset
        if not answers:
            self.step(Failed(), now)
        elif self.lease.stage is Stage.STANDING_BY:
            self.step(Found(self.row[0]), now)
            if self.lease.stage is Stage.CLAIMING:
                self.claim(asked, now)
        elif self.row[0].holder == self.me:
            self.row[0] = replace(self.row[0], renewals=self.row[0].renewals + 1)
            self.step(Renewed(asked), now)
        else:
            self.step(Lost(), now)

    def claim(self, asked, now):
        if self.row[0] == self.lease.seen:
            self.row[0] = Held(self.me, self.row[0].renewals + 1)
            self.step(Claimed(asked), now)
        else:
            self.step(Refused(), now)

    def step(self, event, now):
        self.lease, _ = step(self.lease, event, now)

    def speaks(self, now):
        return self.lease.may_speak(now + self.offset)


moments = st.tuples(
    st.floats(0.0, 15.0),  # seconds until the next turn: nobody need be punctual
    st.sampled_from("ab"),
    st.booleans(),
    st.floats(0.0, 8.0),
)


@given(st.lists(moments, min_size=5, max_size=60), st.floats(-1e6, 1e6))
def test_two_hubs_never_speak_at_the_same_time(turns, offset):
    row = [Held(None, 0)]
    hubs = {"a": Hub("a", row, 0.0), "b": Hub("b", row, offset)}
    now = 0.0
    for wait, name, answers, slow in turns:
        now += wait
        assert not (hubs["a"].speaks(now) and hubs["b"].speaks(now))
        hubs[name].turn(now, answers=answers, slow=slow)
        now += slow
        assert not (hubs["a"].speaks(now) and hubs["b"].speaks(now))
