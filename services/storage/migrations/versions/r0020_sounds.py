"""Keep what was measured from a person's own sound files, and for an hour where Discord has these files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "heard_sounds",
        sa.Column("owner_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("clips", sa.Text, nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "digest", name="pk_heard_sounds"),
    )
    op.create_index("ix_heard_sounds_measured_at", "heard_sounds", ["measured_at"])
    op.create_table(
        "sound_offers",
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_sound_offers"),
    )
    op.create_index("ix_sound_offers_owner_id", "sound_offers", ["owner_id"])
    op.create_index("ix_sound_offers_expires_at", "sound_offers", ["expires_at"])
