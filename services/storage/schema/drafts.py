"""What people are deciding about: findings of a tidying, names of a splitting."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from services.storage.columns import Moment, Words
from services.storage.schema.base import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column(
        "report_id", Text, ForeignKey("reports.report_id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("kind", Text, nullable=False),
    Column("state", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""Decisions so far, so that their buttons work after a restart; they go with the report."""
