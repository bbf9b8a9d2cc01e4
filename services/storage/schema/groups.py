"""People who compare: where they meet, what they brought, what came out, and who shares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)

from services.storage.schema.base import Moment, Words, metadata

lobbies = Table(
    "lobbies",
    metadata,
    Column("lobby_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False, index=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("compared_by", BigInteger),
    Column("compared_since", Moment),
)
"""Comparisons, each with the person who started it, and the request that compares now or did last."""

lobby_members = Table(
    "lobby_members",
    metadata,
    Column("lobby_id", Text, ForeignKey("lobbies.lobby_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("name", Words, nullable=False),
    Column("standing", Text, nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("by_sharing", Boolean, nullable=False),
    Column("brought", Words),
    Column("tracks", Integer, nullable=False),
    Column("bring_id", Text, nullable=False),
    Column("playlist", LargeBinary),
    Column("source", Text),
    Column("wants", Boolean, nullable=False),
    Column("shows", Boolean, nullable=False),
)
"""Who was asked, is in, or declined; what they brought is frozen here."""

sharings = Table(
    "sharings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("name", Words, nullable=False),
    Column("brought", Words, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("playlist", LargeBinary, nullable=False),
    Column("source", Text),
    Column("granted_at", Moment, nullable=False),
)
"""Who lets others of a server compare without being asked each time. No row: private."""

asks = Table(
    "asks",
    metadata,
    Column("owner_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lobby_id", Text, nullable=False, index=True),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("direct", Boolean, nullable=False),
    Column("standing", Text, nullable=False),
)
"""Who asked whom to compare, for as long as it may not be asked again."""

unasked = Table(
    "unasked",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
)
"""Who is never to be asked, in any server."""

map_members = Table(
    "map_members",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("name", Words, nullable=False),
    Column("list_name", Words, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("playlist_fingerprint", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sound", Text, nullable=False),
    Column("agreed_at", Moment, nullable=False),
    Column("told", Text),
)
"""Who agreed to be on the map of a server. `sound` is where they stand: figures of one list of theirs, as
JSON, and nothing of its tracks; `told` is where the last digest knew them."""

digests = Table(
    "digests",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("next_at", Moment, nullable=False, index=True),
)
"""Which servers want a weekly digest, where, and when the next one is due."""

digest_posts = Table(
    "digest_posts",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("request_id", BigInteger, nullable=False),
    Column("claimed_at", Moment, nullable=False, index=True),
    Column("held_until", Moment),
    Column("is_posted", Boolean, nullable=False),
)
"""One row for each digest with something to say, written before it is sent: whoever holds it until
`held_until` posts it. What is not posted by then is looked for, and taken over."""

digest_news = Table(
    "digest_news",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("owner_id", BigInteger, index=True),
    Column("feature", Text),
    Column("more", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["guild_id", "week"], ["digest_posts.guild_id", "digest_posts.week"], ondelete="CASCADE"
    ),
)
"""What a digest says of whom; `owner_id` is the second of two who became alike."""

servers = Table(
    "servers",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("direct_questions", Boolean, nullable=False),
)
"""What the administrators of a server have decided."""

group_results = Table(
    "group_results",
    metadata,
    Column("result_id", Text, primary_key=True),
    Column("lobby_id", Text, ForeignKey("lobbies.lobby_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)
"""What comparisons found. A result goes as a whole when one of its people withdraws."""

group_result_members = Table(
    "group_result_members",
    metadata,
    Column("result_id", Text, ForeignKey("group_results.result_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("position", Integer, nullable=False),
    Column("source", Text),
)
"""Who is in a result, in its own order, and where what they brought was read."""

group_messages = Table(
    "group_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("lobby_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("result_id", Text, index=True),
    Column("posted_at", Moment, nullable=False, index=True),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("drawn", Integer, nullable=False, server_default="0"),
    Column("is_on_its_way", Boolean, nullable=False, server_default=false()),
    Column("refused_since", Moment),
)
"""Messages of ours that show people. They outlive what they show.

Until Discord has named a message it `is_on_its_way`, and has the number of the request as its id.

`changed` counts the changes of what one has to show, `drawn` is the change up to which it shows them: a
message is stale while `drawn < changed`. Neither ever gets smaller.
"""
