"""Tables about music and about the installation; only corrected tempi belong to a person."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text

from services.domain.features import Feature
from services.storage.schema.base import Moment, Words, metadata

features = Table(
    "features",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("isrc", Words, index=True),
    Column("fetched_at", Moment, nullable=False),
    *(Column(feature.value, Double) for feature in Feature),
)
"""What one source said about one track."""

absences = Table(
    "absences",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("fetched_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Tracks that a source does not know, until it is worth asking again."""

known_tracks = Table(
    "known_tracks",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("lead_artist", Words, nullable=False),
    Column("core_title", Words, nullable=False),
    Column("album_key", Words, nullable=False, index=True),
    Column("isrc", Words, index=True),
    Column("title", Words, nullable=False),
    Column("artists", Words, nullable=False),
    Column("album", Words),
    Column("album_id", Words),
    Column("duration_ms", BigInteger),
    Column("release_year", Integer),
    Column("explicit", Boolean),
    Column("genres", Words, nullable=False),
    Index("ix_known_tracks_lead_artist_core_title", "lead_artist", "core_title"),
)
"""Words about tracks, to find related tracks: same song, same artist, same album."""

artist_genres = Table(
    "artist_genres",
    metadata,
    Column("artist", Words, primary_key=True),
    Column("genre", Words, primary_key=True),
    Column("source", Words, primary_key=True),
    Column("tracks", BigInteger, nullable=False),
    Column("marks", BigInteger, nullable=False),
    Column("last_seen", Moment, nullable=False, index=True),
)
"""Which genres an artist is given, on how many tracks; no person, file or list. `marks` are bits that many
people share (`services.domain.known_tracks.mark_of`), so that one person counts once."""

tempo_corrections = Table(
    "tempo_corrections",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("track_id", Words, primary_key=True),
    Column("factor", Double, nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""Tempos that a person halved or doubled for themselves."""

name_matches = Table(
    "name_matches",
    metadata,
    Column("name_key", Words, primary_key=True),
    Column("certainty", Text, nullable=False),
    Column("track_id", Words),
    Column("isrc", Words),
    Column("title", Words, nullable=False),
    Column("artists", Words, nullable=False),
    Column("album", Words),
    Column("duration_ms", BigInteger),
    Column("looked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("genres", Words, nullable=False, server_default="[]"),
)
"""Which recording a name means, and its genres, by what services said; facts about recordings."""

id_words = Table(
    "id_words",
    metadata,
    Column("track_id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("artists", Words, nullable=False),
    Column("isrc", Words),
    Column("duration_ms", BigInteger),
    Column("looked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""What a Spotify id is called; without a title where the service asked does not know."""

name_answers = Table(
    "name_answers",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name_key", Words, primary_key=True),
    Column("found", Words, primary_key=True),
    Column("taken", Boolean, nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""Whether somebody said that a doubtful find is the song that they meant; it counts for them alone."""


pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("beat", BigInteger, nullable=False),
)
"""One row that is written to prove that writing works."""

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts about the installation; nothing about persons."""

put_aside = Table(
    "put_aside",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("release_year", Integer),
    Column("asked_at", Moment, nullable=False, index=True),
)
"""Tracks about which a source is asked when nobody waits for it: there was no time before."""

recording_readings = Table(
    "recording_readings",
    metadata,
    Column("recording", LargeBinary, primary_key=True),
    Column("tempi", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""What the submissions to AcousticBrainz say of a recording of MusicBrainz, each packed (CC0)."""

recording_names = Table(
    "recording_names",
    metadata,
    Column("name_hash", BigInteger, primary_key=True, autoincrement=False),
    Column("recording", LargeBinary, nullable=False),
)
"""Which recording of MusicBrainz artist and title mean, from its canonical data (CC0)."""

import_progress = Table(
    "import_progress",
    metadata,
    Column("file_fingerprint", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_saved", BigInteger, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""How far a bulk import came; written in the same transaction as its rows."""

refused_files = Table(
    "refused_files",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("until", Moment, nullable=False),
)
"""Hashes of files whose reading cost a worker its life; each row goes when its hour is over."""

upstreams = Table(
    "upstreams",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("rest_until", Moment),
    Column("reason", Text),
)
"""When each outside service may be called next, for all processes that share this database."""

fetch_claims = Table(
    "fetch_claims",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Which process fetches what at this moment: ids of tracks, nothing about persons."""

received_interactions = Table(
    "received_interactions",
    metadata,
    Column("interaction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
)
"""Which signed interactions were here in the last hour; nothing about who sent them."""

shard_leases = Table(
    "shard_leases",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text),
    Column("until", Moment),
)
"""Which process connects which shard of the gateway, where they are not fixed by settings."""
