"""Today's finders of duplicates and ours, side by side on one labelled list: `make bench-dedup`, or

    python -m tests.bench.dedup [LIST.csv.gz …] [--only splink,ours] [--limit-seconds 900] [--records 10000]

The peers are not ours to install for everybody: they get an environment that is thrown away afterwards.
Nothing here passes or fails; the machines are noisy, so read ratios and CPU seconds before wall seconds.
"""
