"""Accepted work that outlives the process which accepted it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("owner_id", BigInteger, index=True),
    Column("private", Boolean),
    Column("application_id", BigInteger),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("token", Text),
    Column("arguments", Words),
    Column("content", LargeBinary),
    Column("result_id", Text),
)
"""One row for each accepted request. From `owner_id` on everything is empty once it is done: what is
left is that this interaction was answered."""
