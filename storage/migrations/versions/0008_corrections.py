"""What the bot took for a request, what people corrected, and whose words may be kept for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Make them. Groups that are there already go on as they did: they are not asked first."""
    op.create_table(
        "reading",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("seen", JSON, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_reading_chat_id_chat")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_reading_request_id_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("request_id", name=op.f("uq_reading_request_id")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_chat_id_at"), ["chat_id", "at"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("event_id", ID, nullable=True),
        sa.Column("sender_id", ID, nullable=True),
        sa.Column("was", JSON, nullable=False),
        sa.Column("right", JSON, nullable=False),
        sa.Column("seen", JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_correction_chat_id_chat")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_correction_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_correction_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["person.id"], name=op.f("fk_correction_sender_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        for column in ("request_id", "event_id", "sender_id"):
            batch_op.create_index(batch_op.f(f"ix_correction_{column}"), [column], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lends_words", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("lends_asked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("acts_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE chat SET acts_since = greeted_at WHERE kind = 'group' AND area_id IS NOT NULL"
    )


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.drop_column("acts_since")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("lends_asked_at")
        batch_op.drop_column("lends_words")
    op.drop_table("correction")
    op.drop_table("reading")
