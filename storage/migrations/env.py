"""Alembic's entry: uses the connection it is given (storage/migrate.py)."""

from __future__ import annotations

from alembic import context

from storage.tables import Person

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Person.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
