"""What an action of the API is, and how a path finds its one.

Law: values and pure look-up. From the table of actions follow routing, decoding, permission, the
page's token, the audit of what is denied, and the OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.accounts.roles import Permission
    from hub.accounts.session import Account

ROOT = "/api/v1"


@dataclass(frozen=True)
class Call:
    """One request, let in.

    Attributes:
        account: who asks; None: nobody, of an action that asks for nobody.
        session: hash of the token, "".
        path: parameters of the path, by name.
        query: what came after the ``?``, decoded to the action's type; None: it takes none.
        body: likewise of the body.
        address: where it came from.
    """

    account: Account | None
    session: str
    path: dict[str, str]
    query: Any
    body: Any
    address: str

    @property
    def by(self) -> Account:
        """Who asks.

        Raises:
            OperatorError: nobody: the action's table asks for no permission.
        """
        if self.account is None:
            raise OperatorError("log in first")
        return self.account


@dataclass(frozen=True)
class Action:
    """One thing that can be asked for, or done.

    Attributes:
        name: unique; in the audit and the document, e.g. ``run.command``.
        method: ``GET`` reads, ``POST`` changes.
        path: below `ROOT`, with ``{parameters}``.
        permission: who may; None: everybody, without being logged in.
        gives: type of the answer.
        do: does it, with the `hub.console.office.Office`; returns the answer or a Deferred of it.
        takes: type of the body, None: none.
        query: type of what comes after the ``?``, all of it with defaults; None: nothing.
        summary: one sentence in English.
        audited: what is denied is recorded; what is done, whoever does it records.
    """

    name: str
    method: str
    path: str
    permission: Permission | None
    gives: Any
    do: Callable[[Any, Call], Any]
    summary: str
    takes: Any = None
    query: Any = None
    streams: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the path's parameters."""
        return tuple(part[1:-1] for part in _parts(self.path) if part.startswith("{"))


@dataclass(frozen=True)
class Found:
    """What a path leads to.

    Attributes:
        actions: by method; empty: nothing is there.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)


def find(actions: Iterable[Action], path: str) -> Found:
    """Return what is at `path`, without `ROOT`. What is written out goes before a parameter."""
    asked = _parts(path)
    best: Found | None = None
    for action in actions:
        matched = _match(_parts(action.path), asked)
        if matched is None:
            continue
        if best is None or len(matched) < len(best.path):
            best = Found({action.method: action}, matched)
        elif len(matched) == len(best.path):
            best.actions.setdefault(action.method, action)
    return best or Found()


def _match(pattern: list[str], asked: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(asked):
        return None
    found: dict[str, str] = {}
    for part, given in zip(pattern, asked, strict=True):
        if part.startswith("{") and given:
            found[part[1:-1]] = given
        elif part != given:
            return None
    return found


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")
