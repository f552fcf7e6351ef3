"""Where a platform has no buttons or no edits: numbers to choose by, and what was said already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def plain_text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "choice",
        sa.Column("platform", sa.String(length=24), nullable=False),
        sa.Column("chat", plain_text(80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=True),
        sa.Column("data", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat", "number", name=op.f("pk_choice")),
    )
    with op.batch_alter_table("posted") as posted:
        posted.add_column(sa.Column("lines", sa.Text(), nullable=True))
        posted.add_column(sa.Column("said_at", MOMENT, nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("posted") as posted:
        posted.drop_column("said_at")
        posted.drop_column("lines")
    op.drop_table("choice")
