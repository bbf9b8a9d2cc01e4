"""Keep finished analyses, where they were posted, and files that wait for a choice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of stored results and waiting files."""
    op.create_table(
        "reports",
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("playlist_fingerprint", sa.Text, nullable=False),
        sa.Column("playlist_name", sa.Text, nullable=False),
        sa.Column("tracks", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_reports"),
    )
    op.create_index(
        "ix_reports_owner_id_playlist_fingerprint", "reports", ["owner_id", "playlist_fingerprint"]
    )
    op.create_index("ix_reports_created_at", "reports", ["created_at"])
    op.create_table(
        "report_messages",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_report_messages"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.report_id"], name="fk_report_messages_report_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_report_messages_report_id", "report_messages", ["report_id"])
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )
    op.create_table(
        "pending_uploads",
        sa.Column("upload_id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("groups", sa.Integer),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_pending_uploads"),
    )
    op.create_index("ix_pending_uploads_owner_id", "pending_uploads", ["owner_id"])
    op.create_index("ix_pending_uploads_expires_at", "pending_uploads", ["expires_at"])
