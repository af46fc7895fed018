"""Alembic's entry: runs the migrations on the connection that `database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from publisher.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    transactional_ddl=True,
)
context.run_migrations()
