"""By which rules keys are made: a digest that changes when they may have."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from importlib import metadata, resources

# What only judges, reports or reads files. All the rest of the package decides what a record's keys are; a file too
# many costs a rebuild that finds nothing to do, a file too few would leave old keys in the look-up.
_NO_KEYS = frozenset(
    "__main__ batch candidates clustering evaluate evidence learning reasons scoring tables training "
    "people-evidence people-scoring people-training people-common_names".split()
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
    here = resources.files(__package__)
    files = {file.name: file for file in here.iterdir()}
    files |= {f"people-{file.name}": file for file in here.joinpath("people").iterdir()}
    for name in _BELOW:
        package, _slash, path = name.partition("/")
        files[name] = resources.files(package).joinpath(*path.split("/"))
    for name, file in sorted(files.items()):
        stem, _dot, suffix = name.partition(".")
        if name in _BELOW or (suffix in ("py", "txt") and stem not in _NO_KEYS):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    for name in _LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()
