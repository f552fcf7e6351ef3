"""Revisions of the tables (Alembic)."""
