"""recordlinkage: seven blockings, eight comparisons, five flags for what is missing, a logistic regression."""

import columns
import pandas as pd
import recordlinkage

ASKED = ["uscc", "phone", "legal", "contact", "address"]


def vectors(rows: pd.DataFrame) -> pd.DataFrame:
    """One row of features for each candidate pair of positions."""
    rows = rows.reset_index(drop=True)
    rows["begins"] = rows["core"].str[:2]
    indexer = recordlinkage.Index()
    for block in (
        "core", "uscc", "phone", ["legal", "city"], ["contact", "city"], ["road", "city"], ["begins", "city"],
    ):  # fmt: skip
        indexer.block(block)
    pairs = indexer.index(rows)
    compare = recordlinkage.Compare()
    compare.string("core", "core", method="jarowinkler", label="core_begins")
    compare.string("core", "core", method="qgram", label="core_grams")
    compare.exact("uscc", "uscc", label="uscc")
    compare.exact("phone", "phone", label="phone")
    compare.exact("legal", "legal", label="legal")
    compare.exact("contact", "contact", label="contact")
    compare.string("address", "address", method="jarowinkler", label="address")
    compare.exact("city", "city", label="city")
    found = compare.compute(pairs, rows)
    one, two = found.index.get_level_values(0), found.index.get_level_values(1)
    for column in ASKED:
        missing = rows[column].isna()
        found[f"no_{column}"] = missing.loc[one].to_numpy() | missing.loc[two].to_numpy()
    return found.astype(float)


labelled = columns.table(columns.LABELLED)
known = vectors(labelled)
same = known.index.intersection(
    pd.MultiIndex.from_tuples(
        [(max(pair), min(pair)) for pair in columns.same_pairs(labelled)]
        + [(min(pair), max(pair)) for pair in columns.same_pairs(labelled)]
    )
)
classifier = recordlinkage.LogisticRegressionClassifier()
classifier.fit(known, same)
rows = columns.table()
chance = classifier.prob(vectors(rows))
chance = chance[chance >= 0.2]
ids = rows["id"].to_numpy()
one, two = chance.index.get_level_values(0), chance.index.get_level_values(1)
columns.write(("a", "b", "score"), zip(ids[one], ids[two], chance.to_numpy(), strict=True))
