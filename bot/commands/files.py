"""What the commands on playlist files share: opening the workflow, reading, writing, and what went wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from bot.app import new_pool
from bot.app.sources import open_name_services, open_sources
from bot.commands import BadInputError
from bot.config import Settings
from cogs.replies.lists import dj_attachments
from cogs.words.errors import sentence
from cogs.words.messages import progress_line
from services.domain.charts import Chart
from services.domain.errors import TastemapError
from services.domain.errors.playlists import (
    FileTooLargeError,
    MixedChoiceError,
    SoundError,
    SoundTooLargeError,
)
from services.domain.inputs import MAX_UPLOAD_BYTES, UploadedFile, parse_user_list
from services.domain.messages import Activity, Note, OnProgress, Progress
from services.domain.music import Playlist, Track
from services.domain.sound import may_hold_sound, sound_kind
from services.sources.clock import utc_now
from services.storage.backups import default_folder
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.known_tracks import ArtistGenreStore, KnownTrackStore
from services.storage.leases import bot_runs_on
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.corrections import NamesWorkflow
from services.workflows.costly_files import CostlyFiles
from services.workflows.known_tracks import ArtistGenresWorkflow, RelatedTracksWorkflow
from services.workflows.list_export import NamedList, dj_files, lists_csv
from services.workflows.reading import PlaylistChoice, PlaylistReader
from services.workflows.sounds import SoundsWorkflow, joined, playlist_of

SOUND_LIMIT_BYTES = 512 * 1024 * 1024
"""Twelve minutes of stereo at 96 kHz and 32 bits: here a file need not pass through Discord."""
_HEAD_BYTES = 64 * 1024
_MOST_SOUNDS = 500
"""Of one folder; they are measured a few at a time."""
NOBODY = 0
"""Whoever sits at the terminal has no account here."""


def told_of(given: str, error: Exception) -> BadInputError:
    """Say of a failure, in a line for the terminal, which file it is about; `given` may be empty."""
    said = sentence(error) if isinstance(error, TastemapError) else str(error)
    return BadInputError(f"{given}: {said}" if given else said)


def shown_on(status: Status) -> OnProgress:
    """Return what tells on a line of the terminal how far work is."""

    async def say(progress: Progress) -> None:
        status.update(progress_line(progress))

    return say


def read_input(path: Path) -> bytes:
    """Read a file that is to be analysed.

    Raises
    ------
    BadInputError
        It is not there or may not be read.
    FileTooLargeError, SoundTooLargeError
        It is larger than the bot accepts; of sound more is, because its minutes count.
    """
    try:
        size = path.stat().st_size
        if size > MAX_UPLOAD_BYTES:
            with path.open("rb") as file:
                is_sound = may_hold_sound(file.read(_HEAD_BYTES))
            if is_sound and size > SOUND_LIMIT_BYTES:
                raise SoundTooLargeError(size, SOUND_LIMIT_BYTES)
            if not is_sound:
                raise FileTooLargeError(size, MAX_UPLOAD_BYTES)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInputError("can't be read: there is no such file. Check its name and its folder.") from error
    except IsADirectoryError as error:
        raise BadInputError("can't be read: it is a folder. Give a file in it.") from error
    except OSError as error:
        raise BadInputError(f"can't be read: {error.strerror or error}.") from error


def split_file(file: str) -> tuple[Path, str | None]:
    """Read `FILE` or `FILE#NAME OF A PLAYLIST`; a file that is really called so comes first.

    The name may hold `#` itself: the shortest beginning that is a file is taken.
    """
    parts = file.split("#")
    for number in (len(parts), *range(1, len(parts))):
        path = Path("#".join(parts[:number]))
        if path.is_file():
            return path, "#".join(parts[number:]) or None
    if len(parts) == 1:
        return Path(file), None
    return Path("#".join(parts[:-1])), parts[-1] or None


async def read_playlist(
    workflow: AnalyzeWorkflow, file: str, *, wanted: str | None = None, how: str
) -> Playlist:
    """Read `FILE` or `FILE#NAME`, or the playlist in it that is wanted by its name.

    Parameters
    ----------
    how
        How one of several is chosen, for the message.

    Raises
    ------
    BadInputError
        It can't be read, or there are several playlists in it.
    UploadError
        What is in it can't be read.
    """
    path, named = split_file(file)
    listed = parse_user_list(str(path))
    if listed is not None:  # no file is called so, but by intent; `./` in front then means the file
        return await workflow.reader.lists.read(listed)
    content = await asyncio.to_thread(read_input, path)
    read = await workflow.reader.read(NOBODY, UploadedFile("", path.name, wanted or named, content))
    if not isinstance(read, PlaylistChoice):
        return read
    names = ", ".join(f"“{playlist.name}” ({len(playlist.tracks)})" for playlist in read.playlists[:20])
    raise BadInputError(f"holds {len(read.playlists)} playlists; choose one with {how}: {names}")


def paths_of(files: Sequence[str]) -> list[Path] | None:
    """List the files that are meant where it is several, or a folder of sound; None for one file.

    Raises
    ------
    BadInputError
        There are none, or too many.
    """
    if len(files) == 1 and not Path(files[0]).is_dir():
        return None
    paths: list[Path] = []
    for file in files:
        path = Path(file)
        paths += sorted(each for each in path.rglob("*") if _is_sound(each)) if path.is_dir() else [path]
    if not paths:
        raise BadInputError("holds no sound file. Give a playlist file in it, or a folder with sound files.")
    if len(paths) > _MOST_SOUNDS:
        raise BadInputError(f"these are {len(paths):,} files; {_MOST_SOUNDS} are measured at once.")
    return paths


def _is_sound(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sound_kind(file.read(_HEAD_BYTES)) is not None
    except OSError:
        return False


async def read_sounds(workflow: AnalyzeWorkflow, paths: Sequence[Path], say: OnProgress) -> Playlist:
    """Measure the sound files among some files, for the list among them if there is one.

    Raises
    ------
    BadInputError
        A file can't be read.
    UploadError
        What is in them can't be used; the class says why.
    """
    reader = workflow.reader
    tracks: list[Track] = []
    notes: list[Note] = []
    lists: list[UploadedFile] = []
    first_error: SoundError | None = None
    for number, path in enumerate(paths):
        await say(Progress(Activity.LISTENING, number, len(paths), path.name))
        content = await asyncio.to_thread(read_input, path)
        sounds, others = await reader.sounds.told_apart([UploadedFile("", path.name, None, content)])
        lists += others
        try:
            found, said = await reader.sounds.read(NOBODY, sounds)
        except SoundError as error:
            print(f"{path}: {sentence(error)}", file=sys.stderr)  # noqa: T201
            first_error = first_error or error
            continue
        tracks += found
        notes += said
    if not tracks and first_error is not None:
        raise first_error
    if len(lists) > 1:
        raise MixedChoiceError(len(lists))
    if not lists:
        return playlist_of(
            tracks, [UploadedFile("", path.parent.resolve().name) for path in paths[:1]], tuple(notes)
        )
    playlists = await reader.read_upload(lists[0].content or b"", lists[0].filename)
    if len(playlists) > 1:
        raise MixedChoiceError(len(playlists))
    return joined(playlists[0], tracks, tuple(notes))


@asynccontextmanager
async def open_workflow(settings: Settings, *, offline: bool) -> AsyncIterator[AnalyzeWorkflow]:
    """Open what the terminal needs: no Discord, and the cache only where one exists or would be filled."""
    async with AsyncExitStack() as stack:
        database: Database | None = None
        address = parse_address(settings.database_url)
        beside_a_bot = bot_runs_on(address)
        if beside_a_bot:
            print(  # noqa: T201
                f"A bot runs on {address}, so it is only read here: what is looked up now is not kept.",
                file=sys.stderr,
            )
        if not offline or (address.file is not None and address.file.is_file()):
            database = await stack.enter_async_context(
                Database.open(
                    settings.database_url,
                    backups=default_folder(settings.database_url),
                    read_only=beside_a_bot,
                )
            )
        compute = new_pool(1)
        stack.push_async_callback(compute.aclose)
        related_tracks = RelatedTracksWorkflow(
            compute=compute,
            known=KnownTrackStore(database) if database else None,
            remembers=not beside_a_bot,
        )
        lists = await stack.enter_async_context(open_name_services(settings))
        sources = await stack.enter_async_context(
            open_sources(
                settings,
                database,
                offline=offline,
                keeps=not beside_a_bot,
                lists=lists,
            )
        )
        reader = PlaylistReader(
            compute=compute,
            sounds=SoundsWorkflow(compute=compute, costly=CostlyFiles(None, utc_now), clock=utc_now),
            related_tracks=related_tracks,
            lists=lists.lists,
            clock=utc_now,
        )
        yield AnalyzeWorkflow(
            compute=compute,
            reader=reader,
            enricher=sources.enricher,
            related_tracks=related_tracks,
            names=NamesWorkflow(resolver=sources.enricher.names, clock=utc_now),
            genres=ArtistGenresWorkflow(
                store=ArtistGenreStore(database),
                clock=utc_now,
                remembers=not beside_a_bot,
                takes_musicbrainz=sources.enricher.names.takes_genres,
            )
            if database
            else None,
        )


def save_lists(
    lists: Sequence[NamedList], folder: Path, name: str, reasons: Sequence[str] = ()
) -> tuple[str, ...]:
    """Write lists for DJ programs and as CSV; return what is to be said of them.

    `reasons` are those of `lists_csv`.

    Raises
    ------
    BadInputError
        They can't be written there.
    """
    files = dj_files(lists)
    attached, hints = dj_attachments(files, name)
    contents = {f"{name}.csv": lists_csv(lists, reasons=reasons)}
    contents |= {file.filename: file.content for file in attached if not file.filename.endswith(".zip")}
    if len(files.m3u8) > 1 and attached:
        contents |= dict(files.m3u8)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for filename, content in contents.items():
            (folder / filename).write_bytes(content)
    except OSError as error:
        raise BadInputError(f"the lists can't be written to {folder}: {error.strerror or error}.") from error
    return hints


def print_hints(hints: Sequence[str], console: Console) -> None:
    """Print what is to be said of written files."""
    for hint in hints:
        console.print(f"[dim]{escape(hint)}[/dim]")


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
