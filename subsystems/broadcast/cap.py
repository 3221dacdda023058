"""An emergency as a file: the Common Alerting Protocol 1.2, bytes to values (ITU-T X.1303).

Law: takes bytes and returns values; opens nothing. Whatever the bytes are, no entity is resolved,
no address opened, no more than `MAX_BYTES` and `MAX_DEPTH` read; a file that is not valid by the
official schema, or by what the schema cannot say, is an error that names its line. What an alert
means at this station is `cap_meaning`'s.

    alert ─┬─ identifier, sender, sent    its name; references name others
           ├─ status, msgType, scope      Actual and Public alone are for people
           └─ info, one a language ─┬─ urgency, severity, effective, expires
                                    ├─ headline, description, instruction
                                    └─ area: name, geocode
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
from lxml import etree

from protocol.errors import OperatorError
from protocol.plausible import FIRST, LAST
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MAX_BYTES = 512 * 1024
MAX_DEPTH = 16
"""A valid alert is five deep."""
MAX_INFOS = 40
LONGEST = 400
"""Characters of the parser's words that are passed on."""
DEFAULT_LANGUAGE = "en-US"
"""CAP 1.2, 3.2.2: an info without a language."""
_NAME = re.compile(r"[^\s,<&]+")
"""CAP 1.2, 3.2.1: identifier and sender have no spaces, commas or restricted characters."""


class Reference(msgspec.Struct, frozen=True):
    """The name of an alert.

    Attributes:
        sender: who sent it.
        identifier: unique with this sender.
        sent: when.
    """

    sender: str
    identifier: str
    sent: Instant

    @property
    def text(self) -> str:
        """As other alerts refer to it."""
        return f"{self.sender},{self.identifier},{self.sent.astimezone(UTC).isoformat()}"


class Area(msgspec.Struct, frozen=True):
    """Where it is.

    Attributes:
        description: in words.
        geocodes: ``name=value``.
    """

    description: str
    geocodes: tuple[str, ...] = ()


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What is told in one language.

    Attributes:
        language: tag (BCP 47).
        event: what happens.
        urgency: Immediate, Expected, Future, Past, Unknown.
        severity: Extreme, Severe, Moderate, Minor, Unknown.
        certainty: Observed, Likely, Possible, Unlikely, Unknown.
        responses: what people shall do, e.g. Evacuate, AllClear.
        effective: told from then on, None: at once.
        onset: when the event is expected to begin.
        expires: not told from then on, None: not said.
        headline: in few words.
        description: of the event.
        instruction: what to do.
        areas: where.
    """

    language: str
    event: str
    urgency: str
    severity: str
    certainty: str
    responses: tuple[str, ...] = ()
    effective: Instant | None = None
    onset: Instant | None = None
    expires: Instant | None = None
    headline: str = ""
    description: str = ""
    instruction: str = ""
    areas: tuple[Area, ...] = ()


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert.

    Attributes:
        name: what it is referred to by.
        status: Actual, Exercise, System, Test, Draft.
        kind: Alert, Update, Cancel, Ack, Error.
        scope: Public, Restricted, Private.
        references: alerts that it is about.
        infos: one or more a language.
        note: for people.
    """

    name: Reference
    status: str
    kind: str
    scope: str
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()
    note: str = ""


def read_alert(raw: bytes, name: str) -> Alert:
    """Return the alert in `raw`.

    Args:
        raw: the file.
        name: of the file, for errors.

    Raises:
        OperatorError: too large, not XML, with a DOCTYPE, too deep, not valid; `where` is
            ``name:line``.
    """
    root = _parse(raw, name)
    _validate(root, name)
    return _Reader(name).alert(root)


