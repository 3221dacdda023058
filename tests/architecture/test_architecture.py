"""The house rules that no linter knows, held against every file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from station_config.load import load_station

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "hub",
    "one_way_feed",
    "protocol",
    "simulators",
    "station_config",
    "subsystems",
    "svg_layers",
)
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
STATIONS = ROOT / "station_config" / "stations"

LONGEST = 330
LONGER = {
    "station_config/model.py": 400,
    "station_config/runtime/web.py": 375,
}
"""Files that are to be split; none may join them."""

MIGRATIONS = "hub/store/migrations/"
"""Each is one step of the schema, and says which."""

NO_NAMES = re.compile(r"(Manager|Helper|Util|Utils|Handler|Processor|Engine)$")
"""Words that say nothing about what a class is for."""

GLOBAL_REACTOR = {"station_config/runtime/process.py"}

BEYOND_ONE_SOURCE = {
    "architecture": "about all files",
    "end_to_end": "about all processes together",
    "hub/broker/access": "who may say and hear what, on both brokers",
    "hub/console/web_memory": "a page of hub/console/web through a shift",
    "hub/console/web_workflows": "what dispatchers do at hub/console/web/js/trains in a browser",
    "hub/console/web_diagram": "the diagram of hub/console/web in the whole console",
    "hub/console/web_duty": "the pages of duty in hub/console/web in a browser",
    "hub/console/web_station": "the pages of hub/console/web with a whole station behind them",
    "hub/diagram/labels": "what svg_layers draws, as a browser sets it",
    "hub/diagram/page": "the files of hub/console/web/diagram in a browser",
    "hub/kernel/imported_days": "rules over days that were really run",
    "hub/kernel/life": "every quality of a run with every other",
    "hub/operations_histories": "a whole hub's histories",
    "hub/operations_clear": "what persons set, taken back, through a whole hub",
    "hub/operations_manual": "persons' commands through a whole hub",
    "hub/operations_manual_histories": "histories with persons in them",
    "hub/two_hubs": "hubs as processes, on one database and on two",
    "hub/reference": "a second, slow hub to compare with",
    "one_way_feed/corruption": "sender and receiver over a bad line",
    "one_way_feed/link": "sender and receiver over a good one",
    "one_way_feed/line_troubles": "a line that is pulled, held or cut",
    "one_way_feed/merge_histories": "histories of several lines",
    "one_way_feed/one_way": "what the receiver asks of the system",
    "simulators/conformance/devices": "the kit against devices as processes",
    "simulators/conformance/mutants": "the kit against broken devices",
    "simulators/replay/readers": "the readers of all formats",
    "station_config/any_text": "any bytes in any file of a station",
    "station_config/imports/2016_file": "the real file",
    "station_config/runtime/mqtt_tls": "a connection through TLS",
    "svg_layers/odd_stations": "stations of every kind, from their files to the drawing",
    "subsystems/broadcast/any_day": "any day of the scheduler, with restarts",
    "subsystems/clock/page": "the files of web/ in a browser",
    "subsystems/display/notices": "web/notices.js in a browser",
    "subsystems/display/page": "the files of web/ in a browser",
    "subsystems/display/selection": "web/select.js against the protocol",
    "subsystems/kit/with_the_hubs_publisher": "the seam to the hub",
    "subsystems/query/notices": "web/notices.js in a browser",
    "subsystems/query/page": "the files of web/ in a browser",
}
"""Tests that have no one source, by their path without ``test_``: what they are about."""

TELLS_OF_STATIONS = {
    "one_way_feed/vectors.py": "test vectors are of a real day",
    "simulators": "the demo and the benches show a station that is shipped",
}
EXAMPLES = {"examples", "help", "epilog"}
"""Arguments that show people what to write."""


def name_of(path):
    return path.relative_to(ROOT).as_posix()


TREES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def test_there_is_something_to_look_at():
    assert len(TREES) > 200


@pytest.mark.parametrize("name", TREES)
def test_a_module_begins_with_its_law(name):
    said = ast.get_docstring(TREES[name])
    assert said, "it says nothing"
    if not name.endswith("__init__.py") and not name.startswith(MIGRATIONS):
        assert re.search(r"\b[Ll]aw\b", said), "its docstring names no law"


@pytest.mark.parametrize("name", TREES)
def test_a_file_can_be_read_in_one_sitting(name):
    lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
    assert lines <= LONGER.get(name, LONGEST)


def test_what_may_be_longer_still_is():
    still = {n for n in LONGER if len((ROOT / n).read_text().splitlines()) > LONGEST}
    assert still == set(LONGER)


def test_the_global_reactor_is_imported_in_one_place():
    assert {name for name, tree in TREES.items() if imports_reactor(tree)} == GLOBAL_REACTOR


def imports_reactor(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        else:
            continue
        if "twisted.internet.reactor" in names:
            return True
    return False


def test_classes_are_named_for_what_they_are():
    bad = {
        f"{name}: {node.name}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and NO_NAMES.search(node.name)
    }
    assert bad == set()


def test_tests_stand_where_their_source_stands():
    tests = map(name_of, (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in tests if not is_mirrored(name) and not is_beyond(name)} == set()


def is_mirrored(test):
    path = Path(test)
    source = ROOT.joinpath(*path.parts[1:-1], path.stem.removeprefix("test_"))
    return source.with_suffix(".py").is_file() or source.is_dir()


def is_beyond(test):
    path = test.removeprefix("tests/").replace("test_", "").removesuffix(".py")
    return any(path == beyond or path.startswith(f"{beyond}/") for beyond in BEYOND_ONE_SOURCE)


def station_facts():
    """Return names, codes and train numbers of the shipped stations."""
    facts = set()
    for directory in STATIONS.iterdir():
        if not (directory / "station.xml").is_file():
            continue
        station = load_station(directory)
        facts |= {station.id, directory.name, *station.names.values(), *station.codes.values()}
        for row in station.timetable.rows:
            facts |= {row.arrival_number, row.departure_number} - {None}
    return facts


def told(tree):
    """Yield the strings of a module, but for what is written for people who read or call it."""
    shown = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            shown.add(node.value)
        if isinstance(node, ast.keyword) and node.arg in EXAMPLES:
            shown.update(ast.walk(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in shown:
            yield node.value


def test_no_station_stands_in_code():
    facts = station_facts()
    assert len(facts) > 100
    words = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(facts)))})(?![\w-])")
    found = {
        f"{name}: {match}"
        for name, tree in TREES.items()
        if not name.startswith(tuple(TELLS_OF_STATIONS))
        for text in told(tree)
        for match in words.findall(text)
    }
    assert found == set()
