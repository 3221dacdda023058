"""The `station` command: one word for every role, found through entry points.

Law: this file knows no role. A package offers a role under the entry-point group
``station.commands``; the module named there must be light (parser only), heavy imports happen in
`Command.run`, so that ``--help`` answers at once and the satellite loads no broker and no web.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points, version
from typing import TYPE_CHECKING

from protocol.errors import StationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROUP = "station.commands"
EXIT_ERROR = 1
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141
"""128 and the number of SIGINT, SIGPIPE: what a shell reports."""


@dataclass(frozen=True)
class Command:
    """One role of the command.

    Attributes:
        summary: one line for ``station --help``.
        configure: adds the role's arguments to its parser.
        run: does it; returns the exit code. A `StationError` is printed as one line.
        examples: shown under the role's own ``--help``.
    """

    summary: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    examples: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``station ROLE …``; return the exit code."""
    offered = {point.name: point for point in sorted(entry_points(group=GROUP))}
    arguments = list(sys.argv[1:] if argv is None else argv)
    role = next((a for a in arguments if not a.startswith("-")), None)
    wanted = {role: offered[role]} if role in offered else offered
    parsed = _parser(wanted).parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except StationError as error:
        print(f"station: {error}", file=sys.stderr)  # noqa: T201 - a command line's answer
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read us (`| head`) has had enough; what is still buffered would raise at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    return code


def _parser(offered: dict[str, EntryPoint]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="station",
        description="A railway station's passenger-information hub.",
        epilog="Begin with: station demo    Each role explains itself: station ROLE --help",
    )
    parser.add_argument("--version", action="version", version=version("station-hub"))
    roles = parser.add_subparsers(metavar="ROLE", required=True)
    for name, point in offered.items():
        command: Command = point.load()
        sub = roles.add_parser(
            name,
            help=command.summary,
            description=command.summary,
            epilog=f"examples:\n{command.examples}" if command.examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.configure(sub)
        sub.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
