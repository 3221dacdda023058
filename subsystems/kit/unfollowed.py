"""What is wanted of a device, or set up, that it does not follow (protocol: C-8.4, C-8.5).

Law: pure. What a subsystem follows it says itself, see `duties.Willing.follows`; all else that is
asked for is named, so that nobody believes a lamp to be dimmed that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.devices import Config, Want

BY_THE_KIT = frozenset({"cfg.zones"})
"""What the kit follows for every device: group commands go by it."""

_NAMED = frozenset({"values", "options"})
"""Fields of which each name is a wish of its own."""


def unfollowed(
    want: Want | None, config: Config | None, follows: frozenset[str]
) -> tuple[str, ...]:
    """Return the names of what is asked for and not followed, in the order of the fields.

    Args:
        want: in force, None: nobody wants anything.
        config: likewise.
        follows: names that the device follows, e.g. ``want.volume``, ``want.values.x-mood``.
    """
    asked = (*_asked("want", want), *_asked("cfg", config))
    return tuple(name for name in asked if name not in follows | BY_THE_KIT)


def _asked(leaf: str, word: Want | Config | None) -> Iterator[str]:
    for field in word.__struct_fields__ if word is not None else ():
        value = getattr(word, field)
        if field == "revision" or value is None or value in ({}, ()):
            continue
        if field in _NAMED:
            yield from (f"{leaf}.{field}.{name}" for name in value)
        else:
            yield f"{leaf}.{field}"
