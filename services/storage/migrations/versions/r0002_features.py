"""Cache features, absences and words about tracks; keep tempo corrections and import progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FEATURES = (
    "danceability",
    "energy",
    "loudness",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
    "key",
    "mode",
)


def upgrade() -> None:
    """Create the tables about music, and the two small ones around them."""
    op.create_table(
        "features",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("isrc", sa.Text),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Double) for name in _FEATURES),
        sa.PrimaryKeyConstraint("track_id", "source", name="pk_features"),
    )
    op.create_index("ix_features_isrc", "features", ["isrc"])
    op.create_table(
        "absences",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("track_id", "source", name="pk_absences"),
    )
    op.create_index("ix_absences_expires_at", "absences", ["expires_at"])
    op.create_table(
        "known_tracks",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("lead_artist", sa.Text, nullable=False),
        sa.Column("core_title", sa.Text, nullable=False),
        sa.Column("album_key", sa.Text, nullable=False),
        sa.Column("isrc", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.Text, nullable=False),
        sa.Column("album", sa.Text),
        sa.Column("album_id", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("release_year", sa.Integer),
        sa.Column("explicit", sa.Boolean),
        sa.Column("genres", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("track_id", name="pk_known_tracks"),
    )
    op.create_index("ix_known_tracks_isrc", "known_tracks", ["isrc"])
    op.create_index("ix_known_tracks_lead_artist_core_title", "known_tracks", ["lead_artist", "core_title"])
    op.create_index("ix_known_tracks_album_key", "known_tracks", ["album_key"])
    op.create_table(
        "tempo_corrections",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("factor", sa.Double, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "track_id", name="pk_tempo_corrections"),
    )
    op.create_table(
        "import_progress",
        sa.Column("file_fingerprint", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rows_read", sa.BigInteger, nullable=False),
        sa.Column("rows_saved", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_fingerprint", "source", name="pk_import_progress"),
    )
