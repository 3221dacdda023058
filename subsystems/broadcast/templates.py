"""The words of announcements: templates with places for values, and which one is used.

Law: pure. A template says for which trains it is; the most particular one is used, a station's own
before a shipped one. Everything that could go wrong when it is spoken is found when it is read: a
place that its kind has no value for, a value that may be missing outside of brackets.

    开往{destination}的{train}次列车开始检票[，请到{gates}检票口]。
              └ a value that is always there          └ told only if every value in it is known
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from protocol.runs import Role
from subsystems.broadcast.facts import USES, VARIANTS, Slot, certain
from subsystems.broadcast.model import Kind
from subsystems.broadcast.reading.grammar import NumberWords

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"\{([^{}]*)\}|([\[\]])|([^{}\[\]]+)|([{}])")


@dataclass(frozen=True)
class Words:
    """Words that stand as they are."""

    text: str


@dataclass(frozen=True)
class Value:
    """A place for a value."""

    slot: Slot


@dataclass(frozen=True)
class Maybe:
    """Told only if every value in it is known."""

    nodes: tuple[Words | Value, ...]


Node = Words | Value | Maybe


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words of one kind of announcement.

    Attributes:
        kind: of announcement.
        text: the words.
        roles: trains that it is for, by what they do here; empty: all.
        categories: likewise, by category; empty: all.
        variant: of `subsystems.broadcast.facts.VARIANTS`; "" for the usual words.
    """

    kind: Kind
    text: str
    roles: tuple[Role, ...] = ()
    categories: tuple[str, ...] = ()
    variant: str = ""


class GroupWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words for several of one kind at once.

    Attributes:
        kind: of announcement.
        intro: before them, without places.
        item: one of them, as a template.
        outro: after them.
    """

    kind: Kind
    intro: str
    item: str
    outro: str = ""


class TemplateFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A station's own templates in one language: before the shipped ones."""

    say: tuple[Template, ...] = ()
    groups: tuple[GroupWords, ...] = ()


class LanguageWords(TemplateFile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The shipped words of one language.

    Attributes:
        numbers: words of numbers.
        letters: how single letters are said.
        joiner: between two numbers of one train.
        listed: before the last of several, and between the others.
    """

    numbers: NumberWords
    letters: dict[str, str]
    joiner: str
    listed: tuple[str, str]


def parsed(text: str) -> tuple[Node, ...]:
    """Return the nodes of a template.

    Raises:
        OperatorError: a bracket or brace has no partner, or a place has no such name.
    """
    nodes: list[Node] = []
    inner: list[Words | Value] | None = None
    for name, bracket, words, stray in _TOKEN.findall(text):
        if stray or bracket == ("[" if inner is not None else "]"):
            raise OperatorError(f"{stray or bracket!r} has no partner in {text!r}: mend it")
        if bracket:
            if inner is not None:
                nodes.append(Maybe(tuple(inner)))
            inner = [] if inner is None else None
            continue
        node = Words(words) if words else Value(_slot(name))
        (nodes if inner is None else inner).append(node)
    if inner is not None:
        raise OperatorError(f"'[' has no partner in {text!r}: close it")
    return tuple(nodes)


def check_template(template: Template, text: str) -> None:
    """Check `text`, the words of `template`, or of one of a group.

    Raises:
        OperatorError: it cannot be spoken of every train that the template is for.
    """
    if template.kind not in USES:
        raise OperatorError(f"{template.kind} is a person's words: it has no template")
    if template.variant and template.variant not in VARIANTS.get(template.kind, ()):
        raise OperatorError(f"{template.kind} has no variant {template.variant!r}")
    known, sure = set(USES[template.kind]), certain(template.kind, template.variant)
    for node in parsed(text):
        inside = node.nodes if isinstance(node, Maybe) else (node,)
        slots = {each.slot for each in inside if isinstance(each, Value)}
        if unknown := sorted(slots - known):
            listed = ", ".join(sorted(known))
            raise OperatorError(f"{template.kind} knows no {{{unknown[0]}}}: use {listed}")
        if isinstance(node, Maybe) and not slots:
            raise OperatorError(f"brackets in {text!r} have no value: take them out")
        if not isinstance(node, Maybe) and (missing := sorted(slots - sure)):
            message = f"{{{missing[0]}}} of {template.kind} may be unknown: put it in [brackets]"
            raise OperatorError(message)


def chosen(
    templates: tuple[Template, ...], kind: Kind, variant: str, role: Role | None, category: str
) -> Template | None:
    """Return the template for such a train: with the most selectors, the first among equals."""
    fitting = [
        t
        for t in templates
        if t.kind is kind
        and t.variant == variant
        and (not t.roles or role in t.roles)
        and (not t.categories or category in t.categories)
    ]
    weight = {id(t): bool(t.roles) + bool(t.categories) for t in fitting}
    return max(fitting, key=lambda t: weight[id(t)], default=None)


def variants(kind: Kind) -> Iterator[str]:
    """Yield the variants of `kind`, the usual words first."""
    yield from VARIANTS.get(kind, ("",))


def _slot(name: str) -> Slot:
    try:
        return Slot(name)
    except ValueError:
        listed = ", ".join(Slot)
        raise OperatorError(f"there is no place {{{name}}}: use {listed}") from None
