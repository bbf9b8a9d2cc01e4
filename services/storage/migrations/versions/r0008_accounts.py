"""Keep links to Spotify accounts and logins under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables of links and logins."""
    op.create_table(
        "links",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("spotify_user_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("refresh_sealed", sa.Text),
        sa.Column("access_sealed", sa.Text),
        sa.Column("access_expires_at", sa.DateTime(timezone=True)),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshing_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("user_id", name="pk_links"),
    )
    op.create_index("ix_links_account_id", "links", ["account_id"], unique=True)
    op.create_table(
        "link_attempts",
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("discord_name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("browser_hash", sa.Text),
        sa.Column("state_hash", sa.Text),
        sa.Column("verifier_sealed", sa.Text),
        sa.Column("code_sealed", sa.Text),
        sa.Column("finish_sealed", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_link_attempts"),
    )
    op.create_index("ix_link_attempts_user_id", "link_attempts", ["user_id"], unique=True)
    op.create_index("ix_link_attempts_browser_hash", "link_attempts", ["browser_hash"])
    op.create_index("ix_link_attempts_state_hash", "link_attempts", ["state_hash"], unique=True)
    op.create_index("ix_link_attempts_expires_at", "link_attempts", ["expires_at"])
