"""Whatever a file holds, a check answers with mistakes at lines of it; it never raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station_config.load import load_station
from station_config.mistakes import ConfigErrors, Severity

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FILES = ("station.xml", "places.csv", "timetable.csv")


def check_both(draft):
    mistakes = draft.check()
    errors = [m for m in mistakes if m.severity is Severity.ERROR]
    if errors:
        with pytest.raises(ConfigErrors) as caught:
            load_station(draft.directory)
        assert list(caught.value.mistakes) == mistakes
    else:
        load_station(draft.directory)
    for mistake in mistakes:
        lines = len(Path(mistake.file).read_bytes().splitlines()) + 1
        assert 0 <= mistake.line <= lines
        assert mistake.message


@SETTINGS
@given(
    name=st.sampled_from(FILES),
    position=st.floats(0, 1),
    length=st.integers(0, 60),
    new=st.text(max_size=8) | st.sampled_from(['"', "<", ">", ",", "&", "</", "id=", "\n", "1"]),
)
def test_a_spoiled_file_is_told_and_never_raises(draft, name, position, length, new):
    path = draft.directory / name
    original = path.read_bytes()
    text = original.decode()
    start = int(position * len(text))
    try:
        path.write_bytes((text[:start] + new + text[start + length :]).encode("utf-8", "replace"))
        check_both(draft)
    finally:
        path.write_bytes(original)


@SETTINGS
@given(name=st.sampled_from(FILES), content=st.binary(max_size=200))
def test_any_bytes_are_told_and_never_raise(draft, name, content):
    path = draft.directory / name
    original = path.read_bytes()
    try:
        path.write_bytes(content)
        check_both(draft)
    finally:
        path.write_bytes(original)
