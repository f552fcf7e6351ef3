"""Promises of staff, digests of groups, and how much a group is told unasked."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Groups that are there already: when their digest is due is found out at once.
FRESH = datetime(2000, 1, 1, tzinfo=UTC)


def an_id() -> sa.types.TypeEngine[int]:
    """A row's number."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    """A moment in UTC."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "promise",
        sa.Column("id", an_id(), nullable=False),
        sa.Column("request_id", an_id(), nullable=False),
        sa.Column("person_id", an_id(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due", moment(), nullable=False),
        sa.Column("first_due", moment(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("said_at", moment(), nullable=False),
        sa.Column("reminded_at", moment(), nullable=True),
        sa.Column("settled_at", moment(), nullable=True),
        sa.Column("next_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_promise_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_promise_request_id_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    for column in ("request_id", "person_id", "next_at", "due"):
        op.create_index(op.f(f"ix_promise_{column}"), "promise", [column], unique=False)
    op.create_table(
        "noise",
        sa.Column("id", an_id(), nullable=False),
        sa.Column("chat_id", an_id(), nullable=False),
        sa.Column("day", moment(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Integer(), nullable=False),
        sa.Column("fold_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_noise_chat_id_chat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_noise")),
        sa.UniqueConstraint("chat_id", "day", name=op.f("uq_noise_chat_id_day")),
    )
    for column in ("fold_at", "day"):
        op.create_index(op.f(f"ix_noise_{column}"), "noise", [column], unique=False)
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised_due", moment(), nullable=True))
        batch_op.add_column(sa.Column("promised_as", sa.String(length=8), nullable=True))
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("digested_at", moment(), nullable=True))
        batch_op.create_index(batch_op.f("ix_chat_digest_at"), ["digest_at"], unique=False)
    chat = sa.table("chat", sa.column("kind"), sa.column("digest_at", moment()))
    naive = op.get_bind().dialect.name == "sqlite"
    fresh = FRESH.replace(tzinfo=None) if naive else FRESH
    op.execute(chat.update().where(chat.c.kind == "group").values(digest_at=fresh))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_digest_at"))
        batch_op.drop_column("digested_at")
        batch_op.drop_column("digest_at")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_column("promised_as")
        batch_op.drop_column("promised_due")
    op.drop_table("noise")
    op.drop_table("promise")
