from __future__ import annotations

import os
import stat

import pytest

from one_way_feed.keys import load_keys, new_keys, rotated, save_keys
from protocol.errors import OperatorError


def test_keys_come_back_and_only_the_owner_may_read_them(tmp_path):
    ring = new_keys(3, os.urandom)
    save_keys(ring, tmp_path / "keys", replace=False)
    assert load_keys(tmp_path / "keys") == ring
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "keys"]


def test_keys_are_never_shown():
    ring = new_keys(3, os.urandom)
    assert ring.key.hex() not in repr(ring)
    assert ring.key not in repr(ring).encode()
    (digits,) = ring.fingerprints().values()
    assert len(digits) == 19
    assert digits.replace("-", "") not in ring.key.hex()


def test_rotation_keeps_the_old_key_beside_the_new(tmp_path):
    first = new_keys(3, os.urandom)
    second = rotated(first, os.urandom)
    third = rotated(second, os.urandom)
    assert (second.active, second.keys[0]) == (1, first.key)
    assert (third.active, third.keys[1]) == (0, second.key)
    assert third.key != first.key
    save_keys(first, tmp_path / "keys", replace=False)
    save_keys(second, tmp_path / "keys", replace=True)
    assert load_keys(tmp_path / "keys") == second


def test_existing_keys_are_not_overwritten(tmp_path, key_file):
    before = key_file.read_bytes()
    with pytest.raises(OperatorError, match="keys already"):
        save_keys(new_keys(1, os.urandom), key_file, replace=False)
    assert key_file.read_bytes() == before
    assert list(tmp_path.glob("*.new")) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_may_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(OperatorError, match="chmod 600"):
        load_keys(key_file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("link = 1", "not a key file"),
        ("link = 16\nactive = 0\n[keys]\n", "not a key file"),
        (f"link = 1\nactive = 1\n[keys]\n0 = '{'a' * 64}'", "the active one"),
        (f"link = 1\nactive = 0\n[keys]\n0 = '{'a' * 64}'\n7 = '{'a' * 64}'", "keys 0, 1"),
        ("link = 1\nactive = 0\n[keys]\n0 = 'secret'", "not a key file"),
        ("[[[", "not a key file"),
    ],
)
def test_a_malformed_file_is_refused_without_showing_it(key_file, text, why):
    key_file.write_text(text)
    with pytest.raises(OperatorError, match=why) as raised:
        load_keys(key_file)
    assert "secret" not in str(raised.value)
    assert str(key_file) in str(raised.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(OperatorError, match="cannot read the keys"):
        load_keys(tmp_path / "none")
    with pytest.raises(OperatorError, match="cannot write"):
        save_keys(new_keys(1, os.urandom), tmp_path / "none" / "keys", replace=False)
