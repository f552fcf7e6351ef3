"""How alive each group is, and alarms about what the bot cannot hear or say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them, empty: a habit is learnt from what is heard from now on."""
    op.create_table(
        "pulse",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("weeks", JSON, nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_pulse_chat_id_chat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_pulse_chat_id")),
    )
    op.create_index(op.f("ix_pulse_look_at"), "pulse", ["look_at"], unique=False)
    op.create_table(
        "alarm",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column(
            "about",
            sa.String(length=80).with_variant(sa.String(80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("over_at", MOMENT, nullable=True),
        sa.Column("post_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_alarm_kind_about")),
    )
    op.create_index(op.f("ix_alarm_over_at"), "alarm", ["over_at"], unique=False)
    op.create_index(op.f("ix_alarm_post_at"), "alarm", ["post_at"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("alarm")
    op.drop_table("pulse")
