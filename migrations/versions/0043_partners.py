"""partners: whom one works with, agreements and visits, and what they brought

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("is_shanhai", sa.Boolean(), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("liaison", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("why_ended", sa.String(length=200), nullable=False),
        sa.Column("listed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (why_ended = '')", name=op.f("ck_partner_ended_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_partner_enterprise_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_partner_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_partner_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_name"), ["name"], unique=False)
        batch_op.create_index("ix_partner_owner", ["owner_id", "next_due_on"], unique=False)
        batch_op.create_index("ix_partner_region", ["region_code"], unique=False)
        batch_op.create_index("ix_partner_unit", ["unit_id", "next_due_on"], unique=False)

    op.create_table(
        "partner_agreement",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (closed_reason = '')",
            name=op.f("ck_partner_agreement_closed_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_agreement_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreement")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partner_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_partner_agreement_expires", ["closed_on", "expires_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_agreement_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "partner_exchange",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("led_by", sa.String(length=200), nullable=False),
        sa.Column("theirs", sa.String(length=200), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_partner_exchange_author_id")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_partner_exchange_mission_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_exchange_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_exchange")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partner_exchange", schema=None) as batch_op:
        batch_op.create_index("ix_partner_exchange_day", ["on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_exchange_mission_id"), ["mission_id"], unique=False)
        batch_op.create_index("ix_partner_exchange_partner", ["partner_id", "on_day"], unique=False)

    op.create_table(
        "partner_source",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lead_id IS NULL) <> (deal_id IS NULL)", name=op.f("ck_partner_source_one_of_them")
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_partner_source_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_partner_source_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["marked_by_id"], ["user.id"], name=op.f("fk_partner_source_marked_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_source_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_source")),
        sa.UniqueConstraint("partner_id", "deal_id", name=op.f("uq_partner_source_partner_id_deal_id")),
        sa.UniqueConstraint("partner_id", "lead_id", name=op.f("uq_partner_source_partner_id_lead_id")),
    )
    with op.batch_alter_table("partner_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_source_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_source_lead_id"), ["lead_id"], unique=False)


def downgrade():
    with op.batch_alter_table("partner_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_source_lead_id"))
        batch_op.drop_index(batch_op.f("ix_partner_source_deal_id"))

    op.drop_table("partner_source")
    with op.batch_alter_table("partner_exchange", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_exchange_partner")
        batch_op.drop_index(batch_op.f("ix_partner_exchange_mission_id"))
        batch_op.drop_index("ix_partner_exchange_day")

    op.drop_table("partner_exchange")
    with op.batch_alter_table("partner_agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_agreement_partner_id"))
        batch_op.drop_index("ix_partner_agreement_expires")

    op.drop_table("partner_agreement")
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_unit")
        batch_op.drop_index("ix_partner_region")
        batch_op.drop_index("ix_partner_owner")
        batch_op.drop_index(batch_op.f("ix_partner_name"))
        batch_op.drop_index(batch_op.f("ix_partner_enterprise_id"))

    op.drop_table("partner")
