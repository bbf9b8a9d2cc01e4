"""Remember which genres artists are given, so that a list without any profits from earlier ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "artist_genres",
        sa.Column("artist", sa.Text, nullable=False),
        sa.Column("genre", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("tracks", sa.BigInteger, nullable=False),
        sa.Column("marks", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("artist", "genre", "source", name="pk_artist_genres"),
    )
    op.create_index("ix_artist_genres_last_seen", "artist_genres", ["last_seen"])
