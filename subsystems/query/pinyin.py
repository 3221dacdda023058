"""Program: names in, their syllables in Latin letters out. It lives for a quarter of a second.

Law: the library decides, and its phrases take 58 MB of memory, so nobody imports this: it is run.

    python -m subsystems.query.pinyin '["重庆北"]'   →   {"重庆北": ["chong", "qing", "bei"]}
"""

from __future__ import annotations

import json
import sys


def main(names: str) -> int:
    """Spell `names` (a JSON list); print them."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see the law

    found = {name: lazy_pinyin(name, v_to_u=False) for name in json.loads(names)}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
