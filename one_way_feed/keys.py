"""The key file of a link: made on the dispatching side, carried only inward, never logged.

Law: the one place that reads and writes a key file. Two keys may live at a time, for rotation. A
file that others may read is refused.

    link = 1
    active = 0

    [keys]
    0 = "64 hexadecimal digits"
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Annotated

import msgspec

from one_way_feed.keyring import KEY_IDS, LINKS, KeyRing, new_keys, rotated
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LINKS", "KeyRing", "load_keys", "new_keys", "rotated", "save_keys"]

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    link: Annotated[int, msgspec.Meta(ge=0, lt=LINKS)]
    active: Annotated[int, msgspec.Meta(ge=0, lt=KEY_IDS)]
    keys: dict[str, Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]]


def load_keys(path: Path) -> KeyRing:
    """Read a key file.

    Raises:
        OperatorError: it is missing, unreadable, open to others, or malformed.
    """
    try:
        mode = path.stat().st_mode
        if mode & OTHERS:
            message = f"others may read these keys; say: chmod 600 {path}"
            raise OperatorError(message, where=str(path))
        content = msgspec.toml.decode(path.read_bytes(), type=_KeyFile)
    except OSError as error:
        raise OperatorError(f"cannot read the keys: {error.strerror}", where=str(path)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        # The reason is msgspec's and names the key's place; a value of the file never stands in it.
        raise OperatorError(f"not a key file: {error}", where=str(path)) from None
    keys = {int(k): bytes.fromhex(v) for k, v in content.keys.items() if k in {"0", "1"}}
    if len(keys) != len(content.keys) or content.active not in keys:
        message = "a key file has keys 0, 1 or both, and the active one among them"
        raise OperatorError(message, where=str(path))
    return KeyRing(content.link, content.active, keys)


def save_keys(ring: KeyRing, path: Path, *, replace: bool) -> None:
    """Write a key file that only its owner may read, all of it or nothing.

    Raises:
        OperatorError: it exists and `replace` is False, or cannot be written.
    """
    lines = [f'{key_id} = "{key.hex()}"' for key_id, key in sorted(ring.keys.items())]
    text = f"link = {ring.link}\nactive = {ring.active}\n\n[keys]\n" + "\n".join(lines) + "\n"
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            fresh.replace(path)
        else:
            os.link(fresh, path)
            fresh.unlink()
    except FileExistsError as error:
        fresh.unlink(missing_ok=True)
        message = "there are keys already; `rotate` makes a second one beside them"
        raise OperatorError(message, where=str(path)) from error
    except OSError as error:
        raise OperatorError(f"cannot write: {error.strerror}", where=str(path)) from error
