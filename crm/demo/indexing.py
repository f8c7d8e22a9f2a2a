"""Putting what was loaded in bulk where it can be found."""


def index_everything() -> None:
    """Search and duplicate keys of every record."""
