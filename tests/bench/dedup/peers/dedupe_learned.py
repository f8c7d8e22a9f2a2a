"""dedupe: learns blocking and weights from 700 pairs that are one and 1 500 that are not; its own clustering."""

import columns
import dedupe
from dedupe import variables

if __name__ == "__main__":
    fields = ["core", "name", "uscc", "phone", "legal", "contact", "address", "city"]
    definition = [
        variables.String("core", has_missing=True),
        variables.Text("name", has_missing=True),
        variables.ShortString("uscc", has_missing=True),
        variables.ShortString("phone", has_missing=True),
        variables.ShortString("legal", has_missing=True),
        variables.ShortString("contact", has_missing=True),
        variables.String("address", has_missing=True),
        variables.Exact("city", has_missing=True),
    ]
    labelled = columns.table(columns.LABELLED)
    known = labelled[fields].to_dict("records")
    matcher = dedupe.Dedupe(definition, in_memory=True)
    matcher.prepare_training(dict(enumerate(known)))
    matcher.mark_pairs(
        {
            "match": [(known[one], known[two]) for one, two in columns.same_pairs(labelled)[:700]],
            "distinct": [(known[one], known[two]) for one, two in columns.different_pairs(labelled, 1_500)],
        }
    )
    matcher.train(recall=0.95, index_predicates=False)
    rows = columns.table()
    ids = rows["id"].to_list()
    data = dict(zip(ids, rows[fields].to_dict("records"), strict=True))
    columns.write(
        ("id", "cluster_id"),
        (
            (ident, number)
            for number, (members, _scores) in enumerate(matcher.partition(data, threshold=0.5))
            for ident in members
        ),
    )