def _parse(raw: bytes, name: str) -> etree._Element:
    if len(raw) > MAX_BYTES:
        raise OperatorError(f"{len(raw)} bytes are more than {MAX_BYTES}", where=name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise OperatorError(f"not XML: {error.msg}", where=f"{name}:{error.lineno or 1}") from error
    except ValueError as error:
        raise OperatorError(f"not XML: {error}", where=name) from error
    if root.getroottree().docinfo.doctype:
        raise OperatorError("a DOCTYPE is not allowed: take it out", where=f"{name}:1")
    _check_depth(root, name)
    return root


def _check_depth(root: etree._Element, name: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            message = f"elements are nested deeper than {MAX_DEPTH}"
            raise OperatorError(message, where=f"{name}:{element.sourceline}")


@cache
def _schema() -> etree.XMLSchema:
    text = resources.files("subsystems.broadcast").joinpath("schema/cap12.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text))


def _validate(root: etree._Element, name: str) -> None:
    schema = _schema()
    if schema.validate(root):
        return
    first = next(iter(schema.error_log))
    message = first.message.replace(f"{{{NAMESPACE}}}", "")[:LONGEST]
    raise OperatorError(f"not valid CAP 1.2: {message}", where=f"{name}:{first.line}")


class _Reader:
    """Elements to values; what the schema cannot say is checked here."""

    def __init__(self, name: str) -> None:
        self._name = name

    def alert(self, root: etree._Element) -> Alert:
        infos = tuple(self._info(each) for each in _all(root, "info"))
        if len(infos) > MAX_INFOS:
            raise OperatorError(f"more than {MAX_INFOS} infos", where=self._at(root))
        kind = _text(root, "msgType")
        references = tuple(self._references(root))
        if kind in {"Update", "Cancel"} and not references:
            raise OperatorError(f"a {kind} must name what it is about", where=self._at(root))
        if kind in {"Alert", "Update"} and not infos:
            raise OperatorError(f"a {kind} without info says nothing", where=self._at(root))
        return Alert(
            name=Reference(
                self._named(root, "sender"),
                self._named(root, "identifier"),
                self._instant(root, "sent") or FIRST,
            ),
            status=_text(root, "status"),
            kind=kind,
            scope=_text(root, "scope"),
            references=references,
            infos=infos,
            note=_text(root, "note"),
        )

    def _info(self, info: etree._Element) -> Info:
        effective, expires = self._instant(info, "effective"), self._instant(info, "expires")
        if effective is not None and expires is not None and expires <= effective:
            raise OperatorError("it expires before it is effective", where=self._at(info))
        return Info(
            language=_text(info, "language") or DEFAULT_LANGUAGE,
            event=_text(info, "event"),
            urgency=_text(info, "urgency"),
            severity=_text(info, "severity"),
            certainty=_text(info, "certainty"),
            responses=tuple((each.text or "").strip() for each in _all(info, "responseType")),
            effective=effective,
            onset=self._instant(info, "onset"),
            expires=expires,
            headline=_text(info, "headline"),
            description=_text(info, "description"),
            instruction=_text(info, "instruction"),
            areas=tuple(_area(each) for each in _all(info, "area")),
        )

    def _references(self, root: etree._Element) -> Iterator[Reference]:
        for word in _text(root, "references").split():
            parts = word.split(",")
            if len(parts) != 3:  # noqa: PLR2004 - CAP 1.2, 3.2.1
                message = f"a reference is sender,identifier,sent, not {word[:80]!r}"
                raise OperatorError(message, where=self._at(root))
            yield Reference(parts[0], parts[1], self._read_instant(parts[2], root))

    def _named(self, element: etree._Element, tag: str) -> str:
        text = _text(element, tag)
        if not _NAME.fullmatch(text):
            message = f"{tag} has no spaces, commas, < or &, and is not empty"
            raise OperatorError(message, where=self._at(element, tag))
        return text

    def _instant(self, element: etree._Element, tag: str) -> Instant | None:
        text = _text(element, tag)
        return self._read_instant(text, element, tag) if text else None

    def _read_instant(self, text: str, element: etree._Element, tag: str = "") -> Instant:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not FIRST <= at <= LAST:
            message = f"{text[:40]!r} is no instant with an offset"
            raise OperatorError(message, where=self._at(element, tag))
        return at

    def _at(self, element: etree._Element, tag: str = "") -> str:
        found = element.find(f"{{{NAMESPACE}}}{tag}") if tag else None
        place = element if found is None else found
        return f"{self._name}:{place.sourceline}"


def _all(element: etree._Element, tag: str) -> list[etree._Element]:
    return element.findall(f"{{{NAMESPACE}}}{tag}")


def _text(element: etree._Element, tag: str) -> str:
    return " ".join((element.findtext(f"{{{NAMESPACE}}}{tag}") or "").split())


def _area(area: etree._Element) -> Area:
    codes = (f"{_text(each, 'valueName')}={_text(each, 'value')}" for each in _all(area, "geocode"))
    return Area(_text(area, "areaDesc"), tuple(codes))
