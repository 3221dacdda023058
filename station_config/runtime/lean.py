"""structlog without rich, which it would take in because it is installed, and never use.

Law: every process of the station imports structlog from here. Rich is for `station status` alone;
in each of eight services it would cost 5 MB at once, and more when it is used.
"""

from __future__ import annotations

import sys

__all__ = ["structlog"]

_ABSENT = "rich" not in sys.modules
if _ABSENT:
    sys.modules["rich"] = None  # type: ignore[assignment] # so that importing it fails
import structlog  # noqa: E402 - with rich out of the way

if _ABSENT:
    del sys.modules["rich"]
