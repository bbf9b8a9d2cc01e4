"""Remember with a name which genres MusicBrainz has of its recording and artist."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column; what was remembered before has none."""
    op.add_column("name_matches", sa.Column("genres", sa.Text, nullable=False, server_default="[]"))
