"""Who tells the truth: RFC 5905's intersection, and properties of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.clock.selection import Candidate, agree, bound, choose


def names(agreement):
    return None if agreement is None else {each.name for each in agreement.true}


def test_one_agrees_with_itself_and_none_with_nobody():
    assert names(agree([Candidate("a", 1.0, 0.1)])) == {"a"}
    assert agree([]) is None


def test_two_that_contradict_each_other_agree_nowhere():
    assert agree([Candidate("a", 0.0, 0.1), Candidate("b", 1.0, 0.1)]) is None
    assert names(agree([Candidate("a", 0.0, 0.6), Candidate("b", 1.0, 0.6)])) == {"a", "b"}


def test_the_liar_of_three_is_out_whatever_it_claims_of_itself():
    good = [Candidate("a", 0.001, 0.01), Candidate("b", -0.002, 0.02)]
    for liar in (Candidate("c", 5.0, 0.0001), Candidate("c", -3600.0, 1.0)):
        found = agree([*good, liar])
        assert names(found) == {"a", "b"}
        assert choose(found.true, None).name == "a"


def test_two_liars_of_four_leave_nobody_unless_they_differ():
    good = [Candidate("a", 0.0, 0.01), Candidate("b", 0.0, 0.01)]
    assert agree([*good, Candidate("c", 5.0, 0.01), Candidate("d", 5.0, 0.01)]) is None
    assert agree([*good, Candidate("c", 5.0, 0.01), Candidate("d", 9.0, 0.01)]) is None
    assert names(agree([*good, Candidate("e", 0.0, 0.01), Candidate("c", 5.0, 0.01)])) == {
        "a",
        "b",
        "e",
    }


def test_no_hopping_between_clocks_that_are_about_as_good():
    true = [Candidate("a", 0.0, 0.010), Candidate("b", 0.0, 0.009)]
    assert choose(true, "a").name == "a"
    assert choose(true, None).name == "b"
    assert choose([*true, Candidate("c", 0.0, 0.001)], "a").name == "c"
    assert choose([], "a") is None


@given(
    truth=st.floats(-10, 10),
    good=st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(-0.4, 0.4)), min_size=2, max_size=6),
    bad=st.lists(st.tuples(st.floats(2, 100), st.floats(0.0001, 0.9)), max_size=5),
)
def test_a_majority_that_is_right_is_found_and_no_liar_is_among_it(truth, good, bad):
    least_s = min(distance_s for distance_s, _ in good)
    right = [Candidate(f"good-{n}", truth + s * least_s, d) for n, (d, s) in enumerate(good)]
    wrong = [
        Candidate(f"bad-{n}", truth + (-1) ** n * at, d)
        for n, (at, d) in enumerate(bad[: len(good) - 1])
    ]
    found = agree([*wrong, *right])
    assert names(found) == {each.name for each in right}
    assert found.low <= truth <= found.high


@given(
    truth=st.floats(-1, 1),
    good=st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(-1, 1)), min_size=1, max_size=6),
    bad=st.lists(st.tuples(st.floats(-1, 1), st.floats(0.0001, 0.5)), max_size=5),
)
def test_the_truth_is_within_the_bound_while_fewer_than_half_are_wrong(truth, good, bad):
    right = [Candidate(f"good-{n}", truth + s * d, d) for n, (d, s) in enumerate(good)]
    wrong = [Candidate(f"bad-{n}", at, d) for n, (at, d) in enumerate(bad[: len(good) - 1])]
    for chosen in (*right, *wrong):
        assert abs(truth - chosen.offset_s) <= bound([*right, *wrong], chosen) + 1e-9
