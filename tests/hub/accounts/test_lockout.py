from hypothesis import given
from hypothesis import strategies as st

from hub.accounts.lockout import (
    ACTIONS,
    FORGET_S,
    FREE_OF_ACCOUNT,
    FREE_OF_ADDRESS,
    KEPT,
    LONGEST_S,
    Lockout,
    failed,
    succeeded,
    told,
)
from hub.audit.record import Actor, Entry, Outcome, Source, to_record


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


def record(action, outcome, *, who="li", subject="li", at_s=0):
    actor = Actor(who=who, source=Source.CONSOLE, address="a")
    entry = Entry(actor=actor, action=action, subject=subject, outcome=outcome)
    return to_record(entry, previous="", number=1, at=0, wall=at_s * 1_000_000)


def heard(*records):
    state = Lockout()
    for each in records:
        state = told(state, each)
    return state


def test_the_audit_tells_of_each_mistake():
    wrong = [record("session.login", Outcome.REFUSED, at_s=n) for n in range(FREE_OF_ACCOUNT)]
    same = Lockout()
    for n in range(FREE_OF_ACCOUNT):
        same = failed(same, "li", "a", float(n))
    assert heard(*wrong) == same
    assert heard(*wrong, record("session.login", Outcome.DONE)).waits("li", "b", 4.0) == 0
    assert heard(*wrong, record("session.password", Outcome.REFUSED)).waits("li", "b", 3.0) > 0


def test_only_an_administrator_who_did_it_ends_a_wait():
    wrong = [record("session.login", Outcome.REFUSED)] * FREE_OF_ACCOUNT
    for outcome in Outcome:
        state = heard(*wrong, record("account.reset", outcome, who="admin"))
        assert (state.waits("li", "b", 0.0) == 0) is (outcome is Outcome.DONE)
        assert state.waits("admin", "b", 0.0) == 0


def test_a_name_that_is_not_told_is_the_addresss_mistake():
    state = heard(*[record("session.login", Outcome.REFUSED, who="", subject="")] * FREE_OF_ADDRESS)
    assert [key for key, _ in state.of] == ["address/a"]
    assert state.waits("", "a", 0.0) > 0


def test_other_records_say_nothing_of_it():
    assert heard(*(record(f"{each}.x", Outcome.REFUSED) for each in ACTIONS)) == Lockout()


def test_a_clock_that_was_set_back_keeps_nobody_waiting():
    state = after(FREE_OF_ACCOUNT, now=1e6)
    assert state.waits("li", "b", 1e6 - LONGEST_S - 1) == 0
    assert state.waits("li", "b", 1e6 - 1) <= LONGEST_S
