"""Read the playlist that somebody means: named, linked to, attached, chosen in a file, or mapped before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.compute import ComputePool, Limits
from services.domain.errors import TastemapError
from services.domain.errors.playlists import (
    CostlyFileError,
    MixedChoiceError,
    NoPlaylistLinkError,
    NothingToAnalyzeError,
    OtherServiceError,
    SeveralListsError,
    ShortLinkError,
    SpotifyOffError,
    UnknownPlaylistError,
    UploadError,
    UploadExpiredError,
)
from services.domain.errors.sources import MadeBySpotifyError, NotLinkedError
from services.domain.errors.storage import NoReportYetError
from services.domain.inputs import (
    ChosenInUpload,
    Example,
    LatestMap,
    Links,
    Named,
    NamedList,
    PlaylistInput,
    PlaylistRef,
    ReferenceKind,
    UploadedFile,
    UploadedFiles,
    is_made_by_spotify,
    parse_reference,
    parse_user_list,
    spotify_page,
)
from services.domain.messages import OnProgress, quiet
from services.domain.music import Playlist, PlaylistId, PlaylistSource
from services.domain.report import new_id
from services.storage.uploads import PendingUpload, UploadStore
from services.workflows import tasks
from services.workflows.known_tracks import RelatedTracksWorkflow
from services.workflows.library import LibraryWorkflow
from services.workflows.reports import ReportsWorkflow, StoredReport
from services.workflows.sounds import SoundsWorkflow, joined, playlist_of
from services.workflows.suggestions import SUGGESTED, UserLists, playlist_called

UPLOADS_KEPT_FOR = timedelta(hours=1)
"""How long a file waits for its owner to choose a playlist in it."""
READING_LIMITS = Limits(cpu_s=3.0, memory_mb=200)
"""What reading one file may cost. The longest honest files, a history of 198,000 plays or 75,000 rows of
tables, take 1.7 to 2.2 s on a busy machine."""
READING_DEADLINE_S = 60.0
"""Three seconds of computing, on a machine that has much else to do."""
_FEWEST_LINES = 2
"""One line with a dash may be any sentence."""


@dataclass(frozen=True, slots=True)
class PlaylistChoice:
    """A file that holds several playlists: somebody has to say which one is meant."""

    playlists: tuple[Playlist, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistReader:
    """Whatever a person may mean by "a playlist", read for them; a terminal has no stores."""

    compute: ComputePool
    sounds: SoundsWorkflow
    related_tracks: RelatedTracksWorkflow
    """Told the keys of the tracks in a file, which are made while it is read."""
    reports: ReportsWorkflow | None = None
    library: LibraryWorkflow | None = None
    """None where no Spotify app is configured."""
    lists: UserLists
    uploads: UploadStore | None = None
    example_file: Callable[[], tuple[str, str, bytes]] | None = None
    """Title, file name and content."""
    clock: Callable[[], datetime]

    async def read(
        self, user_id: int, what: PlaylistInput, say: OnProgress = quiet
    ) -> Playlist | PlaylistChoice:
        """Read a playlist for the person who asks; raises like `open`."""
        found = await self.open(user_id, what, say)
        return found.report.playlist if isinstance(found, StoredReport) else found

    async def open(
        self, user_id: int, what: PlaylistInput, say: OnProgress = quiet
    ) -> Playlist | StoredReport | PlaylistChoice:
        """Read a playlist, or open the map that is meant instead.

        Raises
        ------
        UnknownPlaylistError, AmbiguousPlaylistError, NoPlaylistLinkError, ShortLinkError, SpotifyOffError
            The reference leads nowhere that can be read here.
        ReportNotFoundError, NotYourReportError, NoReportYetError
            It points at a map that is gone, or somebody else's, or there is none yet.
        UploadError
            The file can't be read, or the text has no track links; the class says why.
        TastemapError
            What keeps a playlist at Spotify from being read: see `LibraryWorkflow.read`.
        """
        match what:
            case Named(words):
                return await self._referred(user_id, parse_reference(words), say)
            case UploadedFile():
                return await self._uploaded(user_id, (what,), say)
            case UploadedFiles(files):
                return await self._uploaded(user_id, files, say)
            case Links():
                return await self._linked(user_id, what, say)
            case ChosenInUpload():
                return await self._chosen(what)
            case Example():
                return await self._example()
            case LatestMap():
                return await self._latest(user_id)
            case NamedList(listed):
                return await self.lists.read(listed)

    async def _uploaded(
        self, user_id: int, files: Sequence[UploadedFile], say: OnProgress
    ) -> Playlist | PlaylistChoice:
        """Read files by what is in them: a list of tracks, sound, or both."""
        sounds, lists = await self.sounds.told_apart(files)
        if len(lists) > 1:
            raise MixedChoiceError(len(lists)) if sounds else SeveralListsError(len(lists))
        playlists: tuple[Playlist, ...] = ()
        for each in lists:
            playlists = await self.read_upload(each.content or b"", each.filename, each.wanted)
        if not sounds:
            return playlists[0] if len(playlists) == 1 else PlaylistChoice(playlists)
        if len(playlists) > 1:
            raise MixedChoiceError(len(playlists))
        tracks, notes = await self.sounds.read(user_id, sounds, say)
        return joined(playlists[0], tracks, notes) if playlists else playlist_of(tracks, files, notes)

    async def read_upload(
        self, content: bytes, filename: str, wanted: str | None = None
    ) -> tuple[Playlist, ...]:
        """Read a file in a worker: a hostile one costs a worker at most.

        Raises
        ------
        UploadError
            The file can't be read. One that cost too much is refused for a while, whoever sends it.
        DeadlineExceededError
            The machine is too busy.
        """
        async with self.sounds.costly.refusing(content, CostlyFileError):
            playlists, keys = await self.compute.run(
                "read file",
                tasks.read_with_keys,
                content,
                filename,
                wanted,
                deadline_s=READING_DEADLINE_S,
                limits=READING_LIMITS,
            )
        self.related_tracks.note_keys(keys)
        return playlists

    async def keep_upload(
        self, owner_id: int, file: UploadedFile, *, groups: int | None, private: bool
    ) -> str:
        """Keep a file for `UPLOADS_KEPT_FOR` while its owner chooses, and return its id; older ones go."""
        store, now, upload_id = self._uploads, self.clock(), new_id()
        await store.purge(now)
        await store.save(
            PendingUpload(
                upload_id=upload_id,
                owner_id=owner_id,
                filename=file.filename,
                content=file.content or b"",
                groups=groups,
                private=private,
                expires_at=now + UPLOADS_KEPT_FOR,
            )
        )
        return upload_id

    async def look_at(self, upload_id: str) -> PendingUpload:
        """Load what is known about a waiting file, without its content.

        Raises
        ------
        UploadExpiredError
            Its time is over.
        """
        pending = await self._uploads.load_head(upload_id, self.clock())
        if pending is None:
            raise UploadExpiredError(upload_id)
        return pending

    async def _referred(self, user_id: int, ref: PlaylistRef, say: OnProgress) -> Playlist | StoredReport:
        match ref.kind:
            case ReferenceKind.REPORT:
                return await self.maps.open(ref.value, user_id, owner_only=True)
            case ReferenceKind.TRACKS:
                return await self._links(ref.value, "Links")
            case ReferenceKind.SHORT_LINK:
                raise ShortLinkError
            case ReferenceKind.PLAYLIST:
                return await self._by_id(user_id, ref.playlist_id, say)
            case ReferenceKind.LIKED:
                return await self._at_spotify.read_liked(user_id, say=say)
            case ReferenceKind.LIST:
                listed = parse_user_list(ref.value)
                if listed is None:
                    raise UnknownPlaylistError(ref.value)
                return await self.lists.read(listed)
            case ReferenceKind.OTHER_SERVICE:
                raise OtherServiceError(ref.value)
            case ReferenceKind.LINK:
                raise NoPlaylistLinkError(spotify_page(ref.value))
            case ReferenceKind.UNKNOWN:
                return await self._called(user_id, ref.value, say)

    async def _by_id(self, user_id: int, playlist_id: PlaylistId, say: OnProgress) -> Playlist:
        try:
            return await self._at_spotify.read(user_id, playlist_id, say=say)
        except NotLinkedError:
            if is_made_by_spotify(playlist_id):
                raise MadeBySpotifyError from None
            raise

    async def _called(self, user_id: int, words: str, say: OnProgress) -> Playlist | StoredReport:
        """Read the playlist at Spotify of that name; without one, open the person's latest map of it."""
        error: TastemapError = UnknownPlaylistError(words)
        if self.library is not None:
            try:
                named = await playlist_called(self.library, user_id, words)
                return await self.library.read(user_id, named.id, say=say)
            except (UnknownPlaylistError, NotLinkedError) as refused:
                error = refused
        for each in await self.reports.recent(user_id, SUGGESTED) if self.reports else ():
            if each.name.casefold() == words.casefold():
                return await self.maps.open(each.report_id, user_id, owner_only=True)
        raise error

    async def _linked(self, user_id: int, what: Links, say: OnProgress) -> Playlist | StoredReport:
        """Read what a message links to: a playlist, else tracks; without a link lines of names."""
        ref = parse_reference(what.text)
        if ref.kind is ReferenceKind.PLAYLIST and self.library is not None:
            return await self._referred(user_id, ref, say)
        try:
            return await self._links(what.text, what.name)
        except UploadError as error:
            if ref.kind not in {ReferenceKind.TRACKS, ReferenceKind.LINK, ReferenceKind.UNKNOWN}:
                return await self._referred(user_id, ref, say)  # which says why it can't be read
            named = await self.compute.run(
                "read lines", tasks.read_lines, what.text, what.name, limits=READING_LIMITS
            )
            if named is None or len(named.tracks) < _FEWEST_LINES:
                page = spotify_page(what.text)
                raise (NoPlaylistLinkError(page) if page else NothingToAnalyzeError) from error
            return named

    async def _links(self, text: str, name: str) -> Playlist:
        return await self.compute.run("read links", tasks.read_links, text, name, limits=READING_LIMITS)

    async def _chosen(self, what: ChosenInUpload) -> Playlist:
        pending = await self._uploads.load(what.upload_id, self.clock())
        if pending is None:
            raise UploadExpiredError(what.upload_id)
        playlists = await self.read_upload(pending.content, pending.filename)
        if not 0 <= what.index < len(playlists):
            raise UploadExpiredError(what.upload_id)
        return playlists[what.index]

    async def _example(self) -> Playlist:
        """Read the invented playlist that comes with the bot."""
        if self.example_file is None:
            raise NothingToAnalyzeError
        title, filename, content = self.example_file()
        (playlist,) = await self.read_upload(content, filename)
        return replace(playlist, name=title, source=PlaylistSource.SAMPLE)

    async def _latest(self, user_id: int) -> StoredReport:
        recent = await self.maps.recent(user_id, 1)
        if not recent:
            raise NoReportYetError
        return await self.maps.open(recent[0].report_id, user_id, owner_only=True)

    @property
    def maps(self) -> ReportsWorkflow:
        """The stored maps.

        Raises
        ------
        NoReportYetError
            None are kept here.
        """
        if self.reports is None:
            raise NoReportYetError
        return self.reports

    @property
    def _uploads(self) -> UploadStore:
        if self.uploads is None:
            raise UploadExpiredError("")
        return self.uploads

    @property
    def _at_spotify(self) -> LibraryWorkflow:
        if self.library is None:
            raise SpotifyOffError
        return self.library
