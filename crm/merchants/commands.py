"""Commands about the merchant base."""

from __future__ import annotations

import click


@click.group("merchants")
def group() -> None:
    """The merchant base."""
