"""Remember which tracks a source is to be asked about when nobody waits for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
additive = True


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "put_aside",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("release_year", sa.Integer),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_put_aside"),
    )
    op.create_index("ix_put_aside_asked_at", "put_aside", ["asked_at"])
