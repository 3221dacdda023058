"""Mistakes in a station's configuration, and the error that carries all of them.

Law: values only. A mistake names its file and line and says what to do; mistakes are collected,
never raised one by one, so that a person mends a file once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Severity(StrEnum):
    """Whether the station can be loaded in spite of it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake.

    Attributes:
        file: path of the file as it was opened.
        line: counts from 1; 0 when the whole file is meant.
        message: what is wrong and what to do, one sentence.
        severity: ERROR: the station is not loaded.
    """

    file: str
    line: int
    message: str
    severity: Severity = Severity.ERROR

    @property
    def where(self) -> str:
        """``file:line``, the file alone when no line is meant."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.message}"


class ConfigErrors(OperatorError):  # noqa: N818 - it is about many, and called so by all
    """The configuration of a station cannot be used.

    Args:
        directory: the station's directory.
        mistakes: every one, warnings too, sorted by file and line.
    """

    def __init__(self, directory: Path, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        errors = [m for m in self.mistakes if m.severity is Severity.ERROR]
        listed = "".join(f"\n  {mistake}" for mistake in errors)
        count = f"{len(errors)} mistake{'' if len(errors) == 1 else 's'}"
        super().__init__(f"{count}, the station is not loaded{listed}", where=str(directory))


class Findings:
    """Collects the mistakes of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mistakes: list[Mistake] = []

    def error(self, line: int, message: str) -> None:
        """Note a mistake that forbids loading."""
        self.mistakes.append(Mistake(str(self.path), line, message))

    def warning(self, line: int, message: str) -> None:
        """Note something that is probably not meant."""
        self.mistakes.append(Mistake(str(self.path), line, message, Severity.WARNING))
