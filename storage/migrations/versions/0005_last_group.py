"""The group in which an account was heard last, and where an audited change was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def plain_text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Add them."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "last_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area_path", plain_text(200), nullable=True))
        batch_op.create_index(batch_op.f("ix_audit_area_path"), ["area_path"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_area_path"))
        batch_op.drop_column("area_path")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("last_group_id")
