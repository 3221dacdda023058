"""What all commands of persons have.

Law: values only; what may be commanded stands in `hub.kernel.override` and `hub.kernel.notice`.
"""

from __future__ import annotations

import msgspec


class Commanded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command"):
    """What all commands have.

    Attributes:
        command_id: makes it idempotent: the same one twice is done once.
        who: the person.
        why: the reason, as the person gives it.
    """

    command_id: str
    who: str
    why: str
