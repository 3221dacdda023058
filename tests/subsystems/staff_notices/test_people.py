"""The list of persons and their PINs."""

from __future__ import annotations

import pytest

from protocol.errors import OperatorError
from subsystems.staff_notices.people import check_pin, new_person, read_people


def test_without_a_list_there_is_none(tmp_path):
    assert read_people(tmp_path / "none") is None


def test_a_pin_is_checked_and_never_kept(tmp_path):
    path = tmp_path / "people"
    path.write_text(f"# 车站\n{new_person('0417', '王芳', '2468')}\n", encoding="utf-8")
    (person,) = read_people(path).values()
    assert person.told == "0417 王芳"
    assert "2468" not in path.read_text(encoding="utf-8")
    assert check_pin(person, "2468")
    assert not check_pin(person, "2469")
    assert not check_pin(None, "2468")


@pytest.mark.parametrize("pin", ["", "123", "1" * 33])
def test_a_pin_has_a_length(pin):
    with pytest.raises(OperatorError, match="a PIN has 4 to 32"):
        new_person("1", "a", pin)


@pytest.mark.parametrize("number", ["", "a\tb"])
def test_a_number_has_no_tabs(number):
    with pytest.raises(OperatorError, match="without tabs"):
        new_person(number, "a", "1234")


@pytest.mark.parametrize("line", ["0417", "0417\t王芳\tplain", "a\tb\tc\td"])
def test_a_bad_line_is_told_with_its_place(tmp_path, line):
    path = tmp_path / "people"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(OperatorError, match=r"people:2: a line is NUMBER"):
        read_people(path)
