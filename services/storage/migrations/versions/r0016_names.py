"""Remember which recordings names mean, and what people said about doubtful ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the tables of names."""
    op.create_table(
        "name_matches",
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("certainty", sa.Text, nullable=False),
        sa.Column("track_id", sa.Text),
        sa.Column("isrc", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.Text, nullable=False),
        sa.Column("album", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name_key", name="pk_name_matches"),
    )
    op.create_index("ix_name_matches_expires_at", "name_matches", ["expires_at"])
    op.create_table(
        "id_words",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.Text, nullable=False),
        sa.Column("isrc", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("track_id", name="pk_id_words"),
    )
    op.create_index("ix_id_words_expires_at", "id_words", ["expires_at"])
    op.create_table(
        "name_answers",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name_key", "found", name="pk_name_answers"),
    )
