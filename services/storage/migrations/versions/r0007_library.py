"""Keep what was read at Spotify for a while, and count how often it was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables of lists, of playlists and of calls."""
    op.create_table(
        "libraries",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("liked", sa.Integer),
        sa.PrimaryKeyConstraint("user_id", name="pk_libraries"),
    )
    op.create_index("ix_libraries_read_at", "libraries", ["read_at"])
    op.create_table(
        "listed_playlists",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("playlist_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("owner_name", sa.Text, nullable=False),
        sa.Column("snapshot_id", sa.Text),
        sa.Column("total", sa.Integer),
        sa.Column("is_own", sa.Boolean, nullable=False),
        sa.Column("is_collaborative", sa.Boolean, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playlist_id", name="pk_listed_playlists"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["libraries.user_id"], name="fk_listed_playlists_user_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "kept_playlists",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("playlist_key", sa.Text, nullable=False),
        sa.Column("snapshot_id", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playlist_key", name="pk_kept_playlists"),
    )
    op.create_index("ix_kept_playlists_expires_at", "kept_playlists", ["expires_at"])
    op.create_table(
        "call_counts",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name="pk_call_counts"),
    )
