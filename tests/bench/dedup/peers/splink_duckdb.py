"""Splink on DuckDB: Fellegi-Sunter, weights learned by expectation maximisation, no labels."""

import columns
import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

rows = columns.table()
rows["grams"] = [[core[i : i + 2] for i in range(len(core) - 1)] if core else None for core in rows["core"]]
many = len(rows) > columns.MANY
JACCARD = (
    "len(list_intersect(grams_l, grams_r)) >= {0} * (len(grams_l) + len(grams_r) - "
    "len(list_intersect(grams_l, grams_r)))"
)
name = cl.CustomComparison(
    output_column_name="core",
    comparison_levels=[
        cll.NullLevel("core"),
        cll.ExactMatchLevel("core", term_frequency_adjustments=True),
        cll.CustomLevel(JACCARD.format(0.6), label_for_charts="bigrams .6"),
        cll.JaroWinklerLevel("core", 0.9),
        cll.CustomLevel(
            "length(core_l) >= 2 and length(core_r) >= 2 and (contains(core_l, core_r) or contains(core_r, core_l))",
            label_for_charts="one within the other",
        ),
        cll.CustomLevel(JACCARD.format(0.3), label_for_charts="bigrams .3"),
        cll.ElseLevel(),
    ],
)
code = cl.CustomComparison(
    output_column_name="uscc",
    comparison_levels=[
        cll.NullLevel("uscc"),
        cll.ExactMatchLevel("uscc"),
        cll.DamerauLevenshteinLevel("uscc", 2),
        cll.ElseLevel(),
    ],
)
phone = cl.CustomComparison(
    output_column_name="phone",
    comparison_levels=[
        cll.NullLevel("phone"),
        cll.ExactMatchLevel("phone", term_frequency_adjustments=True),
        cll.DamerauLevenshteinLevel("phone", 1),
        cll.ElseLevel(),
    ],
)
address = cl.CustomComparison(
    output_column_name="address",
    comparison_levels=[
        cll.NullLevel("address"),
        cll.ExactMatchLevel("road", term_frequency_adjustments=True),
        cll.JaroWinklerLevel("address", 0.9),
        cll.ElseLevel(),
    ],
)
rules = [
    block_on("core"),
    block_on("uscc"),
    block_on("phone"),
    block_on("legal", "city"),
    block_on("contact", "city"),
    block_on("road", "city"),
    block_on("contact", "substr(core, 1, 2)"),
    block_on("legal", "substr(core, 1, 2)"),
]
if not many:
    rules += [
        block_on("substr(core, 1, 2)", "city"),
        block_on("substr(core, 1, 3)"),
        block_on("substr(uscc, 9, 9)"),
    ]
settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="id",
    comparisons=[
        name,
        code,
        phone,
        cl.ExactMatch("legal").configure(term_frequency_adjustments=True),
        address,
        cl.ExactMatch("city"),
    ],
    blocking_rules_to_generate_predictions=rules,
    retain_matching_columns=False,
)
database = duckdb.connect()
linker = Linker(DuckDBAPI(connection=database).register(rows), settings)
linker.training.estimate_probability_two_random_records_match(
    [block_on("uscc"), block_on("core", "phone")], recall=0.5
)
linker.training.estimate_u_using_random_sampling(max_pairs=2e6 if len(rows) < 10_000 else 5e6, seed=7)
for rule in (
    block_on("core"),
    block_on("phone"),
    block_on("legal", "city"),
    block_on("uscc"),
):
    linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
found = linker.inference.predict(threshold_match_weight=5 if many else -5)
database.sql(f"select id_l as a, id_r as b, match_weight as score from {found.physical_name}").write_csv(
    str(columns.TARGET), header=True
)
