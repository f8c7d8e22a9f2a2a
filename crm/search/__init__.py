"""One index over all nouns: overlapping pairs of characters, in FTS5 (SQLite) or a tsvector (PostgreSQL).

`tokens` is the pure part: what a record is indexed by and what a query asks for.
"""
