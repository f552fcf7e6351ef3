"""Homes sealed, looks and consents kept, people forgotten, rows swept.

The migration has no key: what stands openly is sealed by the program when it starts next
(storage/sealing.py).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: Numbers of homes begin here; below stand ids of places that are not sealed yet.
FLOOR = 1 << 61


def an_id() -> sa.types.TypeEngine[int]:
    """A row's number."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(length: int) -> sa.types.TypeEngine[str]:
    """Text that is compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def moment() -> sa.DateTime:
    """A moment in UTC."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them."""
    with op.batch_alter_table("residence") as batch:
        batch.add_column(sa.Column("home", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("home_key", an_id(), nullable=True))
        batch.drop_constraint("uq_residence_person_id_area_id", type_="unique")
        batch.create_unique_constraint(
            batch.f("uq_residence_person_id_area_id_home_key"), ["person_id", "area_id", "home_key"]
        )
    with op.batch_alter_table("supporter") as batch:
        batch.drop_constraint("fk_supporter_household_id_area", type_="foreignkey")
        batch.alter_column("household_id", new_column_name="home_key")
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("shell", sa.Integer(), nullable=True))
        batch.create_unique_constraint(batch.f("uq_person_shell"), ["shell"])
    op.create_table(
        "keyring",
        sa.Column("name", words(16), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keyring")),
    )
    op.create_table(
        "sweep",
        sa.Column("name", words(24), nullable=False),
        sa.Column("row", an_id(), nullable=False),
        sa.Column("upto", moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sweep")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", an_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("row", an_id(), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_due_at"), "erasure", ["due_at"])
    _looks()


def _looks() -> None:
    op.create_table(
        "consent",
        sa.Column("id", an_id(), nullable=False),
        sa.Column("request_id", an_id(), nullable=False),
        sa.Column("person_id", an_id(), nullable=False),
        sa.Column("helper_id", an_id(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=True),
        sa.Column("answered_at", moment(), nullable=True),
        *_foreign("consent", ("request_id", "person_id", "helper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "request_id",
            "person_id",
            "helper_id",
            name=op.f("uq_consent_request_id_person_id_helper_id"),
        ),
    )
    op.create_table(
        "look",
        sa.Column("id", an_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("viewer_id", an_id(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("person_id", an_id(), nullable=False),
        sa.Column("request_id", an_id(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        *_foreign("look", ("viewer_id", "person_id", "request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    indexed = (
        ("consent", "person_id"),
        ("consent", "helper_id"),
        ("look", "viewer_id"),
        ("look", "person_id"),
        ("look", "request_id"),
    )
    for table, column in indexed:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _foreign(table: str, columns: tuple[str, ...]) -> list[sa.ForeignKeyConstraint]:
    found: list[sa.ForeignKeyConstraint] = []
    for column in columns:
        to = "request" if column == "request_id" else "person"
        name = op.f(f"fk_{table}_{column}_{to}")
        found.append(sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name))
    return found


def downgrade() -> None:
    """Take them away. Flats that were sealed stay unknown: the people say theirs again."""
    for table in ("look", "consent", "erasure", "sweep", "keyring"):
        op.drop_table(table)
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint("uq_person_shell", type_="unique")
        batch.drop_column("shell")
    supporter = sa.table("supporter", sa.column("home_key", sa.BigInteger()))
    sealed = supporter.c.home_key >= FLOOR
    op.execute(supporter.update().where(sealed).values(home_key=None))
    with op.batch_alter_table("supporter") as batch:
        batch.alter_column("home_key", new_column_name="household_id")
        batch.create_foreign_key(
            batch.f("fk_supporter_household_id_area"), "area", ["household_id"], ["id"]
        )
    _one_home_a_stairwell()
    with op.batch_alter_table("residence") as batch:
        batch.drop_constraint("uq_residence_person_id_area_id_home_key", type_="unique")
        batch.drop_column("home_key")
        batch.drop_column("home")
        batch.create_unique_constraint(
            batch.f("uq_residence_person_id_area_id"), ["person_id", "area_id"]
        )


def _one_home_a_stairwell() -> None:
    """Of somebody's several flats behind one door the first is kept."""
    home = sa.table("residence", sa.column("id"), sa.column("person_id"), sa.column("area_id"))
    first = sa.select(sa.func.min(home.c.id)).group_by(home.c.person_id, home.c.area_id)
    op.execute(home.delete().where(home.c.id.not_in(first)))
