"""A new subsystem: its six files, its page, its tests, and its names in `pyproject.toml`.

Law: writes what is not there and changes nothing else; it refuses before it has written anything.
The files are in ``template/``, one each, with ``$name`` in their places; Ruff sorts and wraps what
depends on the name's letters. What is made passes every check (the tests make some and see).
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
import tomllib
from importlib import resources
from importlib.util import find_spec
from string import Template
from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
_PROJECT = "pyproject.toml"
_SUFFIX = ".txt"
_TESTS = "tests"
_MODEL = "clock"
"""The subsystem beside whose names the new ones are written."""


def create(root: Path, name: str) -> list[Path]:
    """Write the subsystem `name`; return the files that were written or changed.

    Args:
        root: of a checkout of the project.
        name: what it is called; also its type in the protocol.

    Raises:
        OperatorError: the name cannot be used, it is there already, or `root` is no checkout.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise OperatorError("a name is 2 to 20 small letters and digits", where=name)
    project = root / _PROJECT
    if not project.is_file() or not (root / "subsystems" / "kit").is_dir():
        raise OperatorError(
            "no checkout of the project: go there, or name it with --root", where=str(root)
        )
    folder = root / "subsystems" / name
    if folder.exists():
        raise OperatorError("is there already", where=str(folder))
    if find_spec("ruff") is None:
        raise OperatorError("Ruff is needed: pip install -e .[dev]", where=str(root))
    text = _with_names(project.read_text(encoding="utf-8"), name)
    written = [_write(path, body) for path, body in _files(root, name)]
    _tidy(root, [path for path in written if path.suffix == ".py"])
    project.write_text(text, encoding="utf-8")
    return [*written, project]


def _files(root: Path, name: str) -> Iterator[tuple[Path, str]]:
    for parts, entry in _entries(resources.files("subsystems.kit").joinpath("template"), ()):
        body = Template(entry.read_text(encoding="utf-8")).safe_substitute(
            name=name, Name=name.capitalize(), NAME=name.upper()
        )
        *folders, file = parts
        file = file.removesuffix(_SUFFIX)
        if folders == [_TESTS]:
            yield root / _TESTS / "subsystems" / name / file, body
        else:
            yield root.joinpath("subsystems", name, *folders, file), body


def _entries(
    folder: Traversable, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _entries(entry, (*above, entry.name))
        elif entry.name.endswith(_SUFFIX):
            yield (*above, entry.name), entry


def _write(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return path


def _tidy(root: Path, paths: list[Path]) -> None:
    files = [str(path.relative_to(root)) for path in paths]
    for words in (("check", "--select", "I", "--fix"), ("format",)):
        subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--quiet", *files], cwd=root, check=True
        )


def _with_names(project: str, name: str) -> str:
    """Return the text of ``pyproject.toml`` with the names of `name`."""
    beside = {
        f'{_MODEL} = "subsystems.{_MODEL}.command:{_MODEL.upper()}"': (
            f'{name} = "subsystems.{name}.command:{name.upper()}"'
        ),
        f'{_MODEL} = "subsystems.{_MODEL}.service:wire"': (
            f'{name} = "subsystems.{name}.service:wire"'
        ),
        **{
            f'    "subsystems.{_MODEL}.{part}",': f'    "subsystems.{name}.{part}",'
            for part in ("model", "machine", "view")
        },
    }
    for line, new in beside.items():
        project = project.replace(f"{line}\n", f"{line}\n{new}\n", 1)
    changed = project.replace(
        f'"subsystems.{_MODEL}"', f'"subsystems.{_MODEL}", "subsystems.{name}"'
    )
    _check(tomllib.loads(changed), name)
    return changed


def _check(project: dict[str, Any], name: str) -> None:
    points = project["project"]["entry-points"]
    contracts = project["tool"]["importlinter"]["contracts"]
    package = f"subsystems.{name}"
    named = [
        name in points["station.commands"],
        name in points["station.subsystems"],
        *(
            any(package in contract.get(key, ()) for contract in contracts)
            for key in ("modules", "containers", "forbidden_modules")
        ),
        any(f"{package}.view" in contract.get("source_modules", ()) for contract in contracts),
    ]
    if not all(named):
        raise OperatorError(
            f"has another shape than expected: {name} cannot be named there", where=_PROJECT
        )
