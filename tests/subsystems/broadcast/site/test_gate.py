"""The operator's PIN: sessions, and what wrong ones cost."""

import itertools

import pytest

from subsystems.broadcast.site.gate import ALL_MOST, ALL_S, SESSION_S, Gate, NotAllowedError


class Time:
    now = 0.0


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def gate(time):
    names = (f"session-{n}" for n in itertools.count())
    return Gate("4711", lambda: time.now, lambda: next(names))


def test_without_a_pin_everybody_may(time):
    gate = Gate("", lambda: time.now, str)
    assert gate.open
    assert gate.allows("")


def test_who_knows_the_pin_may_for_a_shift(gate, time):
    assert not gate.allows("")
    session = gate.login("4711", "a")
    assert gate.allows(session)
    assert not gate.allows("other")
    time.now = SESSION_S
    assert not gate.allows(session)


def test_who_signs_out_may_not_any_more(gate):
    session = gate.login("4711", "a")
    gate.logout(session)
    assert not gate.allows(session)


def wrong(gate, address="a", times=1):
    for _ in range(times):
        with pytest.raises(NotAllowedError, match="wrong PIN"):
            gate.login("0000", address)


def test_after_some_wrong_pins_an_address_must_wait_longer_and_longer(gate, time):
    wrong(gate, times=3)
    with pytest.raises(NotAllowedError, match="wait"):
        gate.login("4711", "a")
    gate.login("4711", "b")
    time.now = 5.0
    wrong(gate)
    time.now = 10.0
    with pytest.raises(NotAllowedError, match="wait"):
        gate.login("4711", "a")
    time.now = 15.0
    assert gate.allows(gate.login("4711", "a"))


def test_many_addresses_together_must_wait_too(gate, time):
    for n in range(ALL_MOST):
        wrong(gate, f"address-{n}")
    with pytest.raises(NotAllowedError, match="wait"):
        gate.login("4711", "z")
    time.now = ALL_S
    gate.login("4711", "z")


def test_sessions_are_bounded(gate):
    first = gate.login("4711", "a")
    sessions = [gate.login("4711", "a") for _ in range(60)]
    assert not gate.allows(first)
    assert gate.allows(sessions[-1])
