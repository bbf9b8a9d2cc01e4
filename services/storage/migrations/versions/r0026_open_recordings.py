"""Keep what open dumps say about recordings: readings of AcousticBrainz, and which recording a name means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the tables; they stay empty until an operator imports a dump."""
    op.create_table(
        "recording_readings",
        sa.Column("recording", sa.LargeBinary, primary_key=True),
        sa.Column("tempi", sa.LargeBinary, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recording_names",
        sa.Column("name_hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recording", sa.LargeBinary, nullable=False),
    )
