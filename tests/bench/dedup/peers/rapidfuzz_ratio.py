"""RapidFuzz: every name against every other by `fuzz.ratio`. Its cost grows with the square of the rows."""

import columns
import numpy as np
from rapidfuzz import fuzz, process

ROWS_AT_ONCE, LEAST = 500, 70


def pairs():
    rows = columns.table()
    ids, names = rows["id"].to_list(), rows["core"].fillna(rows["name"]).fillna("").to_list()
    for first in range(0, len(names), ROWS_AT_ONCE):
        scores = process.cdist(
            names[first : first + ROWS_AT_ONCE], names[first:], scorer=fuzz.ratio, score_cutoff=LEAST,
            dtype=np.uint8, workers=-1,
        )  # fmt: skip
        for one, two in zip(*np.nonzero(scores), strict=True):
            if one < two:
                yield ids[first + one], ids[first + two], scores[one, two]


columns.write(("a", "b", "score"), pairs())
