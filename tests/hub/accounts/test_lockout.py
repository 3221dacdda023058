from hypothesis import given
from hypothesis import strategies as st

from hub.accounts.lockout import (
    FORGET_S,
    FREE_OF_ACCOUNT,
    FREE_OF_ADDRESS,
    KEPT,
    LONGEST_S,
    Lockout,
    failed,
    succeeded,
)


def after(count, *, account="li", address="a", now=0.0):
    state = Lockout()
    for _ in range(count):
        state = failed(state, account, address, now)
    return state


def test_some_mistakes_are_free():
    assert after(FREE_OF_ACCOUNT - 1).waits("li", "a", 0.0) == 0


def test_then_the_wait_doubles_up_to_a_limit():
    waits = [after(FREE_OF_ACCOUNT + more).waits("li", "b", 0.0) for more in range(30)]
    assert waits[:3] == [2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_S


def test_an_address_that_tries_many_accounts_waits_too():
    state = Lockout()
    for number in range(FREE_OF_ADDRESS):
        state = failed(state, f"n{number}", "a", 0.0)
    assert state.waits("anybody", "a", 0.0) > 0
    assert state.waits("anybody", "b", 0.0) == 0


def test_case_makes_no_other_account():
    assert after(FREE_OF_ACCOUNT, account="Li").waits("lI", "b", 0.0) > 0


def test_a_right_password_forgets_the_accounts_mistakes_only():
    state = succeeded(after(FREE_OF_ADDRESS), "li")
    assert state.waits("li", "b", 0.0) == 0
    assert state.waits("li", "a", 0.0) > 0


def test_what_is_long_past_is_forgotten():
    state = failed(after(FREE_OF_ACCOUNT + 3), "li", "a", FORGET_S + 1)
    assert state.waits("li", "a", FORGET_S + 1) == 0


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5), st.floats(0, 1e6))))
def test_nobody_waits_for_ever_and_memory_is_bounded(tries):
    state = Lockout()
    for account, address, now in tries:
        state = failed(state, account, address, now)
        assert 0 <= state.waits(account, address, now) <= LONGEST_S
    assert len(state.of) <= KEPT
