"""Words with their sound: what the driver holds between preparing and playing.

Law: a value only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subsystems.broadcast.model import Saying
    from subsystems.broadcast.speech.clip import Clip


@dataclass(frozen=True)
class Sounded:
    """Words with their sound."""

    clip: Clip
    saying: Saying
