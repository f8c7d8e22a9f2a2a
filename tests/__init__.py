"""What the house promises, told as tests. `make test` runs all of it, `make check` the quick part."""
