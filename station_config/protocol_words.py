"""What the members of the protocol's enumerations mean, read from the source that defines them.

Law: reads the files of `protocol` and nothing else; the words under a member are its meaning.
"""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from protocol import commands, devices, messages, notices, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.published.meanings import Meanings

MODULES = (messages, runs, notices, commands, devices)


def meanings() -> Meanings:
    """Return by enumeration and value what it means; "" where nothing is said."""
    return {
        each.name: dict(_members(each))
        for module in MODULES
        for each in ast.parse(inspect.getsource(module)).body
        if isinstance(each, ast.ClassDef) and _is_enumeration(each)
    }


def _is_enumeration(kind: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in kind.bases)


def _members(kind: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for at, each in enumerate(kind.body):
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
            following = kind.body[at + 1 : at + 2]
            yield str(each.value.value), " ".join("".join(map(_words, following)).split())


def _words(each: ast.stmt) -> str:
    said = each.value if isinstance(each, ast.Expr) else None
    return str(said.value) if isinstance(said, ast.Constant) else ""
