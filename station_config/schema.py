"""Validation against an XSD, every mistake at once, in sentences.

Law: what a document may hold stands in the XSD, hints included; here is only how libxml2's words
become ours. libxml2 stops checking an element's children at the first one that it does not expect:
that one is taken out of a copy and the rest validated again, until nothing unexpected is left.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from station_config.document import Document

SCHEMA = Path(__file__).with_name("station.xsd")
_STRUCTURE = "SCHEMAV_ELEMENT_CONTENT"
_MISSING_ATTRIBUTE = "SCHEMAV_CVC_COMPLEX_TYPE_4"
_UNKNOWN_ATTRIBUTE = "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_UNEXPECTED = re.compile(r"This element is not expected\.(?: Expected is (?:one of )?\((.*)\)\.)?")
_MISSING = re.compile(r"Missing child element\(s\)\.(?: Expected is (?:one of )?\((.*)\)\.)?")
_ATTRIBUTE = re.compile(r"Element '[^']*', attribute '([^']+)'")
_VALUE = re.compile(
    r"Element '[^']*'(?:, attribute '([^']+)')?: (?:\[facet|'.*' is not a valid)", re.DOTALL
)
_SET = re.compile(r"not an element of the set \{(.*)\}\.$")


@dataclass(frozen=True)
class _Fault:
    """One entry of libxml2's log with the element of the original document that it is about."""

    element: etree._Element
    kind: str
    message: str


@dataclass(frozen=True)
class _Rules:
    """An XSD: what checks, and its tree, into which those that it includes are put."""

    schema: etree.XMLSchema
    tree: etree._Element


@cache
def _rules(path: Path) -> _Rules:
    schema = etree.XMLSchema(etree.parse(path), attribute_defaults=True)
    tree = etree.parse(path).getroot()
    for include in list(tree.iterfind(f"{_XS}include")):
        tree.extend(deepcopy(_rules(path.with_name(include.get("schemaLocation", ""))).tree))
    return _Rules(schema, tree)


@cache
def element_names() -> frozenset[str]:
    """Return the names of all elements that a station may hold."""
    return frozenset(str(e.get("name")) for e in _rules(SCHEMA).tree.iter(f"{_XS}element"))


def validate(document: Document, path: Path = SCHEMA) -> None:
    """Note every violation of the schema in `document`; without any, fill in default values.

    Args:
        document: is checked.
        path: of the XSD.

    In a document that is not well-formed, elements that are missing or unexpected are not told:
    they follow from what the parser could not read.
    """
    if document.root is None:
        return
    rules = _rules(path)
    if rules.schema.validate(document.root):
        return
    faults = _faults(rules.schema, document.root)
    if not document.well_formed:
        faults = [f for f in faults if f.kind != _STRUCTURE]
    told: set[tuple[etree._Element, str]] = set()
    for fault in _merged(faults):
        attribute, message = _sentence(fault, rules.tree)
        key = (fault.element, attribute or message)
        if key not in told:  # libxml2 tells a bad value twice: the facet, then the type
            told.add(key)
            document.error(fault.element, message, attribute)


def _merged(faults: list[_Fault]) -> list[_Fault]:
    """Return `faults` without the attributes that are missing because they are misspelt."""
    misspelt = {f.element for f in faults if f.kind == _UNKNOWN_ATTRIBUTE}
    return [f for f in faults if f.kind != _MISSING_ATTRIBUTE or f.element not in misspelt]


def _faults(schema: etree.XMLSchema, root: etree._Element) -> list[_Fault]:
    """Return the faults of `root`, validating again without what was unexpected."""
    copy = deepcopy(root)
    original = dict(zip(list(copy.iter()), root.iter(), strict=True))
    faults: list[_Fault] = []
    pruned: set[etree._Element] = set()
    unexpected = [copy]
    while unexpected:
        found = _validated(schema, copy)
        unexpected = [
            element
            for element, fault in found
            if element is not copy and _UNEXPECTED.search(fault.message)
        ]
        for element, fault in found:
            if not (element in pruned and _MISSING.search(fault.message)):
                faults.append(replace(fault, element=original[element]))
        for element in unexpected:
            parent = element.getparent()
            if parent is not None:
                pruned.add(parent)
                parent.remove(element)
    return faults


def _validated(
    schema: etree.XMLSchema, root: etree._Element
) -> list[tuple[etree._Element, _Fault]]:
    schema.validate(root)
    faults = []
    for entry in schema.error_log:
        element = _find(root, entry)
        faults.append((element, _Fault(element, entry.type_name, entry.message)))
    return faults


