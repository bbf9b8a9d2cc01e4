"""Tables of what belongs to one person: their account, requests, analyses, drafts, playlists and writes.

Tokens and codes are sealed before they come here. What was read at Spotify is kept for as long as its
terms allow; the journal of writes lets a write be finished or taken back.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from services.storage.schema.base import Moment, Words, metadata

links = Table(
    "links",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", Words, nullable=False, unique=True, index=True),
    Column("spotify_user_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("refresh_sealed", Text),
    Column("access_sealed", Text),
    Column("access_expires_at", Moment),
    Column("scopes", Text, nullable=False),
    Column("authorized_at", Moment, nullable=False),
    Column("refreshing_until", Moment),
)
"""One row for each person. Whoever holds `refreshing_until` is the one process that refreshes."""

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("user_id", BigInteger, nullable=False, unique=True, index=True),
    Column("discord_name", Words, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("wanted", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("browser_hash", Text, index=True),
    Column("state_hash", Text, unique=True, index=True),
    Column("verifier_sealed", Text),
    Column("code_sealed", Text),
    Column("finish_sealed", Text),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""One open login for each person; a new one takes its place."""

_OPEN_HEAVY = text("heavy AND status IN ('queued', 'running')")

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("owner_id", BigInteger, index=True),
    Column("private", Boolean),
    Column("application_id", BigInteger),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("token", Text),
    Column("arguments", Words),
    Column("content", LargeBinary),
    Column("result_id", Text),
    Column("heavy", Boolean, nullable=False, server_default=false()),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("entered", Text),
    Column("holder", Text),
    Column("lease_until", Moment),
    Index(
        "uq_jobs_open_heavy", "owner_id", unique=True, sqlite_where=_OPEN_HEAVY, postgresql_where=_OPEN_HEAVY
    ),
)
"""One row for each accepted request. All that says anything about somebody is empty once it is done: what is
left is that this interaction was answered. `holder` is the process that works on it, until `lease_until`
unless it says again that it lives; `entered` is a code that was typed for it, sealed like the token."""


reports = Table(
    "reports",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("playlist_fingerprint", Text, nullable=False),
    Column("playlist_name", Words, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("source", Text),
    Index("ix_reports_owner_id_playlist_fingerprint", "owner_id", "playlist_fingerprint"),
)
"""Finished analyses, so that their buttons work after a restart."""

report_messages = Table(
    "report_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("report_id", Text, index=True),
    Column("shows", Text),
    Column("held_until", Moment),
)
"""Where results were posted for everybody. Empty `report_id`: its owner took it back, and the message is
to be emptied. Nothing here says whose it was. What a button posts once says what it `shows`; while it is on
its way, until `held_until`, it has the number of the press as its id."""

remembered_maps = Table(
    "remembered_maps",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("playlist_fingerprint", Text, primary_key=True),
    Column("made_at", Moment, primary_key=True, index=True),
    Column("playlist_name", Words, nullable=False),
    Column("source", Text, nullable=False),
    Column("summary", Text, nullable=False),
)
"""Numbers and names of groups of maps, without any track, of lists that their owner asked to be remembered.
As long as a list has a row here, each new map of it adds one."""

pending_uploads = Table(
    "pending_uploads",
    metadata,
    Column("upload_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("filename", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("groups", Integer),
    Column("private", Boolean, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Files with several playlists, until their owner has chosen one."""


heard_sounds = Table(
    "heard_sounds",
    metadata,
    Column("owner_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    Column("clips", Text, nullable=False),
    Column("measured_at", Moment, nullable=False, index=True),
)
"""What ReccoBeats measured from clips of a person's own sound, by the hash of its samples."""

sound_offers = Table(
    "sound_offers",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("files", Words, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Where Discord has the sound files of a map, for as long as its owner may send clips of them."""


drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column(
        "report_id", Text, ForeignKey("reports.report_id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("kind", Text, nullable=False),
    Column("state", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
)
"""Decisions so far, so that their buttons work after a restart; they go with the report."""

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("grouping", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""How somebody last asked their playlists to be grouped."""


libraries = Table(
    "libraries",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("read_at", Moment, nullable=False, index=True),
    Column("liked", Integer),
)
"""When the list of a person's playlists was read."""

listed_playlists = Table(
    "listed_playlists",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("libraries.user_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("playlist_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Words, nullable=False),
    Column("owner_id", Words, nullable=False),
    Column("owner_name", Words, nullable=False),
    Column("snapshot_id", Words),
    Column("total", Integer),
    Column("is_own", Boolean, nullable=False),
    Column("is_collaborative", Boolean, nullable=False),
    Column("description", Words, nullable=False),
)
"""The list itself: names and numbers, no tracks."""

kept_playlists = Table(
    "kept_playlists",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("playlist_key", Text, primary_key=True),
    Column("snapshot_id", Words, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)
"""Playlists as they were read, for the person whose login read it: nobody else may see it through us."""

call_counts = Table(
    "call_counts",
    metadata,
    Column("starts_at", Moment, primary_key=True),
    Column("calls", Integer, nullable=False),
)
"""How often Spotify was asked, in short stretches of time. Nothing about who asked."""

person_calls = Table(
    "person_calls",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("starts_at", Moment, primary_key=True),
    Column("calls", Integer, nullable=False),
)
"""How many of these calls were for one person, so that nobody takes the whole day's."""


playlist_writes = Table(
    "playlist_writes",
    metadata,
    Column("write_id", Text, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("request", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("target", LargeBinary, nullable=False),
    Column("original", LargeBinary, nullable=False),
    Column("playlist_id", Text),
    Column("snapshot_id", Words),
    Column("confirmed", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("added", LargeBinary, nullable=False),
    Column("missing", LargeBinary, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("hindrance", Text),
    Column("retry_at", Moment),
    Column("follows", Text),
    Column("undoes", Text),
    Column("undone_by", Text),
    Column("told", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("held_until", Moment),
    Column("telling_until", Moment),
    UniqueConstraint("user_id", "request", name="uq_playlist_writes_user_id_request"),
    Index("ix_playlist_writes_user_id_created_at", "user_id", "created_at"),
)
"""One row per write, saved before each step; `held_until` is the claim of the process that works on it, and
`telling_until` that of the one that tells its person."""
