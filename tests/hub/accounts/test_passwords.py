import pytest

from hub.accounts.hashing import draw_password, hash_password, is_password
from hub.accounts.passwords import is_name, weaknesses


@pytest.mark.parametrize(
    "weak", ["short", "password123", "aaaaaaaaaaaa", "1234567890", "li.wang-2020", "x" * 300]
)
def test_weak_ones_are_told(weak):
    told = list(weaknesses(weak, "li.wang"))
    assert told
    assert all(zh and en for zh, en in told)


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "中华人民共和国铁路运输段",
        pytest.param(draw_password(), id="drawn"),
    ],
)
def test_good_ones_are_taken(good):
    assert list(weaknesses(good, "li.wang")) == []


def test_what_is_kept_is_salted_and_compares():
    one, two = hash_password("correct horse"), hash_password("correct horse")
    assert one != two
    assert one.startswith("$argon2id$")
    assert is_password(one, "correct horse")
    assert not is_password(one, "wrong horse")
    assert not is_password("", "anything")
    assert not is_password("no hash", "anything")


@pytest.mark.parametrize("name", ["li", "wang.li", "a-1_b"])
def test_names(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "l", "Li", "1a", "a b", "a/b", "a" * 41, "李"])
def test_no_names(name):
    assert not is_name(name)
