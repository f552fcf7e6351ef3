"""Rotas, turns that changed or were served, swaps, rounds and gaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "rota",
        sa.Column("id", ID, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("points", JSON, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("told", JSON, nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_rota_area_id_area")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_rota_created_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota")),
    )
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rota_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rota_check_at"), ["check_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rota_next_at"), ["next_at"], unique=False)

    op.create_table(
        "duty_gap",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intended", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_duty_gap_rota_id_rota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_gap")),
        sa.UniqueConstraint("rota_id", "starts", name=op.f("uq_duty_gap_rota_id_starts")),
    )
    op.create_table(
        "rota_member",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rota_member_person_id_person")
        ),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_rota_member_rota_id_rota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_member")),
    )
    with op.batch_alter_table("rota_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rota_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rota_member_rota_id"), ["rota_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", JSON, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_round_rota_id_rota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("rota_id", "starts", name=op.f("uq_round_rota_id_starts")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_due_at"), ["due_at"], unique=False)

    op.create_table(
        "shift",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shift_person_id_person")
        ),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_shift_rota_id_rota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint(
            "rota_id", "starts", "person_id", name=op.f("uq_shift_rota_id_starts_person_id")
        ),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shift_person_id_starts"), ["person_id", "starts"], unique=False
        )

    op.create_table(
        "swap",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("asker_id", ID, nullable=False),
        sa.Column("asked_id", ID, nullable=False),
        sa.Column("gives", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gives_turns", sa.Integer(), nullable=False),
        sa.Column("takes", sa.DateTime(timezone=True), nullable=True),
        sa.Column("takes_turns", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_id"], ["person.id"], name=op.f("fk_swap_asked_id_person")),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_swap_asker_id_person")),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_swap_rota_id_rota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_swap_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_asker_id"), ["asker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_due_at"), ["due_at"], unique=False)

    op.create_table(
        "turn_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota_id", ID, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_turn_change_by_id_person")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_turn_change_person_id_person")
        ),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_turn_change_rota_id_rota")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_turn_change_to_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_change")),
        sa.UniqueConstraint(
            "rota_id", "starts", "person_id", name=op.f("uq_turn_change_rota_id_starts_person_id")
        ),
    )
    with op.batch_alter_table("turn_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_turn_change_to_id_starts"), ["to_id", "starts"], unique=False
        )

    op.create_table(
        "round_check",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photo", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_round_check_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_round_check_round_id_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_check")),
        sa.UniqueConstraint("round_id", "point", name=op.f("uq_round_check_round_id_point")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_deputy_id"), ["deputy_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_deputy_id"))
    op.drop_table("round_check")
    with op.batch_alter_table("turn_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_change_to_id_starts"))

    op.drop_table("turn_change")
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_swap_due_at"))
        batch_op.drop_index(batch_op.f("ix_swap_asker_id"))
        batch_op.drop_index(batch_op.f("ix_swap_asked_id"))

    op.drop_table("swap")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_person_id_starts"))

    op.drop_table("shift")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_due_at"))

    op.drop_table("round")
    with op.batch_alter_table("rota_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rota_member_rota_id"))
        batch_op.drop_index(batch_op.f("ix_rota_member_person_id"))

    op.drop_table("rota_member")
    op.drop_table("duty_gap")
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rota_next_at"))
        batch_op.drop_index(batch_op.f("ix_rota_check_at"))
        batch_op.drop_index(batch_op.f("ix_rota_area_id"))

    op.drop_table("rota")
