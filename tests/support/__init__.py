"""What the tests stand on: a real browser, a real PostgreSQL, a client that behaves like a person."""
