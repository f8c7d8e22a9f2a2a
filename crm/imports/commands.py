"""Lists in, from the command line."""

from __future__ import annotations

import click


def add_to(group: click.Group) -> None:
    """Hang the import command on `merchants`."""
