"""Change the tables of the version before 0.2.0; with 0027, what eighteen steps did one by one.

No version had the tables of a step in between.
"""

from __future__ import annotations

import json
import struct
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0009"

_TABLES = {
    "reports": ("payload", ("report_id",)),
    "lobby_members": ("playlist", ("lobby_id", "user_id")),
    "sharings": ("playlist", ("guild_id", "user_id")),
}
"""Tables with a frozen playlist: in which column it is, and the key of a row."""
_HEAD = 17
"""Bytes before the compressed part: version and digest."""
_IS_OPEN = sa.text("heavy AND status IN ('queued', 'running')")


def upgrade() -> None:
    """Change the tables."""
    _posted_cards()
    _sources()
    _shared_work()


def _posted_cards() -> None:
    """Count versions of posted cards, announce them, and know since when Discord refuses to change one.

    `changed` and `drawn` take the place of their difference; whatever was not even is drawn once more. One
    request at a time compares the same people.
    """
    op.add_column("lobbies", sa.Column("compared_by", sa.BigInteger))
    op.add_column("lobbies", sa.Column("compared_since", sa.DateTime(timezone=True)))
    for name in ("changed", "drawn"):
        op.add_column("group_messages", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE group_messages SET changed = 1 WHERE stale <> 0")
    op.drop_index("ix_group_messages_stale", "group_messages")
    op.drop_column("group_messages", "stale")
    op.add_column(
        "group_messages", sa.Column("is_on_its_way", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("group_messages", sa.Column("refused_since", sa.DateTime(timezone=True)))


def _sources() -> None:
    """Keep where playlists were read, for what came with a login goes with it, and where maps were posted."""
    for name in (*_TABLES, "group_result_members"):
        op.add_column(name, sa.Column("source", sa.Text))
    for name, (column, key) in _TABLES.items():
        _fill(name, column, key)
    op.execute(
        "UPDATE group_result_members SET source = (SELECT lobby_members.source FROM lobby_members"
        " JOIN group_results ON group_results.lobby_id = lobby_members.lobby_id"
        " WHERE group_results.result_id = group_result_members.result_id"
        " AND lobby_members.user_id = group_result_members.user_id)"
    )
    # Without the tie to the report: a message is to be emptied after its map has gone.
    op.create_table(
        "report_messages_untied",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("report_id", sa.Text),
        sa.PrimaryKeyConstraint("message_id", name="pk_report_messages_untied"),
    )
    op.execute(
        "INSERT INTO report_messages_untied (message_id, channel_id, report_id)"
        " SELECT message_id, channel_id, report_id FROM report_messages"
    )
    op.drop_table("report_messages")
    op.rename_table("report_messages_untied", "report_messages")
    op.create_index("ix_report_messages_report_id", "report_messages", ["report_id"])


def _fill(name: str, column: str, key: tuple[str, ...]) -> None:
    table = sa.table(name, *(sa.column(each) for each in (*key, column, "source")))
    connection = op.get_bind()
    keys = connection.execute(
        sa.select(*(table.c[each] for each in key)).where(table.c[column].is_not(None))
    ).all()
    for row in keys:
        here = sa.and_(*(table.c[name] == value for name, value in zip(key, row, strict=True)))
        payload = connection.scalar(sa.select(table.c[column]).where(here))
        source = _source_of(payload) if payload is not None else None
        if source is not None:
            connection.execute(sa.update(table).where(here).values(source=source))


def _source_of(payload: bytes) -> str | None:
    """Read where a stored playlist came from; None where it can't be read."""
    try:
        content = zlib.decompress(payload[_HEAD:])
        (length,) = struct.unpack_from(">I", content)
        head = json.loads(content[4 : 4 + length])[0]
        source = head.get("report", {}).get("playlist", head)["source"]
    except (zlib.error, struct.error, ValueError, LookupError, AttributeError, TypeError):
        return None
    return source if isinstance(source, str) else None


def _shared_work() -> None:
    """Let several processes share accepted work, drafts and news without doing anything twice."""
    for flag in ("heavy", "cancel_requested"):
        op.add_column("jobs", sa.Column(flag, sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("entered", sa.Text))
    op.add_column("jobs", sa.Column("holder", sa.Text))
    op.add_column("jobs", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.create_index(
        "uq_jobs_open_heavy",
        "jobs",
        ["owner_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.add_column("drafts", sa.Column("version", sa.Integer, nullable=False, server_default="0"))
    op.add_column("playlist_writes", sa.Column("telling_until", sa.DateTime(timezone=True)))
