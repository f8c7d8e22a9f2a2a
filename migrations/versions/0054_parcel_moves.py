"""land: the steps of a parcel go with it, so that an import of parcels can be taken back

Revision ID: 0054
Revises: 0053
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade():
    _join("CASCADE")


def downgrade():
    _join(None)


def _join(ondelete):
    with op.batch_alter_table("parcel_move", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_parcel_move_parcel_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_parcel_move_parcel_id"), "parcel", ["parcel_id"], ["id"], ondelete=ondelete
        )
