"""Keep a journal of what is written to Spotify."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the journal of writes."""
    op.create_table(
        "playlist_writes",
        sa.Column("write_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("target", sa.LargeBinary, nullable=False),
        sa.Column("original", sa.LargeBinary, nullable=False),
        sa.Column("playlist_id", sa.Text),
        sa.Column("snapshot_id", sa.Text),
        sa.Column("confirmed", sa.Integer, nullable=False),
        sa.Column("in_flight", sa.Integer, nullable=False),
        sa.Column("added", sa.LargeBinary, nullable=False),
        sa.Column("missing", sa.LargeBinary, nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("hindrance", sa.Text),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.Column("follows", sa.Text),
        sa.Column("undoes", sa.Text),
        sa.Column("undone_by", sa.Text),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("write_id", name="pk_playlist_writes"),
        sa.UniqueConstraint("user_id", "request", name="uq_playlist_writes_user_id_request"),
    )
    op.create_index("ix_playlist_writes_user_id_created_at", "playlist_writes", ["user_id", "created_at"])
    op.create_index("ix_playlist_writes_stage", "playlist_writes", ["stage"])
