"""Three clocks a request, notices that wait for the morning, hours of people, gaps in ladders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)

REQUEST_MOMENTS = (
    "answered_at",
    "climb_at",
    "progress_due",
    "paused_at",
    "callback_due",
    "reminded_at",
    "late_at",
    "ages_at",
    "tabled_at",
)
REQUEST_COUNTS = {"pauses": "0", "lap": "0", "wanted": "1"}

#: What a request that was there before has of the clocks that are new.
FILL = (
    "UPDATE request SET climb_at = due_at WHERE state = 'open'",
    "UPDATE request SET progress_due = due_at, answered_at = changed_at WHERE state = 'taken'",
    "UPDATE request SET paused_at = changed_at, answered_at = changed_at, pauses = 1"
    " WHERE state = 'waiting'",
    "UPDATE request SET callback_due = due_at, answered_at = changed_at WHERE state = 'done'",
)


def upgrade() -> None:
    """Make them; nothing that is open loses its moment."""
    with op.batch_alter_table("request", schema=None) as batch_op:
        for name in REQUEST_MOMENTS:
            batch_op.add_column(sa.Column(name, MOMENT, nullable=True))
        for name, value in REQUEST_COUNTS.items():
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=value))
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("bundle", sa.String(length=60), nullable=True))
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bundle", sa.String(length=60), nullable=True))
    for statement in FILL:
        op.execute(statement)
    _notice()
    _hours()
    _gap_and_chore()


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("page_id", ID, nullable=True),
        sa.Column("key", sa.String(length=60), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("bundle", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_notice_request_id_request")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_notice_page_id_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_bundle"), ["bundle"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_notice_person_id_due_at"), ["person_id", "due_at"], unique=False
        )


def _hours() -> None:
    op.create_table(
        "person_hours",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("quiet", JSON, nullable=True),
        sa.Column("duty", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_hours_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_hours")),
    )


def _gap_and_chore() -> None:
    op.create_table(
        "gap",
        sa.Column("id", ID, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("ladder", sa.String(length=40), nullable=False),
        sa.Column("rung", sa.String(length=200), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_gap_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("area_id", "ladder", "rung", name=op.f("uq_gap_area_id_ladder_rung")),
    )
    op.create_table(
        "chore",
        sa.Column(
            "name",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    with op.batch_alter_table("chore", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chore_next_at"), ["next_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("chore", "gap", "person_hours", "notice"):
        op.drop_table(table)
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.drop_column("bundle")
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_column("bundle")
        batch_op.drop_column("answered_at")
    with op.batch_alter_table("request", schema=None) as batch_op:
        for name in (*REQUEST_COUNTS, *REQUEST_MOMENTS):
            batch_op.drop_column(name)
