"""Tables of the state that a district looks things up in: divisions and industries, carried as small files.

Sources, dates and licences: `data/README.md`.
"""
