"""Count the calls to Spotify that are made for one person, so that nobody takes the whole day's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the table of counts."""
    op.create_table(
        "person_calls",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "starts_at", name="pk_person_calls"),
    )
