"""Loading the demo district."""


def load() -> None:
    """Everything of the demo district, in one transaction; the caller commits."""
