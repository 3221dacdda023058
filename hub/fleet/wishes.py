"""What is wanted of a device and how it is set up, changed field by field. Pure.

Law: a change makes a whole new `Want` or `Config` with the next revision; no change, no revision.
A value of None takes a field back, so that it is left to the device again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.devices import Config, Want
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

Leaf = str
"""``want`` or ``cfg``: the last part of the topic."""

KINDS: dict[Leaf, type[Want | Config]] = {"want": Want, "cfg": Config}
FREE: dict[Leaf, str] = {"want": "values", "cfg": "options"}
"""The field that takes names whose meaning the maker gives."""

Wish = Want | Config


def changed(leaf: Leaf, held: Wish | None, fields: Mapping[str, object]) -> Wish:
    """Return `held` with `fields` changed; the same object if nothing changes.

    Args:
        leaf: ``want`` or ``cfg``.
        held: what holds now, None: nothing yet.
        fields: by name; a name that the type has not goes into `FREE`; None takes it back.

    Raises:
        OperatorError: a value is not one of its field's.
    """
    kind, free = KINDS[leaf], FREE[leaf]
    known = set(kind.__struct_fields__) - {"revision", free}
    before = {} if held is None else msgspec.to_builtins(held)
    after = dict(before)
    loose = dict(before.get(free, {}))
    for name, value in fields.items():
        if name == "revision":
            raise OperatorError("the revision is the hub's to give", where=leaf)
        place = after if name in known else loose
        place.pop(name, None)
        if value is not None:
            place[name] = value
    after[free] = loose
    revision = 0 if held is None else held.revision
    made = _made(kind, {**after, "revision": revision}, leaf)
    if held is not None and made == held:
        return held
    return msgspec.structs.replace(made, revision=revision + 1)


def decode_wish(leaf: Leaf, content: bytes) -> Wish:
    """Return what the store holds.

    Raises:
        msgspec.MsgspecError: it was not written by `encode_wish`.
    """
    return msgspec.json.decode(content, type=KINDS[leaf])


def encode_wish(wish: Wish) -> bytes:
    """Return what the store holds of a wish."""
    return msgspec.json.encode(wish)


def _made(kind: type[Want | Config], fields: Mapping[str, object], leaf: Leaf) -> Wish:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise OperatorError(f"cannot be wanted: {error}", where=leaf) from error
