"""What was read at Spotify for somebody, for as long as its terms allow, and how often it was asked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

libraries = Table(
    "libraries",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("read_at", Moment, nullable=False, index=True),
    Column("liked", Integer),
)
"""When the list of a person's playlists was read."""

listed_playlists = Table(
    "listed_playlists",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("libraries.user_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("playlist_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Words, nullable=False),
    Column("owner_id", Words, nullable=False),
    Column("owner_name", Words, nullable=False),
    Column("snapshot_id", Words),
    Column("total", Integer),
    Column("is_own", Boolean, nullable=False),
    Column("is_collaborative", Boolean, nullable=False),
    Column("description", Words, nullable=False),
)
"""The list itself: names and numbers, no tracks."""

kept_playlists = Table(
    "kept_playlists",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("playlist_key", Text, primary_key=True),
    Column("snapshot_id", Words, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)
"""Playlists as they were read, for the person whose login read it: nobody else may see it through us."""

call_counts = Table(
    "call_counts",
    metadata,
    Column("starts_at", Moment, primary_key=True),
    Column("calls", Integer, nullable=False),
)
"""How often Spotify was asked, in short stretches of time. Nothing about who asked."""
