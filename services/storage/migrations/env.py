"""Run the migrations on the connection that `services.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    # SQLite can undo DDL, Alembic only does not expect it. One transaction around all steps means
    # that a process killed in the middle leaves the database as it was.
    transactional_ddl=True,
)

with context.begin_transaction():
    context.run_migrations()
