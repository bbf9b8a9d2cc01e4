"""What the commands on playlist files share: reading, opening the workflow, writing charts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.app import new_pool
from bot.config import Settings
from bot.enrichment import open_enricher
from services.domain.charts import Chart
from services.domain.errors.uploads import FileTooLargeError
from services.domain.music import Playlist
from services.storage.addresses import parse_address
from services.storage.backups import default_folder
from services.storage.database import Database
from services.storage.known_tracks import KnownTrackStore
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.company import CompanyWorkflow
from services.workflows.uploads import UPLOAD_LIMIT_BYTES


class BadInputError(Exception):
    """The file can't be used from the terminal; the message is for the person."""


def read_input(path: Path) -> bytes:
    """Read a file that is to be analysed.

    Raises
    ------
    BadInputError
        It is not there or may not be read.
    FileTooLargeError
        It is larger than the bot accepts.
    """
    try:
        size = path.stat().st_size
        if size > UPLOAD_LIMIT_BYTES:
            raise FileTooLargeError(size, UPLOAD_LIMIT_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"can't be read: {error.strerror or error}.") from error


def only_playlist(playlists: tuple[Playlist, ...], how: str) -> Playlist:
    """Return the one playlist of a file.

    Parameters
    ----------
    how
        How one of several is chosen, for the message.

    Raises
    ------
    BadInputError
        There are several.
    """
    if len(playlists) == 1:
        return playlists[0]
    names = ", ".join(f"“{playlist.name}” ({len(playlist.tracks)})" for playlist in playlists[:20])
    raise BadInputError(f"holds {len(playlists)} playlists; choose one with {how}: {names}")


@asynccontextmanager
async def open_workflow(settings: Settings, *, offline: bool) -> AsyncIterator[AnalyzeWorkflow]:
    """Open what the terminal needs: no Discord, and the cache only where one exists or would be filled."""
    async with AsyncExitStack() as stack:
        database: Database | None = None
        file = parse_address(settings.database_url).file
        if not offline or (file is not None and file.is_file()):
            database = await stack.enter_async_context(
                Database.open(settings.database_url, backups=default_folder(settings.database_url))
            )
        compute = new_pool(1)
        stack.push_async_callback(compute.aclose)
        company = CompanyWorkflow(compute=compute, known=KnownTrackStore(database) if database else None)
        enricher = await stack.enter_async_context(
            open_enricher(settings, database, company, offline=offline)
        )
        yield AnalyzeWorkflow(compute=compute, enricher=enricher, company=company)


def save_charts(charts: Sequence[Chart], folder: Path) -> None:
    """Write pictures with their text twins.

    Raises
    ------
    BadInputError
        They can't be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            (folder / chart.filename).write_bytes(chart.png)
            text = f"{chart.title}\n\n{chart.alt_text}\n\n{chart.text}\n"
            (folder / chart.filename).with_suffix(".txt").write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"the charts can't be written to {folder}: {error.strerror or error}.") from error
