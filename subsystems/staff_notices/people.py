"""Who may sign: persons with a number and a secret PIN, if the station keeps such a list.

Law: a PIN is never kept, only its bcrypt hash, and never logged. Without a list whoever stands at
the terminal signs on with a name or a number, and the audit says that nobody checked it.

    secrets/staff-notices-people      one person a line: NUMBER<tab>NAME<tab>HASH
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import bcrypt
import msgspec

from protocol.errors import OperatorError
from protocol.times import Instant

if TYPE_CHECKING:
    from pathlib import Path

FILE = "staff-notices-people"
LONGEST_NAME = 40
SHORTEST_PIN, LONGEST_PIN = 4, 32
_FIELDS = 3
_BYTES = 72
"""More than that bcrypt does not take."""


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's shift at one terminal.

    Attributes:
        id: made by the terminal; whoever has it signs as this person.
        post, terminal: where.
        person: as the audit names them: name, or number and name.
        checked: by a PIN.
        began_at: station time by the terminal's clock.
        received_at: when it came here.
        ended_at: None: it lasts.
    """

    id: str
    post: str
    terminal: str
    person: str
    checked: bool = False
    began_at: Instant
    received_at: Instant
    ended_at: Instant | None = None


@dataclass(frozen=True)
class Person:
    """One line of the list."""

    number: str
    name: str
    pin_hash: str

    @property
    def told(self) -> str:
        """As the audit names them."""
        return f"{self.number} {self.name}"


def read_people(path: Path) -> dict[str, Person] | None:
    """Return the list by number, None if the station keeps none.

    Raises:
        OperatorError: it cannot be read or has a line that is none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"cannot read the list of persons: {error}", where=str(path)) from error
    people: dict[str, Person] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != _FIELDS or not all(fields) or not fields[2].startswith("$2"):
            message = (
                "a line is NUMBER, NAME and HASH, tabs between; `station staff-notices person`"
            )
            raise OperatorError(message, where=f"{path}:{number}")
        people[fields[0]] = Person(*fields)
    return people


def new_person(number: str, name: str, pin: str) -> str:
    """Return the line of a person.

    Raises:
        OperatorError: number, name or PIN cannot be used.
    """
    if not number.strip() or "\t" in number or not name.strip() or "\t" in name:
        raise OperatorError("give a number and a name, without tabs")
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        raise OperatorError(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} characters")
    hashed = bcrypt.hashpw(pin.encode()[:_BYTES], bcrypt.gensalt()).decode()
    return f"{number}\t{name}\t{hashed}"


def check_pin(person: Person | None, pin: str) -> bool:
    """Return whether `pin` is that person's; takes some tenths of a second, whoever it is."""
    hashed = _nobody() if person is None else person.pin_hash.encode()
    right = bcrypt.checkpw(pin.encode()[:_BYTES], hashed)
    return right and person is not None


@cache
def _nobody() -> bytes:
    """Compared with when there is no such person, so that the answer tells nothing by its time."""
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt())
