"""Count versions of posted cards, and let one request at a time compare the same people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Put `changed` and `drawn` in place of their difference; whatever was not even is drawn once more."""
    op.add_column("lobbies", sa.Column("compared_by", sa.BigInteger))
    op.add_column("lobbies", sa.Column("compared_since", sa.DateTime(timezone=True)))
    for name in ("changed", "drawn"):
        op.add_column("group_messages", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE group_messages SET changed = 1 WHERE stale <> 0")
    op.drop_index("ix_group_messages_stale", "group_messages")
    op.drop_column("group_messages", "stale")
