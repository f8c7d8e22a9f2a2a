"""专人盯办: one person for each signed project until capacity, and what its firm asks for."""
