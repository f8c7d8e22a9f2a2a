"""string_grouper: cosine of TF-IDF over character n-grams of the name. It sees nothing but the name.

Single characters for short lists, pairs of characters for longer ones did best. `normalize_to_ascii` is on unless
told otherwise and takes every Chinese character away.
"""

import columns
from string_grouper import match_strings

rows = columns.table()
short, many = len(rows) <= 5_000, len(rows) > columns.MANY
names = rows["name"] if short else rows["core"]
names = names.fillna(rows["name"]).fillna("")
found = match_strings(
    names,
    ngram_size=1 if short else 2,
    min_similarity=0.7 if many else 0.5,
    max_n_matches=20 if many else 30,
    normalize_to_ascii=False,
)
found = found[found["left_index"] < found["right_index"]]
ids = rows["id"].to_numpy()
columns.write(
    ("a", "b", "score"),
    zip(ids[found["left_index"]], ids[found["right_index"]], found["similarity"], strict=True),
)
