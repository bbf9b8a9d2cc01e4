"""What people were given: finished analyses, and files that wait for a choice."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

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
