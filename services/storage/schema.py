"""The tables: the newest shape, which the migrations lead to.

Whether the migrations really end here is a test (`test_migrations`). Tables about music carry
nothing about persons; every table with a column of `PERSON_COLUMNS` belongs to somebody and has to
be cleared when that person asks to be forgotten.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from services.domain.features import Feature
from services.storage.columns import Moment, Words

PERSON_COLUMNS = frozenset({"owner_id", "user_id"})
"""Names of the columns that hold a Discord user id."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

reports = Table(
    "reports",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("playlist_fingerprint", Text, nullable=False),
    Column("playlist_name", Words, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_reports_owner_id_playlist_fingerprint", "owner_id", "playlist_fingerprint"),
    Index("ix_reports_created_at", "created_at"),
)
"""Finished analyses, so that their buttons work after a restart."""

report_messages = Table(
    "report_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column(
        "report_id", Text, ForeignKey("reports.report_id", ondelete="CASCADE"), nullable=False, index=True
    ),
)
"""Where a result was posted, so that its owner can have it taken down."""

pending_uploads = Table(
    "pending_uploads",
    metadata,
    Column("upload_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("filename", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("groups", Integer),
    Column("private", Boolean, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Files with several playlists, until their owner has chosen one."""

pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("beat", BigInteger, nullable=False),
)
"""One row that is written to prove that writing works."""

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts about the installation; nothing about persons."""

features = Table(
    "features",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("isrc", Words, index=True),
    Column("fetched_at", Moment, nullable=False),
    *(Column(feature.value, Double) for feature in Feature),
)
"""What one source said about one track."""

absences = Table(
    "absences",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("fetched_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Tracks that a source does not know, until it is worth asking again."""

known_tracks = Table(
    "known_tracks",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("lead_artist", Words, nullable=False),
    Column("core_title", Words, nullable=False),
    Column("album_key", Words, nullable=False),
    Column("isrc", Words, index=True),
    Column("title", Words, nullable=False),
    Column("artists", Words, nullable=False),
    Column("album", Words),
    Column("album_id", Words),
    Column("duration_ms", BigInteger),
    Column("release_year", Integer),
    Column("explicit", Boolean),
    Column("genres", Words, nullable=False),
    Index("ix_known_tracks_lead_artist_core_title", "lead_artist", "core_title"),
    Index("ix_known_tracks_album_key", "album_key"),
)
"""Words about tracks, to find a track's company: same song, same artist, same album."""

tempo_corrections = Table(
    "tempo_corrections",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("track_id", Words, primary_key=True),
    Column("factor", Double, nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""Tempos that a person halved or doubled for themselves."""

import_progress = Table(
    "import_progress",
    metadata,
    Column("file_fingerprint", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_saved", BigInteger, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""How far a bulk import came; written in the same transaction as its rows."""
