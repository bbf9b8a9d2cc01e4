"""What was written to Spotify: the journal that lets a write be finished or taken back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

playlist_writes = Table(
    "playlist_writes",
    metadata,
    Column("write_id", Text, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("request", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("target", LargeBinary, nullable=False),
    Column("original", LargeBinary, nullable=False),
    Column("playlist_id", Text),
    Column("snapshot_id", Words),
    Column("confirmed", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("added", LargeBinary, nullable=False),
    Column("missing", LargeBinary, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("hindrance", Text),
    Column("retry_at", Moment),
    Column("follows", Text),
    Column("undoes", Text),
    Column("undone_by", Text),
    Column("told", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("held_until", Moment),
    UniqueConstraint("user_id", "request", name="uq_playlist_writes_user_id_request"),
    Index("ix_playlist_writes_user_id_created_at", "user_id", "created_at"),
    Index("ix_playlist_writes_stage", "stage"),
)
"""One row per write, saved before each step; `held_until` is the claim of the process that works on it."""
