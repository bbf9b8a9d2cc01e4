"""Links to Spotify accounts, and logins under way. Tokens and codes are sealed before they come here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

links = Table(
    "links",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", Words, nullable=False, unique=True, index=True),
    Column("spotify_user_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("refresh_sealed", Text),
    Column("access_sealed", Text),
    Column("access_expires_at", Moment),
    Column("scopes", Text, nullable=False),
    Column("authorized_at", Moment, nullable=False),
    Column("refreshing_until", Moment),
)
"""One row for each person. Whoever holds `refreshing_until` is the one process that refreshes."""

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("user_id", BigInteger, nullable=False, unique=True, index=True),
    Column("discord_name", Words, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("wanted", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("browser_hash", Text, index=True),
    Column("state_hash", Text, unique=True, index=True),
    Column("verifier_sealed", Text),
    Column("code_sealed", Text),
    Column("finish_sealed", Text),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""One open login for each person; a new one takes its place."""
