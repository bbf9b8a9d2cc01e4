"""Keep which servers want a digest, which were posted, and whom they name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
additive = True


def upgrade() -> None:
    """Create the tables, and remember of a map what its last digest said."""
    op.add_column("map_members", sa.Column("told", sa.Text))
    op.create_table(
        "digests",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_digests"),
    )
    op.create_index("ix_digests_next_at", "digests", ["next_at"])
    op.create_table(
        "digest_posts",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("request_id", sa.BigInteger, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.Column("is_posted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "week", name="pk_digest_posts"),
    )
    op.create_index("ix_digest_posts_claimed_at", "digest_posts", ["claimed_at"])
    op.create_table(
        "digest_news",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("owner_id", sa.BigInteger),
        sa.Column("feature", sa.Text),
        sa.Column("more", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "week"],
            ["digest_posts.guild_id", "digest_posts.week"],
            name="fk_digest_news_guild_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guild_id", "week", "position", name="pk_digest_news"),
    )
    op.create_index("ix_digest_news_user_id", "digest_news", ["user_id"])
    op.create_index("ix_digest_news_owner_id", "digest_news", ["owner_id"])
