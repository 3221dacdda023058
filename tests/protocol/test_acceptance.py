"""The acceptance rule, and what it is for: any disorder ends at the newest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.acceptance import Verdict, judge

FENCES = st.tuples(st.integers(0, 5), st.integers(0, 5))


@pytest.mark.parametrize(
    ("held", "epoch", "rev", "verdict"),
    [
        (None, 0, 0, Verdict.ACCEPT),
        ((3, 7), 3, 8, Verdict.ACCEPT),
        ((3, 7), 4, 0, Verdict.ACCEPT),
        ((3, 7), 3, 7, Verdict.DUPLICATE),
        ((3, 7), 3, 6, Verdict.OLD),
        ((3, 7), 2, 9, Verdict.ZOMBIE),
        ((3, 7), 2, 7, Verdict.ZOMBIE),
    ],
)
def test_the_rule(held, epoch, rev, verdict):
    assert judge(held, epoch, rev) is verdict


@given(st.lists(FENCES, min_size=1, max_size=20))
def test_whatever_the_order_the_newest_is_held_and_each_is_accepted_at_most_once(arriving):
    held = None
    accepted = []
    for epoch, rev in arriving:
        if judge(held, epoch, rev) is Verdict.ACCEPT:
            held = (epoch, rev)
            accepted.append(held)
    assert held == max(arriving)
    assert accepted == sorted(set(accepted))
