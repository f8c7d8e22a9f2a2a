"""people: who of them is to be contacted, in a unit or in the district

Revision ID: 0055
Revises: 0054
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

HEARD = ["standing", "last_contact_at", "first_reported_at"]


def upgrade():
    op.create_index("ix_person_tracked", "person", HEARD)
    op.create_index("ix_person_unit_tracked", "person", ["follow_unit_id", *HEARD])


def downgrade():
    op.drop_index("ix_person_unit_tracked", "person")
    op.drop_index("ix_person_tracked", "person")
