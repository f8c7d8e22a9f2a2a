"""the first house

Revision ID: 0001
Revises:
Create Date: 2026-11-22 18:46:57.481001

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "dedup_key",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dedup_key")),
    )
    with op.batch_alter_table("dedup_key", schema=None) as batch_op:
        batch_op.create_index("ix_dedup_key_key", ["noun", "key", "record_id"], unique=False)
        batch_op.create_index("ix_dedup_key_record", ["noun", "record_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("record_name", sa.String(length=400), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_actor", ["actor_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index("ix_event_subject", ["noun", "record_id", "at"], unique=False)
        batch_op.create_index("ix_event_verb", ["verb", "at"], unique=False)

    op.create_table(
        "failed_sign_in",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_failed_sign_in_login_at", ["login", "at"], unique=False)

    op.create_table(
        "search_entry",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("noun", "record_id", name=op.f("uq_search_entry_noun_record_id")),
    )
    op.create_table(
        "sent",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent")),
        sa.UniqueConstraint("key", name=op.f("uq_sent_key")),
    )
    with op.batch_alter_table("sent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_at"), ["at"], unique=False)

    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("key", name=op.f("uq_setting_key")),
    )
    op.create_table(
        "tag",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("noun", "record_id", "word", name=op.f("uq_tag_noun_record_id_word")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index("ix_tag_word", ["noun", "word"], unique=False)

    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("is_economic", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
    )
    op.create_table(
        "user",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "chosen_columns",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=32), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_chosen_columns_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_columns")),
        sa.UniqueConstraint("user_id", "page", name=op.f("uq_chosen_columns_user_id_page")),
    )
    op.create_table(
        "enterprise",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("uscc", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("industry_code", sa.String(length=4), nullable=False),
        sa.Column("legal_representative", sa.String(length=200), nullable=False),
        sa.Column("main_business", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("native_place", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("region_prefix", sa.String(length=4), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("chamber", sa.String(length=200), nullable=False),
        sa.Column("chamber_title", sa.String(length=200), nullable=False),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("intent", sa.String(length=32), nullable=False),
        sa.Column("intent_note", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("legal_ground", sa.String(length=32), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(), nullable=True),
        sa.Column("first_reported_at", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("follow_unit_id", sa.Integer(), nullable=False),
        sa.Column("follow_user_id", sa.Integer(), nullable=True),
        sa.Column("first_report_unit_id", sa.Integer(), nullable=False),
        sa.Column("first_report_user_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_report_unit_id"], ["unit.id"], name=op.f("fk_enterprise_first_report_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_report_user_id"], ["user.id"], name=op.f("fk_enterprise_first_report_user_id")
        ),
        sa.ForeignKeyConstraint(["follow_unit_id"], ["unit.id"], name=op.f("fk_enterprise_follow_unit_id")),
        sa.ForeignKeyConstraint(["follow_user_id"], ["user.id"], name=op.f("fk_enterprise_follow_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_contact", ["last_contact_at"], unique=False)
        batch_op.create_index("ix_enterprise_direction", ["direction"], unique=False)
        batch_op.create_index("ix_enterprise_due", ["next_due_on"], unique=False)
        batch_op.create_index("ix_enterprise_first_report", ["first_report_unit_id"], unique=False)
        batch_op.create_index("ix_enterprise_first_reported", ["first_reported_at"], unique=False)
        batch_op.create_index("ix_enterprise_follow", ["follow_unit_id", "next_due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_enterprise_first_report_user_id"), ["first_report_user_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_enterprise_follow_user_id"), ["follow_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_name"), ["name"], unique=False)
        batch_op.create_index("ix_enterprise_origin", ["origin"], unique=False)
        batch_op.create_index("ix_enterprise_region", ["region_prefix"], unique=False)
        batch_op.create_index("ix_enterprise_standing", ["standing"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_uscc"), ["uscc"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("beat_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_job_run_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.create_index("ix_job_run_state", ["state", "beat_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_run_user_id"), ["user_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("native_place", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("region_prefix", sa.String(length=4), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("chamber", sa.String(length=200), nullable=False),
        sa.Column("chamber_title", sa.String(length=200), nullable=False),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("intent", sa.String(length=32), nullable=False),
        sa.Column("intent_note", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("legal_ground", sa.String(length=32), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(), nullable=True),
        sa.Column("first_reported_at", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("follow_unit_id", sa.Integer(), nullable=False),
        sa.Column("follow_user_id", sa.Integer(), nullable=True),
        sa.Column("first_report_unit_id", sa.Integer(), nullable=False),
        sa.Column("first_report_user_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_report_unit_id"], ["unit.id"], name=op.f("fk_person_first_report_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_report_user_id"], ["user.id"], name=op.f("fk_person_first_report_user_id")
        ),
        sa.ForeignKeyConstraint(["follow_unit_id"], ["unit.id"], name=op.f("fk_person_follow_unit_id")),
        sa.ForeignKeyConstraint(["follow_user_id"], ["user.id"], name=op.f("fk_person_follow_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_contact", ["last_contact_at"], unique=False)
        batch_op.create_index("ix_person_first_report", ["first_report_unit_id"], unique=False)
        batch_op.create_index("ix_person_first_reported", ["first_reported_at"], unique=False)
        batch_op.create_index("ix_person_follow", ["follow_unit_id", "next_due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person_first_report_user_id"), ["first_report_user_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_person_follow_user_id"), ["follow_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_name"), ["name"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_saved_view_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "page", "name", name=op.f("uq_saved_view_user_id_page_name")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "signed_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_signed_in_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signed_in_token_hash")),
    )
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_stored_file_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_owner", ["noun", "record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "suspect",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("kept_reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_suspect_in_order")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_suspect_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect")),
        sa.UniqueConstraint("noun", "a_id", "b_id", name=op.f("uq_suspect_noun_a_id_b_id")),
    )
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspect_a_id"), ["a_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suspect_b_id"), ["b_id"], unique=False)
        batch_op.create_index("ix_suspect_state", ["state", "score"], unique=False)

    op.create_table(
        "former_name",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_former_name_enterprise_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    with op.batch_alter_table("former_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_name_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_former_name_name"), ["name"], unique=False)

    op.create_table(
        "handle",
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("digits", sa.String(length=32), nullable=False),
        sa.Column("extension", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(enterprise_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_handle_one_owner")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_handle_enterprise_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_handle_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handle")),
    )
    with op.batch_alter_table("handle", schema=None) as batch_op:
        batch_op.create_index("ix_handle_digits", ["digits"], unique=False)
        batch_op.create_index(batch_op.f("ix_handle_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handle_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sheet", sa.String(length=200), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("take_duplicates", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("known_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job_run.id"], name=op.f("fk_import_batch_job_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_batch_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_batch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "lead",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("planned_wan", sa.BigInteger(), nullable=True),
        sa.Column("land_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("report_unit_id", sa.Integer(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("judged_at", sa.DateTime(), nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("conclusion", sa.String(length=32), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("bulletin_no", sa.String(length=200), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'reported') = (judged_at IS NULL)", name=op.f("ck_lead_judged_has_a_time")
        ),
        sa.CheckConstraint(
            "state <> 'converted' OR deal_id IS NOT NULL", name=op.f("ck_lead_converted_has_a_deal")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_lead_deal_id"), use_alter=True),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["lead.id"], name=op.f("fk_lead_duplicate_of_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_lead_enterprise_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["user.id"], name=op.f("fk_lead_judged_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_lead_owner_id")),
        sa.ForeignKeyConstraint(["report_unit_id"], ["unit.id"], name=op.f("fk_lead_report_unit_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["user.id"], name=op.f("fk_lead_reported_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lead_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_next_due_on"), ["next_due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_lead_report_unit", ["report_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_reported_by_id"), ["reported_by_id"], unique=False)
        batch_op.create_index("ix_lead_state_reported", ["state", "reported_at"], unique=False)
        batch_op.create_index("ix_lead_unit_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "position",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_position_enterprise_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_position_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("person_id", "enterprise_id", name=op.f("uq_position_person_id_enterprise_id")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "deal",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=True),
        sa.Column("planned_wan", sa.BigInteger(), nullable=True),
        sa.Column("fixed_asset_wan", sa.BigInteger(), nullable=True),
        sa.Column("agreed_wan", sa.BigInteger(), nullable=True),
        sa.Column("amount_basis", sa.String(length=32), nullable=False),
        sa.Column("source_scope", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("industry_code", sa.String(length=4), nullable=False),
        sa.Column("land_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("is_shanhai", sa.Boolean(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("first_report_unit_id", sa.Integer(), nullable=False),
        sa.Column("first_report_user_id", sa.Integer(), nullable=True),
        sa.Column("first_reported_at", sa.DateTime(), nullable=False),
        sa.Column("admission", sa.String(length=32), nullable=False),
        sa.Column("admission_note", sa.String(length=200), nullable=False),
        sa.Column("expected_sign_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("agreement_kind", sa.String(length=32), nullable=True),
        sa.Column("local_company", sa.String(length=200), nullable=False),
        sa.Column("local_uscc", sa.String(length=18), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('intended', 'new_talks', 'negotiating') OR signed_on IS NOT NULL",
            name=op.f("ck_deal_signed_has_a_day"),
        ),
        sa.CheckConstraint(
            "state = 'active' OR state_reason <> ''", name=op.f("ck_deal_stopped_has_a_reason")
        ),
        sa.CheckConstraint(
            "fixed_asset_wan IS NULL OR fixed_asset_wan >= 0", name=op.f("ck_deal_fixed_not_negative")
        ),
        sa.CheckConstraint(
            "planned_wan IS NULL OR planned_wan >= 0", name=op.f("ck_deal_planned_not_negative")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_deal_enterprise_id")),
        sa.ForeignKeyConstraint(
            ["first_report_unit_id"], ["unit.id"], name=op.f("fk_deal_first_report_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_report_user_id"], ["user.id"], name=op.f("fk_deal_first_report_user_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_deal_lead_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_deal_owner_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["user.id"], name=op.f("fk_deal_sponsor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_deal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index("ix_deal_board", ["state", "stage", "stage_since", "id"], unique=False)
        batch_op.create_index("ix_deal_contact", ["state", "last_contact_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_direction"), ["direction"], unique=False)
        batch_op.create_index("ix_deal_due", ["state", "next_due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_deal_first_report_unit", ["first_report_unit_id"], unique=False)
        batch_op.create_index("ix_deal_lanes", ["state", "stage", "planned_wan", "next_due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_signed_on"), ["signed_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_sponsor_id"), ["sponsor_id"], unique=False)
        batch_op.create_index("ix_deal_unit", ["unit_id", "state", "stage"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("finding", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("match_name", sa.String(length=200), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_batch", ["batch_id", "number"], unique=False)
        batch_op.create_index("ix_import_row_finding", ["batch_id", "finding", "number"], unique=False)
        batch_op.create_index("ix_import_row_outcome", ["batch_id", "outcome", "number"], unique=False)

    op.create_table(
        "contact_log",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("their_people", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("leader_led", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("logged_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_contact_log_author_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_contact_log_deal_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_contact_log_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_contact_log_lead_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contact_log_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_log")),
    )
    with op.batch_alter_table("contact_log", schema=None) as batch_op:
        batch_op.create_index("ix_contact_log_author", ["author_id", "happened_at"], unique=False)
        batch_op.create_index("ix_contact_log_deal", ["deal_id", "happened_at"], unique=False)
        batch_op.create_index("ix_contact_log_enterprise", ["enterprise_id", "happened_at"], unique=False)
        batch_op.create_index(
            "ix_contact_log_happened",
            ["happened_at", "unit_id", "author_id", "enterprise_id", "deal_id", "lead_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_contact_log_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_contact_log_lead", ["lead_id", "happened_at"], unique=False)
        batch_op.create_index("ix_contact_log_unit", ["unit_id", "happened_at"], unique=False)

    op.create_table(
        "deal_party",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_deal_party_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_deal_party_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_party")),
        sa.UniqueConstraint(
            "deal_id", "enterprise_id", "role", name=op.f("uq_deal_party_deal_id_enterprise_id_role")
        ),
    )
    with op.batch_alter_table("deal_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_party_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "stage_move",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("from_stage", sa.String(length=32), nullable=True),
        sa.Column("to_stage", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_stage_move_actor_id")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_stage_move_deal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_move")),
    )
    with op.batch_alter_table("stage_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_move_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index("ix_stage_move_stage", ["to_stage", "on_day"], unique=False)

    op.create_table(
        "contact_colleague",
        sa.Column("contact_log_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_log_id"],
            ["contact_log.id"],
            name=op.f("fk_contact_colleague_contact_log_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_contact_colleague_user_id")),
        sa.PrimaryKeyConstraint("contact_log_id", "user_id", name=op.f("pk_contact_colleague")),
    )
    with op.batch_alter_table("contact_colleague", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_colleague_user_id"), ["user_id"], unique=False)

    op.create_table(
        "contact_person",
        sa.Column("contact_log_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_log_id"],
            ["contact_log.id"],
            name=op.f("fk_contact_person_contact_log_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_person_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_log_id", "person_id", name=op.f("pk_contact_person")),
    )
    with op.batch_alter_table("contact_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_person_person_id"), ["person_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        # SQLite took the circle lead -> deal with the table; here it is closed once both stand.
        op.create_foreign_key("fk_lead_deal_id", "lead", "deal", ["deal_id"], ["id"])
        op.execute("CREATE TABLE search_fts (id INTEGER PRIMARY KEY, tokens tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_fts_tokens ON search_fts USING gin (tokens)")


def downgrade():
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_lead_deal_id", "lead", type_="foreignkey")
    op.execute("DROP TABLE search_fts")
    with op.batch_alter_table("contact_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_person_person_id"))

    op.drop_table("contact_person")
    with op.batch_alter_table("contact_colleague", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_colleague_user_id"))

    op.drop_table("contact_colleague")
    with op.batch_alter_table("stage_move", schema=None) as batch_op:
        batch_op.drop_index("ix_stage_move_stage")
        batch_op.drop_index(batch_op.f("ix_stage_move_deal_id"))

    op.drop_table("stage_move")
    with op.batch_alter_table("deal_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_party_enterprise_id"))

    op.drop_table("deal_party")
    with op.batch_alter_table("contact_log", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_log_unit")
        batch_op.drop_index("ix_contact_log_lead")
        batch_op.drop_index(batch_op.f("ix_contact_log_import_id"))
        batch_op.drop_index("ix_contact_log_happened")
        batch_op.drop_index("ix_contact_log_enterprise")
        batch_op.drop_index("ix_contact_log_deal")
        batch_op.drop_index("ix_contact_log_author")

    op.drop_table("contact_log")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_outcome")
        batch_op.drop_index("ix_import_row_finding")
        batch_op.drop_index("ix_import_row_batch")

    op.drop_table("import_row")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_unit")
        batch_op.drop_index(batch_op.f("ix_deal_sponsor_id"))
        batch_op.drop_index(batch_op.f("ix_deal_signed_on"))
        batch_op.drop_index(batch_op.f("ix_deal_owner_id"))
        batch_op.drop_index(batch_op.f("ix_deal_name"))
        batch_op.drop_index(batch_op.f("ix_deal_lead_id"))
        batch_op.drop_index("ix_deal_lanes")
        batch_op.drop_index("ix_deal_first_report_unit")
        batch_op.drop_index(batch_op.f("ix_deal_enterprise_id"))
        batch_op.drop_index("ix_deal_due")
        batch_op.drop_index(batch_op.f("ix_deal_direction"))
        batch_op.drop_index("ix_deal_contact")
        batch_op.drop_index("ix_deal_board")

    op.drop_table("deal")
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_position_enterprise_id"))

    op.drop_table("position")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_unit_state")
        batch_op.drop_index("ix_lead_state_reported")
        batch_op.drop_index(batch_op.f("ix_lead_reported_by_id"))
        batch_op.drop_index("ix_lead_report_unit")
        batch_op.drop_index(batch_op.f("ix_lead_owner_id"))
        batch_op.drop_index(batch_op.f("ix_lead_next_due_on"))
        batch_op.drop_index(batch_op.f("ix_lead_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_lead_deal_id"))

    op.drop_table("lead")
    op.drop_table("import_batch")
    with op.batch_alter_table("handle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handle_person_id"))
        batch_op.drop_index(batch_op.f("ix_handle_enterprise_id"))
        batch_op.drop_index("ix_handle_digits")

    op.drop_table("handle")
    with op.batch_alter_table("former_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_name_name"))
        batch_op.drop_index(batch_op.f("ix_former_name_enterprise_id"))

    op.drop_table("former_name")
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.drop_index("ix_suspect_state")
        batch_op.drop_index(batch_op.f("ix_suspect_b_id"))
        batch_op.drop_index(batch_op.f("ix_suspect_a_id"))

    op.drop_table("suspect")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))
        batch_op.drop_index("ix_stored_file_owner")

    op.drop_table("stored_file")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signed_in_user_id"))

    op.drop_table("signed_in")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_unit_id"))

    op.drop_table("saved_view")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_name"))
        batch_op.drop_index(batch_op.f("ix_person_import_id"))
        batch_op.drop_index(batch_op.f("ix_person_follow_user_id"))
        batch_op.drop_index("ix_person_follow")
        batch_op.drop_index("ix_person_first_reported")
        batch_op.drop_index("ix_person_first_report")
        batch_op.drop_index("ix_person_contact")

    op.drop_table("person")
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_run_user_id"))
        batch_op.drop_index("ix_job_run_state")

    op.drop_table("job_run")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_uscc"))
        batch_op.drop_index("ix_enterprise_standing")
        batch_op.drop_index("ix_enterprise_region")
        batch_op.drop_index("ix_enterprise_origin")
        batch_op.drop_index(batch_op.f("ix_enterprise_name"))
        batch_op.drop_index(batch_op.f("ix_enterprise_import_id"))
        batch_op.drop_index(batch_op.f("ix_enterprise_follow_user_id"))
        batch_op.drop_index("ix_enterprise_follow")
        batch_op.drop_index("ix_enterprise_first_reported")
        batch_op.drop_index("ix_enterprise_first_report")
        batch_op.drop_index("ix_enterprise_due")
        batch_op.drop_index("ix_enterprise_direction")
        batch_op.drop_index("ix_enterprise_contact")

    op.drop_table("enterprise")
    op.drop_table("chosen_columns")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_unit_id"))

    op.drop_table("user")
    op.drop_table("unit")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index("ix_tag_word")

    op.drop_table("tag")
    op.drop_table("setting")
    with op.batch_alter_table("sent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_at"))

    op.drop_table("sent")
    op.drop_table("search_entry")
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_failed_sign_in_login_at")

    op.drop_table("failed_sign_in")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_verb")
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index(batch_op.f("ix_event_at"))
        batch_op.drop_index("ix_event_actor")

    op.drop_table("event")
    with op.batch_alter_table("dedup_key", schema=None) as batch_op:
        batch_op.drop_index("ix_dedup_key_record")
        batch_op.drop_index("ix_dedup_key_key")

    op.drop_table("dedup_key")
