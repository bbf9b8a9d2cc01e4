"""Let several processes share the pace of services, what is fetched there, what has come, and shards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
additive = True

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "upstreams",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("rest_until", _MOMENT),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_upstreams"),
    )
    op.create_table(
        "fetch_claims",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_fetch_claims"),
    )
    op.create_table(
        "received_interactions",
        sa.Column("interaction_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("interaction_id", name="pk_received_interactions"),
    )
    op.create_index("ix_received_interactions_at", "received_interactions", ["at"])
    op.create_table(
        "shard_leases",
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("until", _MOMENT),
        sa.PrimaryKeyConstraint("shard", name="pk_shard_leases"),
    )
