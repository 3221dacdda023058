"""`station protocol …`: what is published about the protocol, written or compared with files.

Law: files only; every word is made in `protocol.published`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.runtime.command import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.published.schemas import Json

EXAMPLES = "examples"


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument(
        "--folder",
        type=Path,
        default=Path("docs/protocol"),
        metavar="DIR",
        help="where the documents are (default docs/protocol); its examples/ are written by hand",
    )
    actions.add_parser("write", help="write all documents anew", parents=[folder])
    actions.add_parser("check", help="exit with 1 if one is not up to date", parents=[folder])
    actions.add_parser("asyncapi", help="print the AsyncAPI document", parents=[folder])
    clauses = actions.add_parser("clauses", help="print the clauses")
    clauses.add_argument("--json", action="store_true", help="as JSON")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.action == "clauses":
        print(_clauses(as_json=arguments.json))  # noqa: T201 - the answer
        return 0
    files = published(read_examples(arguments.folder / EXAMPLES))
    if arguments.action == "asyncapi":
        print(files["asyncapi.json"], end="")  # noqa: T201
        return 0
    if arguments.action == "write":
        for name, text in files.items():
            path = arguments.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    stale = stale_files(arguments.folder, files)
    if stale:
        print(f"not up to date: {', '.join(stale)}; run: station protocol write")  # noqa: T201
    return 1 if stale else 0


def read_examples(folder: Path) -> dict[str, list[tuple[str, Json]]]:
    """Return the examples by type: name of the file without suffix, and the message.

    Raises:
        OperatorError: a file cannot be read or is not JSON.
    """
    found: dict[str, list[tuple[str, Json]]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            message = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OperatorError(f"no example: {error}", where=str(path)) from error
        found.setdefault(message["t"], []).append((path.stem, message))
    return found


def published(examples: Mapping[str, list[tuple[str, Json]]]) -> dict[str, str]:
    """Return the text of every document by its path under ``docs/protocol``."""
    from protocol.messages import BODY_TYPES  # noqa: PLC0415 - light until run
    from protocol.published.asyncapi import asyncapi  # noqa: PLC0415
    from protocol.published.document import document  # noqa: PLC0415
    from protocol.published.page import page  # noqa: PLC0415
    from protocol.published.schemas import message_schema  # noqa: PLC0415
    from station_config.protocol_words import meanings  # noqa: PLC0415

    words = meanings()
    api = asyncapi(examples, words)
    schemas = {f"schemas/{name}.json": _json(message_schema(name)) for name in BODY_TYPES}
    return {
        "README.md": document(words),
        "asyncapi.json": _json(api),
        "index.html": page(api),
        **schemas,
    }


def stale_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Return the names of documents that are missing, differ, or are published no more."""
    stale = [name for name, text in files.items() if not _same(folder / name, text)]
    kept = {path.name for path in (folder / "schemas").glob("*.json")}
    gone = [f"schemas/{name}" for name in kept if f"schemas/{name}" not in files]
    return sorted(stale + gone)


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _clauses(*, as_json: bool) -> str:
    from protocol.clauses import CLAUSES  # noqa: PLC0415 - light until run

    if as_json:
        rows = [
            {
                name: str(getattr(each, name))
                for name in ("id", "party", "level", "zh", "en", "text")
            }
            for each in CLAUSES.values()
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return "\n".join(
        f"{each.id:<8}{each.level:<8}{each.party:<16}{each.en}" for each in CLAUSES.values()
    )


PROTOCOL = Command(
    summary="the open protocol: clauses, AsyncAPI, documents",
    configure=_configure,
    run=_run,
    examples="""\
  station protocol clauses            every normative sentence, by number
  station protocol asyncapi           AsyncAPI 3.0, made from the message types
  station protocol write              docs/protocol anew, after a change in protocol/
  station protocol check              for CI: are they up to date?""",
)
