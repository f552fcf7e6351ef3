"""Indexes by which a flood costs nothing: pictures of a request, what waits of a standing message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: Index, table, columns, and of which rows.
SOME = (
    ("ix_letter_waits", "letter", ["chat", "slot"], "state = 'new' AND slot IS NOT NULL"),
    ("ix_request_message_media", "request_message", ["request_id"], "media <> '[]'"),
)


def upgrade() -> None:
    """Make them."""
    for name, table, columns, rows in SOME:
        where = sa.text(rows)
        op.create_index(
            name, table, columns, unique=False, postgresql_where=where, sqlite_where=where
        )


def downgrade() -> None:
    """Drop them."""
    for name, table, _, _ in SOME:
        op.drop_index(name, table_name=table)
