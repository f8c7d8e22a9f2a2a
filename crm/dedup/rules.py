"""By which rules keys are made: a digest that changes when they may have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from importlib import metadata, resources
from importlib.resources.abc import Traversable

# What only judges, reports or reads files. All the rest of the package decides what a record's keys are; a file too
# many costs a rebuild that finds nothing to do, a file too few would leave old keys in the look-up.
_NO_KEYS = frozenset(
    "__main__ across batch candidates candidates_numpy common_names clustering costs evaluate evidence learning made"
    " merging portions priors reasons scoring sharing spread tables training".split()
)
_BELOW = (
    "crm.lib/pinyin.py",
    *(f"crm.reference/data/{name}.csv" for name in ("provinces", "cities", "counties")),
)
_LIBRARIES = ("pypinyin", "opencc", "python-stdnum")


@lru_cache(maxsize=1)
def rules() -> str:
    """32 characters; the same as long as the same record gets the same keys."""
    digest = blake2b(digest_size=16)
    files = dict(_files(resources.files(__package__), ""))
    for name in _BELOW:
        package, _slash, path = name.partition("/")
        files[name] = resources.files(package).joinpath(*path.split("/"))
    for name, file in sorted(files.items()):
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    for name in _LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()


def _files(folder: Traversable, above: str) -> Iterator[tuple[str, Traversable]]:
    for one in folder.iterdir():
        stem, _dot, suffix = one.name.partition(".")
        if stem in _NO_KEYS:
            continue
        if suffix in ("py", "txt"):
            yield above + one.name, one
        elif one.is_dir() and not stem.startswith("_"):
            yield from _files(one, f"{above}{one.name}/")
