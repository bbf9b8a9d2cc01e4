"""Add the tables that came with 0.2.0."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the tables."""
    _refused_files()
    _questions()
    _shares()
    _names()
    _preferences()
    _shared_fetching()
    _sounds()
    _server_maps()
    _remembered_maps()
    _put_aside()
    _digests()
    _open_recordings()
    _artist_genres()


def _refused_files() -> None:
    """Keep hashes of files that must not be read again for a while."""
    op.create_table(
        "refused_files",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_refused_files"),
    )


def _questions() -> None:
    """Keep who asked whom, who is never to be asked, and what servers allow."""
    op.create_table(
        "asks",
        sa.Column("owner_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("lobby_id", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "user_id", "guild_id", name="pk_asks"),
    )
    for name in ("asked_at", "lobby_id", "user_id"):
        op.create_index(f"ix_asks_{name}", "asks", [name])
    op.create_table(
        "unasked",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_unasked"),
    )
    op.create_table(
        "servers",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("direct_questions", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_servers"),
    )


def _shares() -> None:
    """Count the calls to Spotify that are made for one person, so that nobody takes the whole day's."""
    op.create_table(
        "person_calls",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "starts_at", name="pk_person_calls"),
    )


def _names() -> None:
    """Remember which recordings names mean, with their genres, and what people said about doubtful ones."""
    op.create_table(
        "name_matches",
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("certainty", sa.Text, nullable=False),
        sa.Column("track_id", sa.Text),
        sa.Column("isrc", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.Text, nullable=False),
        sa.Column("album", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("genres", sa.Text, nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("name_key", name="pk_name_matches"),
    )
    op.create_index("ix_name_matches_expires_at", "name_matches", ["expires_at"])
    op.create_table(
        "id_words",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("artists", sa.Text, nullable=False),
        sa.Column("isrc", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("track_id", name="pk_id_words"),
    )
    op.create_index("ix_id_words_expires_at", "id_words", ["expires_at"])
    op.create_table(
        "name_answers",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name_key", "found", name="pk_name_answers"),
    )


def _preferences() -> None:
    """Remember how somebody had their playlists grouped."""
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("grouping", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_preferences"),
    )


def _shared_fetching() -> None:
    """Let several processes share the pace of services, what is fetched there, what has come, and shards."""
    op.create_table(
        "upstreams",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rest_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_upstreams"),
    )
    op.create_table(
        "fetch_claims",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_fetch_claims"),
    )
    op.create_table(
        "received_interactions",
        sa.Column("interaction_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("interaction_id", name="pk_received_interactions"),
    )
    op.create_index("ix_received_interactions_at", "received_interactions", ["at"])
    op.create_table(
        "shard_leases",
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("shard", name="pk_shard_leases"),
    )


def _sounds() -> None:
    """Keep what was measured from own sound files, and for an hour where Discord has these files."""
    op.create_table(
        "heard_sounds",
        sa.Column("owner_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("clips", sa.Text, nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "digest", name="pk_heard_sounds"),
    )
    op.create_index("ix_heard_sounds_measured_at", "heard_sounds", ["measured_at"])
    op.create_table(
        "sound_offers",
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_sound_offers"),
    )
    op.create_index("ix_sound_offers_owner_id", "sound_offers", ["owner_id"])
    op.create_index("ix_sound_offers_expires_at", "sound_offers", ["expires_at"])


def _server_maps() -> None:
    """Keep who agreed to be on the map of a server, and where they stand."""
    op.create_table(
        "map_members",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("playlist_fingerprint", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sound", sa.Text, nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name="pk_map_members"),
    )
    op.create_index("ix_map_members_user_id", "map_members", ["user_id"])


def _remembered_maps() -> None:
    """Remember how a list sounded, where its owner asks for that."""
    op.create_table(
        "remembered_maps",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("playlist_fingerprint", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("playlist_name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playlist_fingerprint", "made_at", name="pk_remembered_maps"),
    )
    op.create_index("ix_remembered_maps_made_at", "remembered_maps", ["made_at"])


def _put_aside() -> None:
    """Remember which tracks a source is to be asked about when nobody waits for it."""
    op.create_table(
        "put_aside",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("release_year", sa.Integer),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_put_aside"),
    )
    op.create_index("ix_put_aside_asked_at", "put_aside", ["asked_at"])


def _digests() -> None:
    """Keep which servers want a digest, which were posted, and whom they name."""
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


def _open_recordings() -> None:
    """Keep what open dumps say: readings of AcousticBrainz, and which recording a name means.

    They stay empty until an operator imports a dump.
    """
    op.create_table(
        "recording_readings",
        sa.Column("recording", sa.LargeBinary, primary_key=True),
        sa.Column("tempi", sa.LargeBinary, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recording_names",
        sa.Column("name_hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recording", sa.LargeBinary, nullable=False),
    )


def _artist_genres() -> None:
    """Remember which genres artists are given, so that a list without any profits from earlier ones."""
    op.create_table(
        "artist_genres",
        sa.Column("artist", sa.Text, nullable=False),
        sa.Column("genre", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("tracks", sa.BigInteger, nullable=False),
        sa.Column("marks", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("artist", "genre", "source", name="pk_artist_genres"),
    )
    op.create_index("ix_artist_genres_last_seen", "artist_genres", ["last_seen"])
