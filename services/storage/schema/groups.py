"""People who compare: where they meet, what they brought, what came out, and who shares."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

lobbies = Table(
    "lobbies",
    metadata,
    Column("lobby_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False, index=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
)
"""Comparisons, each with the person who started it."""

lobby_members = Table(
    "lobby_members",
    metadata,
    Column("lobby_id", Text, ForeignKey("lobbies.lobby_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Words, nullable=False),
    Column("standing", Text, nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("by_sharing", Boolean, nullable=False),
    Column("brought", Words),
    Column("tracks", Integer, nullable=False),
    Column("bring_id", Text, nullable=False),
    Column("playlist", LargeBinary),
    Column("wants", Boolean, nullable=False),
    Column("shows", Boolean, nullable=False),
    Index("ix_lobby_members_user_id", "user_id"),
)
"""Who was asked, is in, or declined; what they brought is frozen here."""

sharings = Table(
    "sharings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Words, nullable=False),
    Column("brought", Words, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("playlist", LargeBinary, nullable=False),
    Column("granted_at", Moment, nullable=False),
    Index("ix_sharings_user_id", "user_id"),
)
"""Who lets others of a server compare without being asked each time. No row: private."""

group_results = Table(
    "group_results",
    metadata,
    Column("result_id", Text, primary_key=True),
    Column("lobby_id", Text, ForeignKey("lobbies.lobby_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)
"""What comparisons found. A result goes as a whole when one of its people withdraws."""

group_result_members = Table(
    "group_result_members",
    metadata,
    Column("result_id", Text, ForeignKey("group_results.result_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Index("ix_group_result_members_user_id", "user_id"),
)
"""Who is in a result, in its own order."""

group_messages = Table(
    "group_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("lobby_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("result_id", Text, index=True),
    Column("posted_at", Moment, nullable=False, index=True),
    Column("stale", Integer, nullable=False, index=True),
)
"""Messages of ours that show people. They outlive what they show; `stale` counts changes that one lacks."""
