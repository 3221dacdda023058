"""What the tests of reliability share: a case to break, and the table of what was measured."""

import json
import os
from pathlib import Path

import pytest

from tests.end_to_end.reliability import RESULTS, Case


@pytest.fixture
def made_case(tmp_path, request):
    """Make a running case; at the end it is judged, and all its processes are ended."""
    made = []

    def make(broker, new_page, **options):
        case = Case(tmp_path, broker, new_page, **options)
        made.append(case)
        return case.open()

    yield make
    for case in made:
        try:
            if case.watch is not None:
                case.judge(request.node.name)
        finally:
            case.close()


@pytest.fixture
def station(made_case, broker, new_page):
    """Make a running station, with somebody who looks at all its screens."""
    return lambda **options: made_case(broker, new_page, **options)


def pytest_terminal_summary(terminalreporter):
    """Print what was measured, as the table of docs/reliability.md has it."""
    file = Path(os.environ.get(RESULTS, "/nonexistent"))
    if not file.is_file():
        return
    terminalreporter.section("reliability")
    columns = (
        *("case", "doubt_s", "alone_s", "takes_over_s", "live_s"),
        *("looks", "rows", "messages", "trains", "untrue"),
    )
    terminalreporter.write_line("| " + " | ".join(columns) + " |")
    terminalreporter.write_line("|" + "---|" * len(columns))
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        terminalreporter.write_line("| " + " | ".join(str(told.get(c, "")) for c in columns) + " |")
