"""What a choice says, as a digest: a number may be written with its label behind it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; choices that were laid out before are chosen by the number alone."""
    with op.batch_alter_table("choice") as choice:
        choice.add_column(sa.Column("label", sa.String(length=8), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("choice") as choice:
        choice.drop_column("label")