def _find(root: etree._Element, entry: etree._LogEntry) -> etree._Element:
    """Return the element that `entry` is about.

    libxml2 writes paths that it cannot read itself when a name is not ASCII; then the line tells.
    """
    try:
        found = root.getroottree().xpath(entry.path or "")
    except etree.XPathError:
        found = [e for e in root.iter("*") if e.sourceline == entry.line]
        found = [e for e in found if f"Element '{e.tag!s}'" in entry.message]
    return found[0] if isinstance(found, list) and found else root


def _sentence(fault: _Fault, rules: etree._Element) -> tuple[str, str]:
    """Return (the attribute that is meant or "", what is wrong and what to do)."""
    element, tag = fault.element, str(fault.element.tag)
    if unexpected := _UNEXPECTED.search(fault.message):
        expected = _listed(unexpected[1])
        parent = element.getparent()
        inside = f" in <{parent.tag!s}>" if parent is not None else ""
        return "", f"<{tag}> does not belong here{inside}{expected}"
    if missing := _MISSING.search(fault.message):
        return "", f"<{tag}> is not complete{_listed(_needed(missing[1], rules))}"
    if fault.kind == _MISSING_ATTRIBUTE:
        name = fault.message.rpartition("The attribute '")[2].partition("'")[0]
        return "", f"<{tag}> needs the attribute {name}: {_hint(rules, tag, name) or 'add it'}"
    if fault.kind == _UNKNOWN_ATTRIBUTE:
        found = _ATTRIBUTE.search(fault.message)
        name = found[1] if found else ""
        return name, f"<{tag}> has no attribute {name}: mend its spelling or take it out"
    if value := _VALUE.search(fault.message):
        return value[1] or "", _bad_value(fault, rules, value[1])
    return "", f"<{tag}>: {fault.message.rpartition(': ')[2]}"


def _bad_value(fault: _Fault, rules: etree._Element, attribute: str | None) -> str:
    element = fault.element
    given = element.get(attribute, "") if attribute else (element.text or "")
    name = attribute or f"<{element.tag!s}>"
    if allowed := _SET.search(fault.message):
        choices = [c.strip().strip("'") for c in allowed[1].split(",")]
        wrong = [word for word in given.split() if word not in choices] or [given]
        return f"{name}: {_quoted(wrong)} is not known: use {', '.join(choices)}"
    hint = _hint(rules, str(element.tag), attribute or None)
    return f"{name}={given!r} cannot be read: {hint or fault.message}"


def _needed(expected: str | None, rules: etree._Element) -> str:
    """Return those of `expected` that may not be left out; libxml2 names all that are not there."""
    names = [name.strip() for name in (expected or "").split(",")]
    declared = [e for e in rules.iter(f"{_XS}element") if e.get("name") in names]
    optional = {e.get("name") for e in declared if e.get("minOccurs") == "0"}
    return ",".join([name for name in names if name not in optional] or names)


def _listed(expected: str | None) -> str:
    names = [f"<{n.strip()}>" for n in (expected or "").split(",") if n.strip()]
    return f": expected {' or '.join(names)}" if names else ": take it out"


def _quoted(words: list[str]) -> str:
    return ", ".join(repr(w) for w in words)


def _hint(rules: etree._Element, tag: str, attribute: str | None) -> str:
    """Return what the schema says about how to write the attribute (or text) of an element."""
    for kind in _types_of(rules, tag, attribute):
        for simple in rules.iterfind(f"{_XS}simpleType[@name='{kind}']"):
            info = simple.findtext(f"{_XS}annotation/{_XS}appinfo", "")
            choices = [str(e.get("value")) for e in simple.iter(f"{_XS}enumeration")]
            return " ".join(info.split()) or f"use {', '.join(choices)}"
    return ""


def _types_of(rules: etree._Element, tag: str, attribute: str | None) -> Iterator[str]:
    """Yield the names of the simple types of `attribute` in the elements called `tag`."""
    if attribute is None:
        yield "label"  # every text in a station is one
        return
    for element in rules.iterfind(f".//{_XS}element[@name='{tag}']"):
        named = rules.find(f"{_XS}complexType[@name='{element.get('type')}']")
        complex_type = element if named is None else named
        groups = [str(g.get("ref")) for g in complex_type.iterfind(f".//{_XS}attributeGroup")]
        shared = [rules.find(f"{_XS}attributeGroup[@name='{name}']") for name in groups]
        for owner in (complex_type, *(each for each in shared if each is not None)):
            for found in owner.iterfind(f".//{_XS}attribute[@name='{attribute}']"):
                yield str(found.get("type"))
