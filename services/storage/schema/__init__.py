"""The tables: the newest shape, which the migrations lead to, one module per family.

Whether the migrations really end here is a test (`test_migrations`). Tables about music carry
nothing about persons; every table with a column of `PERSON_COLUMNS` belongs to somebody and has to
be cleared when that person asks to be forgotten.
"""

from services.storage.schema.accounts import link_attempts, links
from services.storage.schema.base import PERSON_COLUMNS, metadata
from services.storage.schema.drafts import drafts
from services.storage.schema.groups import (
    group_messages,
    group_result_members,
    group_results,
    lobbies,
    lobby_members,
    sharings,
)
from services.storage.schema.jobs import jobs
from services.storage.schema.library import call_counts, kept_playlists, libraries, listed_playlists
from services.storage.schema.music import absences, features, known_tracks, tempo_corrections
from services.storage.schema.results import pending_uploads, report_messages, reports
from services.storage.schema.upkeep import import_progress, marks, pulse
from services.storage.schema.writes import playlist_writes

__all__ = [
    "PERSON_COLUMNS",
    "absences",
    "call_counts",
    "drafts",
    "features",
    "group_messages",
    "group_result_members",
    "group_results",
    "import_progress",
    "jobs",
    "kept_playlists",
    "known_tracks",
    "libraries",
    "link_attempts",
    "links",
    "listed_playlists",
    "lobbies",
    "lobby_members",
    "marks",
    "metadata",
    "pending_uploads",
    "playlist_writes",
    "pulse",
    "report_messages",
    "reports",
    "sharings",
    "tempo_corrections",
]
