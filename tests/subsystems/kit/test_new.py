"""A subsystem that the command made passes everything that the project asks of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from protocol.errors import OperatorError
from subsystems.kit.new import create

ROOT = Path(__file__).parents[3]
COPIED = ("protocol", "station_config", "subsystems", "hub", "one_way_feed", "svg_layers")
ARCHITECTURE = "tests/architecture/test_architecture.py"
SIX = {"model.py", "machine.py", "view.py", "driver.py", "service.py", "command.py"}


@pytest.fixture
def checkout(tmp_path):
    """The project as far as a subsystem needs it."""
    root = tmp_path / "checkout"
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in (*COPIED, "simulators", "tests/architecture", "tests/subsystems/kit"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    for path in (*(ROOT / "tests").glob("*.py"), ROOT / "tests/subsystems/conftest.py"):
        shutil.copy(path, root / path.relative_to(ROOT))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def run(checkout, *words):
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["ab", "averyverylongnamehere"[:20]])
def test_any_name_is_wrapped_and_sorted(checkout, name):
    create(checkout, name)
    folders = (f"subsystems/{name}", f"tests/subsystems/{name}")
    for words in (("ruff", "check", *folders), ("ruff", "format", "--check", *folders)):
        code, said = run(checkout, *words)
        assert code == 0, said


def test_what_is_made_passes_every_check(checkout):
    written = create(checkout, "lamps")
    made = {p.name for p in (checkout / "subsystems/lamps").glob("*.py")} - {"__init__.py"}
    assert made == SIX
    assert {p.name for p in (checkout / "tests/subsystems/lamps").iterdir()} == {
        "test_machine.py",
        "test_service.py",
        "test_view.py",
    }
    assert all(path.is_file() for path in written)
    folders = ("subsystems/lamps", "tests/subsystems/lamps")
    for words in (
        ("ruff", "check", *folders),
        ("ruff", "format", "--check", *folders),
        ("mypy", "-p", "subsystems.lamps", "--cache-dir", str(checkout / ".mypy")),
        ("pytest", "-q", "-p", "no:cacheprovider", folders[1]),
        ("pytest", "-q", "-p", "no:cacheprovider", ARCHITECTURE, "-k", "lamps"),
    ):
        code, said = run(checkout, *words)
        assert code == 0, (words, said[-3000:])
    points = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points["station.commands"]["lamps"] == "subsystems.lamps.command:LAMPS"


def test_its_import_contracts_are_kept_and_can_be_broken(checkout):
    create(checkout, "lamps")
    lint = (
        "from importlinter.cli import lint_imports as lint; raise SystemExit(lint(no_cache=True))"
    )

    def linted():
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        words = [sys.executable, "-c", lint]
        return subprocess.run(
            words, cwd=checkout, env=environment, capture_output=True, check=False
        ).returncode

    assert linted() == 0
    view = checkout / "subsystems/lamps/view.py"
    view.write_text(view.read_text() + "\nimport subsystems.clock.model\n")
    assert linted() != 0


@pytest.mark.parametrize("bad", ["Lamps", "2lamps", "a", "lamp-post", "class", "kit", "clock"])
def test_a_bad_name_is_refused_before_anything_is_written(tmp_path, bad):
    for name in ("kit", "clock"):
        (tmp_path / "subsystems" / name).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OperatorError):
        create(tmp_path, bad)
    assert sorted(tmp_path.rglob("*")) == before


def test_somewhere_else_is_refused(tmp_path):
    with pytest.raises(OperatorError, match="--root"):
        create(tmp_path, "lamps")
