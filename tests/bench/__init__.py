"""How fast the house is, as ratios to a baseline in the same run: `make bench`, or

    python -m tests.bench [--list LIST.csv.gz] [--deals 5000] [--requests 40]

A benchmark, not a test: the machines are noisy, so nothing here passes or fails.
"""
