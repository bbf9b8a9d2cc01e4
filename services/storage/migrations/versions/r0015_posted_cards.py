"""Announce messages before they are posted, and know since when Discord refuses to change one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns."""
    op.add_column(
        "group_messages", sa.Column("is_on_its_way", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("group_messages", sa.Column("refused_since", sa.DateTime(timezone=True)))
