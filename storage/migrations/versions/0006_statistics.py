"""What each request counts as, and the sums of it by month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def plain_text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def key() -> sa.types.TypeEngine[int]:
    """The type of ids."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "counted",
        sa.Column("request_id", key(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("area_id", key(), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(120), nullable=False),
        sa.Column("answer_by", moment, nullable=True),
        sa.Column("solve_by", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_counted_request_id_request")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_counted_area_id_area")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_counted")),
    )
    op.create_index(op.f("ix_counted_day_area_id"), "counted", ["day", "area_id"])
    op.create_index(op.f("ix_counted_answer_by"), "counted", ["answer_by"])
    op.create_index(op.f("ix_counted_solve_by"), "counted", ["solve_by"])
    op.create_table(
        "tally",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("area_id", key(), nullable=False),
        sa.Column("category", plain_text(32), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("mark", plain_text(16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_tally_area_id_area")),
        sa.PrimaryKeyConstraint(
            "month", "area_id", "category", "rung", "mark", name=op.f("pk_tally")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("tally")
    op.drop_index(op.f("ix_counted_solve_by"), table_name="counted")
    op.drop_index(op.f("ix_counted_answer_by"), table_name="counted")
    op.drop_index(op.f("ix_counted_day_area_id"), table_name="counted")
    op.drop_table("counted")
