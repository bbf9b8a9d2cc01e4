"""Let several processes share accepted work, drafts and news without doing anything twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
additive = True

_IS_OPEN = sa.text("heavy AND status IN ('queued', 'running')")


def upgrade() -> None:
    """Add the columns, and the rule that a person has one heavy request at a time."""
    for flag in ("heavy", "cancel_requested"):
        op.add_column("jobs", sa.Column(flag, sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("entered", sa.Text))
    op.add_column("jobs", sa.Column("holder", sa.Text))
    op.add_column("jobs", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.create_index(
        "uq_jobs_open_heavy",
        "jobs",
        ["owner_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.add_column("drafts", sa.Column("version", sa.Integer, nullable=False, server_default="0"))
    op.add_column("playlist_writes", sa.Column("telling_until", sa.DateTime(timezone=True)))
