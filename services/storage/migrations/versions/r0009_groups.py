"""Keep people who compare: where they meet, what they brought, what came out, and who shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def _lobbies() -> None:
    op.create_table(
        "lobbies",
        sa.Column("lobby_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lobby_id", name="pk_lobbies"),
    )
    op.create_index("ix_lobbies_channel_id", "lobbies", ["channel_id"])
    op.create_index("ix_lobbies_ends_at", "lobbies", ["ends_at"])
    op.create_index("ix_lobbies_guild_id", "lobbies", ["guild_id"])
    op.create_index("ix_lobbies_owner_id", "lobbies", ["owner_id"])


def _lobby_members() -> None:
    op.create_table(
        "lobby_members",
        sa.Column("lobby_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_sharing", sa.Boolean, nullable=False),
        sa.Column("brought", sa.Text),
        sa.Column("tracks", sa.Integer, nullable=False),
        sa.Column("bring_id", sa.Text, nullable=False),
        sa.Column("playlist", sa.LargeBinary),
        sa.Column("wants", sa.Boolean, nullable=False),
        sa.Column("shows", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("lobby_id", "user_id", name="pk_lobby_members"),
        sa.ForeignKeyConstraint(
            ["lobby_id"], ["lobbies.lobby_id"], name="fk_lobby_members_lobby_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_lobby_members_user_id", "lobby_members", ["user_id"])


def _sharings() -> None:
    op.create_table(
        "sharings",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("brought", sa.Text, nullable=False),
        sa.Column("tracks", sa.Integer, nullable=False),
        sa.Column("playlist", sa.LargeBinary, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name="pk_sharings"),
    )
    op.create_index("ix_sharings_user_id", "sharings", ["user_id"])


def _group_results() -> None:
    op.create_table(
        "group_results",
        sa.Column("result_id", sa.Text, nullable=False),
        sa.Column("lobby_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("result_id", name="pk_group_results"),
        sa.ForeignKeyConstraint(
            ["lobby_id"], ["lobbies.lobby_id"], name="fk_group_results_lobby_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_group_results_created_at", "group_results", ["created_at"])
    op.create_index("ix_group_results_lobby_id", "group_results", ["lobby_id"])


def _group_result_members() -> None:
    op.create_table(
        "group_result_members",
        sa.Column("result_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("result_id", "user_id", name="pk_group_result_members"),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["group_results.result_id"],
            name="fk_group_result_members_result_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_group_result_members_user_id", "group_result_members", ["user_id"])


def _group_messages() -> None:
    op.create_table(
        "group_messages",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("lobby_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("result_id", sa.Text),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_group_messages"),
    )
    op.create_index("ix_group_messages_guild_id", "group_messages", ["guild_id"])
    op.create_index("ix_group_messages_lobby_id", "group_messages", ["lobby_id"])
    op.create_index("ix_group_messages_posted_at", "group_messages", ["posted_at"])
    op.create_index("ix_group_messages_result_id", "group_messages", ["result_id"])
    op.create_index("ix_group_messages_stale", "group_messages", ["stale"])


def upgrade() -> None:
    """Create the tables of comparisons between people."""
    _lobbies()
    _lobby_members()
    _sharings()
    _group_results()
    _group_result_members()
    _group_messages()
