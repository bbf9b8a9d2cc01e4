"""Open the database, and list what is kept in it: what, for how long, and what drops it then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.work import Workflows
from bot.config import Settings
from cogs.words.account import LinkEnd
from services.domain.server_map import DIGEST_STANDS_FOR
from services.domain.spotify import LINK_LIFE, Disconnected
from services.jobs.queue import SET_ASIDE_FOR
from services.maintenance import RepeatedTask
from services.storage import backups
from services.storage.attempts import AttemptStore
from services.storage.backups import default_folder, erase_again
from services.storage.consents import ASK_AGAIN_AFTER, QuestionStore
from services.storage.database import Database
from services.storage.decisions import DraftStore
from services.storage.features import FeatureStore, PutAsideStore
from services.storage.installation import ClaimStore, ReceivedStore, RefusedFileStore
from services.storage.known_tracks import ArtistGenreStore
from services.storage.links import LinkStore
from services.storage.persons import NOTES_KEPT_FOR, ErasureNotes, PersonStore
from services.storage.recordings import NameStore
from services.storage.spotify import CallStore, LibraryStore, PlaylistStore
from services.storage.sqlite_files import COPIES_KEPT_FOR, CopyKind, drop_old_copies
from services.storage.uploads import SoundStore, UploadStore
from services.storage.writes import WriteStore
from services.workflows.library import KEPT_AT_MOST, LIST_KEPT_FOR
from services.workflows.reading import UPLOADS_KEPT_FOR
from services.workflows.reports import REMEMBERED_FOR
from services.workflows.sounds import OFFERED_FOR

WRITES_KEPT_FOR = timedelta(days=30)
"""As long as a change to a playlist can be taken back."""
DRAFTS_KEPT_FOR = timedelta(days=1)
GENRES_KEPT_FOR = timedelta(days=2 * 365)
"""From when they were last said; what a single odd file says goes then."""
BACKUP_AFTER = timedelta(hours=23, minutes=30)
"""Daily, also when the hourly rounds drift a little."""
ROUND_S = 3600.0
"""Between two rounds of maintenance."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database, and erase again who was forgotten and stands in a restored copy."""
    url = settings.database_url
    async with Database.open(
        url, backups=default_folder(url), connections=settings.database_connections
    ) as database:
        if back := await erase_again(database):
            _log.warning("people who were forgotten and stood in the restored copy: %d; erased again", back)
        yield database


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Something about persons that is kept: where it is, and what ends it."""

    row: str
    """How its row in PRIVACY.md begins."""
    tables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Kinds of files in the data folder, apart from the database itself."""
    kept_for: timedelta | None
    """At most, from when it was made or last used; None where only its person ends it."""
    tasks: tuple[RepeatedTask, ...] = ()
    """What drops it when its time is over."""


