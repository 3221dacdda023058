"""One XML file as a tree with places: parsed safely, kept even when it is not well-formed.

Law: no entity is resolved, no DTD read, no address opened, whatever the file says. What the tree
means is not known here; this module knows where in the file something stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from station_config.mistakes import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLLOWS_FROM_ANOTHER = frozenset({"ERR_SPACE_REQUIRED", "ERR_GT_REQUIRED"})
_UNCLOSED_QUOTE = frozenset({"ERR_LT_IN_ATTRIBUTE", "ERR_ATTRIBUTE_NOT_FINISHED"})


class Document:
    """A parsed file.

    Attributes:
        root: None when nothing could be read.
        well_formed: whether the file is XML; if not, `root` is what could be recovered.
        findings: mistakes in this file.
    """

    def __init__(self, path: Path) -> None:
        self.findings = Findings(path)
        self.root: etree._Element | None = None
        self.well_formed = False
        self._lines: list[str] = []
        try:
            content = path.read_bytes()
        except OSError as error:
            self.findings.error(0, f"cannot read: {error.strerror}")
            return
        self._lines = content.decode("utf-8", "replace").splitlines()
        self._parse(content)

    def _parse(self, content: bytes) -> None:
        parser = etree.XMLParser(
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
        )
        try:
            # None for a file without any element, which the types do not know
            self.root = cast("etree._Element | None", etree.fromstring(content, parser))  # noqa: SLF001 - so lxml calls it
        except etree.XMLSyntaxError as error:
            self.findings.error(error.lineno or 0, f"not XML: {error.msg}")
            return
        entries = list(parser.error_log)
        self.well_formed = not entries
        self._syntax(entries)
        if self.root is not None:
            etree.strip_elements(self.root, etree.Entity, with_tail=False)
        if self.root is not None and self.root.getroottree().docinfo.doctype:
            self.findings.error(
                1, "a DOCTYPE is not allowed: take it out, nothing is read from entities"
            )

    def _syntax(self, entries: list[etree._LogEntry]) -> None:
        """Note the syntax errors, without those that the parser only meets because of another."""
        last = ""
        for entry in entries:
            kind = entry.type_name
            follows = kind in _FOLLOWS_FROM_ANOTHER or {kind, last} <= _UNCLOSED_QUOTE
            if last and follows:
                continue
            last = kind
            message = f"not well-formed XML: {entry.message}; what is told below may follow from it"
            self.findings.error(entry.line, message)

    def line(self, element: etree._Element, attribute: str = "") -> int:
        """Return the line of `element`'s start tag, or of its `attribute` if it has it.

        libxml2 knows the line on which a start tag ends; a tag may stand on several.
        """
        end = element.sourceline or 1
        start = end
        opening = re.compile(rf"<{re.escape(str(element.tag))}(?![\w.-])")
        while start > 1 and not opening.search(self._text(start)):
            start -= 1
        if not opening.search(self._text(start)):
            start = end
        if attribute:
            wanted = re.compile(rf"(?<![\w.-]){re.escape(attribute)}\s*=")
            for number in range(start, end + 1):
                if wanted.search(self._text(number)):
                    return number
        return start

    def _text(self, number: int) -> str:
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def error(self, element: etree._Element, message: str, attribute: str = "") -> None:
        """Note a mistake at `element`, or at its `attribute`."""
        self.findings.error(self.line(element, attribute), message)

    def warning(self, element: etree._Element, message: str, attribute: str = "") -> None:
        """Note something that is probably not meant at `element`, or at its `attribute`."""
        self.findings.warning(self.line(element, attribute), message)

    def all(self, path: str, under: etree._Element | None = None) -> Iterator[etree._Element]:
        """Yield the elements at `path`, e.g. ``layouts/layout``, under `under` or the root."""
        base = self.root if under is None else under
        if base is not None:
            yield from base.iterfind(path)
