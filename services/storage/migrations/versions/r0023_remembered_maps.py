"""Remember how a list sounded, where its owner asks for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table of remembered maps."""
    op.create_table(
        "remembered_maps",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("playlist_fingerprint", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("playlist_name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playlist_fingerprint", "made_at", name="pk_remembered_maps"),
    )
    op.create_index("ix_remembered_maps_made_at", "remembered_maps", ["made_at"])
