"""What is known about music; nothing about persons, but for the tempi that they corrected."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from services.domain.features import Feature
from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

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
