"""The table is total, and what is illegal raises."""

from __future__ import annotations

import pytest

from subsystems.staff_notices.life import LIFE, Action, IllegalActionError, after
from subsystems.staff_notices.model import OPEN, Status


def test_every_status_knows_every_action():
    assert set(LIFE) == set(Status)
    assert all(set(row) == set(Action) for row in LIFE.values())


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_it_leads_somewhere_or_raises(status, action):
    if LIFE[status][action] is None:
        with pytest.raises(IllegalActionError, match=f"{action} of a notice that is {status}"):
            after(status, action)
    else:
        assert after(status, action) is LIFE[status][action]


def test_what_is_superseded_or_withdrawn_stays_so():
    for status in (Status.SUPERSEDED, Status.WITHDRAWN):
        assert set(LIFE[status].values()) == {None}


def test_signing_is_possible_once_and_only_of_what_still_holds():
    can = {status for status in Status if LIFE[status][Action.SIGN] is not None}
    assert can == OPEN | {Status.MISSED}