def holdings_of(
    settings: Settings,
    database: Database,
    workflows: Workflows,
    *,
    end_left_sharings: Callable[[], Awaitable[int]],
    end_links: Callable[[], Awaitable[int]],
    clock: Callable[[], datetime],
) -> tuple[Holding, ...]:
    """List all that is kept about persons, as PRIVACY.md says it."""
    results_for = timedelta(days=settings.report_days)
    file, folder = database.address.file, default_folder(settings.database_url)

    async def drop_copies() -> int:
        return 0 if file is None else await asyncio.to_thread(drop_old_copies, file, folder, now=clock())

    async def drop_notes() -> int:
        return await asyncio.to_thread(ErasureNotes(file).drop_old, clock())

    return (
        Holding(
            row="Your Discord id with each map",
            tables=("reports", "report_messages"),
            kept_for=results_for,
            tasks=(RepeatedTask("results", lambda: workflows.reports.purge(results_for)),),
        ),
        Holding(
            row="An uploaded file with a list of tracks",
            tables=("pending_uploads",),
            kept_for=UPLOADS_KEPT_FOR,
            tasks=(RepeatedTask("uploads", lambda: UploadStore(database).purge(clock())),),
        ),
        Holding(
            row="What ReccoBeats measured from clips",
            tables=("heard_sounds",),
            kept_for=results_for,
            tasks=(RepeatedTask("sounds", lambda: SoundStore(database).purge(clock() - results_for)),),
        ),
        Holding(
            row="Where Discord has your sound files",
            tables=("sound_offers",),
            kept_for=OFFERED_FOR,
            tasks=(RepeatedTask("offers", lambda: SoundStore(database).purge_offers(clock())),),
        ),
        Holding(
            row="Commands under way",
            tables=("jobs",),
            kept_for=SET_ASIDE_FOR,
            tasks=(RepeatedTask("traces of answered requests", workflows.jobs.purge),),
        ),
        Holding(
            row="How a list sounded",
            tables=("remembered_maps",),
            kept_for=REMEMBERED_FOR,
            tasks=(RepeatedTask("remembered maps", workflows.drift.purge),),
        ),
        Holding(row="Tempos that you corrected", tables=("tempo_corrections",), kept_for=None),
        Holding(row="Songs that you confirmed", tables=("name_answers",), kept_for=None),
        Holding(row="How you had a playlist grouped", tables=("preferences",), kept_for=None),
        Holding(
            row="Drafts of tidying",
            tables=("drafts",),
            kept_for=DRAFTS_KEPT_FOR,
            tasks=(RepeatedTask("drafts", lambda: DraftStore(database).purge(clock() - DRAFTS_KEPT_FOR)),),
        ),
        Holding(
            row="What was changed in your playlists",
            tables=("playlist_writes",),
            kept_for=WRITES_KEPT_FOR,
            tasks=(
                RepeatedTask(
                    "changes to playlists", lambda: WriteStore(database).purge(clock() - WRITES_KEPT_FOR)
                ),
            ),
        ),
        Holding(
            row="If you connect Spotify",
            tables=("links", "link_attempts"),
            kept_for=LINK_LIFE,
            tasks=(
                RepeatedTask("ended links", end_links),
                RepeatedTask("logins", lambda: AttemptStore(database).purge(clock())),
            ),
        ),
        Holding(
            row="Playlists read with it",
            tables=("kept_playlists", "libraries", "listed_playlists", "person_calls"),
            kept_for=max(KEPT_AT_MOST, LIST_KEPT_FOR),
            tasks=(
                RepeatedTask("playlists", lambda: PlaylistStore(database).purge(clock())),
                RepeatedTask("counts of calls", lambda: CallStore(database).purge(clock())),
                RepeatedTask(
                    "lists of playlists", lambda: LibraryStore(database).purge(clock() - LIST_KEPT_FOR)
                ),
            ),
        ),
        Holding(
            row="Whether people of a server may compare",
            tables=(
                "sharings",
                "lobbies",
                "lobby_members",
                "group_results",
                "group_result_members",
                "group_messages",
            ),
            kept_for=None,
            tasks=(
                RepeatedTask("comparisons", workflows.lobbies.purge),
                RepeatedTask("playlists shared by who left the server", end_left_sharings),
            ),
        ),
        Holding(row="Where you stand on the map of a server", tables=("map_members",), kept_for=None),
        Holding(
            row="What the weekly digest of a server says about you",
            tables=("digest_news",),
            kept_for=DIGEST_STANDS_FOR,
            tasks=(RepeatedTask("digests", workflows.digests.purge),),
        ),
        Holding(
            row="Whom you asked to compare",
            tables=("asks",),
            kept_for=ASK_AGAIN_AFTER,
            tasks=(
                RepeatedTask("questions", lambda: QuestionStore(database).purge(clock() - ASK_AGAIN_AFTER)),
            ),
        ),
        Holding(row="That you do not want to be asked", tables=("unasked",), kept_for=None),
        Holding(
            row="Copies of all that",
            files=tuple(CopyKind),
            kept_for=COPIES_KEPT_FOR,
            tasks=(RepeatedTask("copies of the database", drop_copies),),
        ),
        Holding(
            row="That somebody was forgotten",
            files=("notes of erasures",),
            kept_for=NOTES_KEPT_FOR,
            tasks=(RepeatedTask("notes of erasures", drop_notes),),
        ),
    )


def maintenance_tasks(
    settings: Settings,
    database: Database,
    workflows: Workflows,
    holdings: Sequence[Holding],
    *,
    clock: Callable[[], datetime],
) -> tuple[RepeatedTask, ...]:
    """List the repeated work of one application: the daily copy first, so that old ones may go."""
    saving = workflows.saving
    claims: tuple[RepeatedTask, ...] = ()
    if not database.is_file:
        claims = (RepeatedTask("claims of fetches", lambda: ClaimStore(database, holder="").purge(clock())),)
    stale = () if saving is None else (lambda: saving.end_stale(clock() - WRITES_KEPT_FOR),)
    return (
        *daily_backup(settings.database_url, default_folder(settings.database_url), clock),
        *(task for holding in holdings for task in holding.tasks),
        *claims,
        RepeatedTask("traces of signed commands", lambda: ReceivedStore(database).purge(clock())),
        RepeatedTask("files that were refused", lambda: RefusedFileStore(database).purge(clock())),
        RepeatedTask("absences of tracks", lambda: FeatureStore(database).purge_absences(clock())),
        RepeatedTask("tracks to ask about later", lambda: PutAsideStore(database).purge(clock())),
        RepeatedTask("names of tracks", lambda: NameStore(database).purge(clock())),
        RepeatedTask(
            "genres of artists", lambda: ArtistGenreStore(database).purge(clock() - GENRES_KEPT_FOR)
        ),
        RepeatedTask("logs with erased pages", PersonStore(database).scrub),
        # Their owners are told, and can still take them back.
        *(RepeatedTask("half-done changes to playlists", end) for end in stale),
    )


def daily_backup(url: str, folder: Path | None, clock: Callable[[], datetime]) -> tuple[RepeatedTask, ...]:
    """Copy an SQLite database once a day and keep a week of copies; a server has its own tools."""
    if folder is None:
        return ()

    def copy() -> int:
        newest = backups.newest_dated(url, folder)
        if newest is not None and clock() - newest < BACKUP_AFTER:
            return 0
        backups.backup_into(url, folder, now=clock())
        return 1

    async def run() -> int:
        return await asyncio.to_thread(copy)

    return (RepeatedTask("backups", run),)


def ending_links(
    database: Database,
    tell: Callable[[Disconnected, LinkEnd], Awaitable[None]],
    clock: Callable[[], datetime],
) -> Callable[[], Awaitable[int]]:
    """Return what ends links whose consent is over, and tells those who lose their seat."""

    async def end() -> int:
        ended = await LinkStore(database).end_old(clock())
        for each in ended:
            await tell(each, LinkEnd.OVER)
        return len(ended)

    return end
