"""Keep an uploaded file while its owner chooses a playlist in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.errors.uploads import UploadExpiredError
from services.domain.music import Playlist, PlaylistSource
from services.storage.uploads import PendingUpload, UploadStore
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.reports import new_report_id

UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
"""Also Discord's default limit for one file. A larger file is refused before it is fetched."""
KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadsWorkflow:
    """Files that wait for a choice, and the example that comes with the bot."""

    store: UploadStore
    analyze: AnalyzeWorkflow
    clock: Callable[[], datetime]
    example_file: Callable[[], tuple[str, str, bytes]]
    """Title, file name and content."""

    async def keep(
        self, owner_id: int, content: bytes, filename: str, *, groups: int | None, private: bool
    ) -> str:
        """Store a file for `KEPT_FOR` and return its id; files whose time is over go."""
        now = self.clock()
        upload_id = new_report_id()
        await self.store.purge(now)
        await self.store.save(
            PendingUpload(
                upload_id=upload_id,
                owner_id=owner_id,
                filename=filename,
                content=content,
                groups=groups,
                private=private,
                expires_at=now + KEPT_FOR,
            )
        )
        return upload_id

    async def open(self, upload_id: str) -> PendingUpload:
        """Load a waiting file.

        Raises
        ------
        UploadExpiredError
            Its time is over.
        """
        pending = await self.store.load(upload_id, self.clock())
        if pending is None:
            raise UploadExpiredError(upload_id)
        return pending

    async def playlist(self, pending: PendingUpload, index: int) -> Playlist:
        """Read the chosen playlist out of a waiting file."""
        playlists = await self.analyze.read_upload(pending.content, pending.filename)
        if not 0 <= index < len(playlists):
            raise UploadExpiredError(pending.upload_id)
        return playlists[index]

    async def example(self) -> Playlist:
        """Read the invented playlist that comes with the bot."""
        title, filename, content = self.example_file()
        (playlist,) = await self.analyze.read_upload(content, filename)
        return Playlist(
            name=title,
            tracks=playlist.tracks,
            source=PlaylistSource.SAMPLE,
            format=f"{playlist.format}, invented example",
            skipped=playlist.skipped,
        )
