"""entry: standards, reviews with opinions, checks, the exception, rechecks

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "entry_standard",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("intensity", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("output", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("tax", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("energy", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("emission", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["unit.id"], name=op.f("fk_entry_standard_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_standard")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_standard_year", "entry_standard", ["year"])
    op.create_table(
        "entry_check",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_entry_check_deal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_check")),
        sa.UniqueConstraint("deal_id", "kind", name=op.f("uq_entry_check_deal_id_kind")),
    )
    op.create_index("ix_entry_check_missing", "entry_check", ["is_needed", "state"])
    op.create_table(
        "entry_exception",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["user.id"], name=op.f("fk_entry_exception_approver_id")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_entry_exception_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_entry_exception_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_exception")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_exception_deal_id", "entry_exception", ["deal_id"])
    op.create_table(
        "entry_review",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("eia", sa.String(length=32), nullable=False),
        sa.Column("energy", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstained", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_then", sa.JSON(), nullable=True),
        sa.Column("fixed_wan", sa.BigInteger(), nullable=True),
        sa.Column("land_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("output_wan", sa.BigInteger(), nullable=True),
        sa.Column("tax_wan", sa.BigInteger(), nullable=True),
        sa.Column("energy_tce", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("emission_t", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(step = 'decided') = (decided_on IS NOT NULL)", name=op.f("ck_entry_review_decided_has_a_day")
        ),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (conclusion IS NULL)",
            name=op.f("ck_entry_review_decided_with_a_conclusion"),
        ),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0",
            name=op.f("ck_entry_review_votes_not_negative"),
        ),
        sa.ForeignKeyConstraint(["applied_by_id"], ["user.id"], name=op.f("fk_entry_review_applied_by_id")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_entry_review_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_entry_review_decided_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["unit.id"], name=op.f("fk_entry_review_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_review")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_review_conclusion", "entry_review", ["conclusion", "decided_on"])
    op.create_index("ix_entry_review_deal_id", "entry_review", ["deal_id"])
    op.create_index(
        "ix_entry_review_one_open",
        "entry_review",
        ["deal_id"],
        unique=True,
        sqlite_where=sa.text("decided_on IS NULL"),
        postgresql_where=sa.text("decided_on IS NULL"),
    )
    op.create_index("ix_entry_review_step", "entry_review", ["step", "applied_on"])
    op.create_table(
        "entry_opinion",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("stance", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "voice = 'department' OR stance IS NOT NULL", name=op.f("ck_entry_opinion_others_are_given")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_entry_opinion_author_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["entry_review.id"], name=op.f("fk_entry_opinion_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_entry_opinion_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_opinion")),
        sa.UniqueConstraint("review_id", "unit_id", name=op.f("uq_entry_opinion_review_id_unit_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_opinion_review_id", "entry_opinion", ["review_id"])
    op.create_index("ix_entry_opinion_unit", "entry_opinion", ["unit_id", "stance"])
    op.create_table(
        "entry_recheck",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("fixed_wan", sa.BigInteger(), nullable=True),
        sa.Column("land_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("output_wan", sa.BigInteger(), nullable=True),
        sa.Column("tax_wan", sa.BigInteger(), nullable=True),
        sa.Column("energy_tce", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("emission_t", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_entry_recheck_one_two_three")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_entry_recheck_author_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["entry_review.id"], name=op.f("fk_entry_recheck_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_recheck")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_entry_recheck_review_id_number")),
    )


def downgrade():
    op.drop_table("entry_recheck")
    op.drop_table("entry_opinion")
    op.drop_table("entry_review")
    op.drop_table("entry_exception")
    op.drop_table("entry_check")
    op.drop_table("entry_standard")
