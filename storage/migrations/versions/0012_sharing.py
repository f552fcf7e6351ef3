"""Who has which chat in hand, whose turn it is, what was said when, what changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'new'")


def plain_text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make them, and a lane for each chat in which something waits already."""
    op.create_table(
        "lane",
        sa.Column("name", plain_text(120), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lane")),
    )
    op.create_index(op.f("ix_lane_due_at"), "lane", ["due_at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", plain_text(80), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "outlet",
        sa.Column("platform", sa.String(length=24), nullable=False),
        sa.Column("chat", plain_text(80), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("said", JSON, nullable=False),
        sa.Column("resumes_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("platform", "chat", "at_once", name=op.f("pk_outlet")),
    )
    op.create_table(
        "news",
        sa.Column("id", ID, nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("chats", JSON, nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index(op.f("ix_news_written"), "news", ["written"], unique=False)
    op.create_index(
        "ix_update_in_waiting",
        "update_in",
        ["lane", "id"],
        unique=False,
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.execute(
        "INSERT INTO lane (name, due_at, kept, until) "
        "SELECT lane, min(received_at), 1, min(received_at) FROM update_in "
        "WHERE state = 'new' GROUP BY lane"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_update_in_waiting", table_name="update_in")
    for table in ("news", "outlet", "lease", "lane"):
        op.drop_table(table)
