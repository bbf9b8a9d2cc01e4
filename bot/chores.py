"""Everything that has to go at some time, and when: the one list of how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.config import Settings
from bot.upkeep import Chore, daily_backup
from services.storage.attempts import AttemptStore
from services.storage.backups import default_folder
from services.storage.database import Database
from services.storage.drafts import DraftStore
from services.storage.features import FeatureStore
from services.storage.libraries import LibraryStore
from services.storage.playlists import PlaylistStore
from services.storage.uploads import UploadStore
from services.storage.writes import WriteStore
from services.workflows.jobs import JobsWorkflow
from services.workflows.library import LIST_KEPT_FOR
from services.workflows.reports import ReportsWorkflow

WRITES_KEPT_FOR = timedelta(days=30)
"""As long as a change to a playlist can be taken back."""
DRAFTS_KEPT_FOR = timedelta(days=1)


def chores_of(
    settings: Settings,
    database: Database,
    *,
    jobs: JobsWorkflow,
    reports: ReportsWorkflow,
    clock: Callable[[], datetime],
) -> tuple[Chore, ...]:
    """List the repeated work of one application."""
    results_for = timedelta(days=settings.report_days)
    return (
        Chore("traces of answered requests", jobs.purge),
        Chore("results", lambda: reports.purge(results_for)),
        Chore("uploads", lambda: UploadStore(database).purge(clock())),
        Chore("logins", lambda: AttemptStore(database).purge(clock())),
        Chore("playlists", lambda: PlaylistStore(database).purge(clock())),
        Chore("lists of playlists", lambda: LibraryStore(database).purge(clock() - LIST_KEPT_FOR)),
        Chore("drafts", lambda: DraftStore(database).purge(clock() - DRAFTS_KEPT_FOR)),
        Chore("changes to playlists", lambda: WriteStore(database).purge(clock() - WRITES_KEPT_FOR)),
        Chore("absences of tracks", lambda: FeatureStore(database).purge_absences(clock())),
        *daily_backup(settings.database_url, default_folder(settings.database_url), clock),
    )
