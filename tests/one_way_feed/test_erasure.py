from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from one_way_feed.erasure import (
    MAX_DATA,
    MAX_PARITY,
    coefficient,
    inverse,
    multiply,
    parity_symbol,
    recover,
)


def test_the_field():
    for a in range(1, 256):
        assert multiply(a, inverse(a)) == 1
        assert multiply(a, 0) == multiply(0, a) == 0
    assert multiply(0x80, 2) == 0x1D
    assert coefficient(0, 0) == inverse(128)


def test_every_pattern_of_losses_of_a_small_code():
    data = [bytes((17 * i + j * j) % 256 for j in range(20)) for i in range(6)]
    parity = [parity_symbol(data, number) for number in range(5)]
    symbols = data + parity
    patterns = 0
    for kept in combinations(range(11), 6):
        got = recover(
            6,
            {i: symbols[i] for i in kept if i < 6},
            {i - 6: symbols[i] for i in kept if i >= 6},
        )
        assert got == data
        patterns += 1
    assert patterns == 462


def test_too_few_give_nothing():
    data = [b"ab", b"cd", b"ef"]
    assert recover(3, {0: data[0]}, {0: parity_symbol(data, 0)}) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(1, MAX_DATA), st.randoms(use_true_random=False))
def test_the_largest_codes(count, random):
    data = [random.randbytes(30) for _ in range(count)]
    kept = random.sample(range(count + MAX_PARITY), count)
    got = recover(
        count,
        {i: data[i] for i in kept if i < count},
        {i - count: parity_symbol(data, i - count) for i in kept if i >= count},
    )
    assert got == data
