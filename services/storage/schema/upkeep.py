"""What the installation knows about itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from services.storage.columns import Moment
from services.storage.schema.base import metadata

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
