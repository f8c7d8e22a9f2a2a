"""以商招商: who knows whom, the shortest chain from us to a merchant, and asking for the introduction."""
