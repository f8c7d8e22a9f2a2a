"""`python -m crm.translations update [WORDS.json ...]`: what `make translations` runs."""

from __future__ import annotations

import sys
from pathlib import Path

from . import catalogue


def main(words: list[str]) -> int:
    if not words or words[0] != "update":
        print(__doc__, file=sys.stderr)
        return 2
    left = catalogue.update(pairs=[Path(word) for word in words[1:]])
    name = catalogue.path_of("en").relative_to(catalogue.ROOT)
    print(f"{name}: {len(left)} sentences still without English")
    for sentence in left:
        print("  ", sentence)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
