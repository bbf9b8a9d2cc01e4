"""A person's playlists in memory, with everything that can go wrong between two requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.domain.errors.sources import PlaylistGoneError
from services.domain.music import Playlist, PlaylistId, PlaylistSource, Skipped, Track, TrackId
from services.domain.writes import Wish, Write
from services.workflows.saving import SavingWorkflow


@dataclass
class Shelf:
    """Playlists by id. `before` and `after` are called around each change with its name."""

    lists: dict[PlaylistId, list[TrackId]] = field(default_factory=dict)
    descriptions: dict[PlaylistId, str] = field(default_factory=dict)
    rows: tuple[Skipped, ...] = ()
    before: Callable[[str], None] = lambda _change: None
    after: Callable[[str], None] = lambda _change: None
    calls: list[str] = field(default_factory=list)

    async def create(self, user_id: int, *, name: str, description: str) -> PlaylistId:
        with self._change("create"):
            playlist_id = PlaylistId(f"p{len(self.descriptions):021d}")
            self.lists[playlist_id] = []
            self.descriptions[playlist_id] = description
        return playlist_id

    async def add(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        with self._change("add"):
            self.lists[playlist_id] += tracks
        return None

    async def replace(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        with self._change("replace"):
            self.lists[playlist_id] = list(tracks)
        return None

    async def read(self, user_id: int, playlist_id: PlaylistId) -> Playlist:
        self.calls.append("read")
        self.before("read")
        if playlist_id not in self.lists:
            raise PlaylistGoneError(playlist_id)
        return Playlist(
            name="Shelf",
            tracks=tuple(Track(id=track) for track in self.lists[playlist_id]),
            source=PlaylistSource.SPOTIFY,
            id=playlist_id,
            skipped=self.rows,
        )

    async def library(self, user_id: int) -> frozenset[PlaylistId]:
        return frozenset(self.lists)

    async def find_marked(self, user_id: int, marker: str) -> PlaylistId | None:
        return next((each for each in self.lists if marker in self.descriptions.get(each, "")), None)

    async def remove(self, user_id: int, playlist_id: PlaylistId) -> None:
        with self._change("remove"):
            self.lists.pop(playlist_id, None)

    def _change(self, name: str) -> _Change:
        return _Change(self, name)


@dataclass
class _Change:
    shelf: Shelf
    name: str

    def __enter__(self) -> None:
        self.shelf.calls.append(self.name)
        self.shelf.before(self.name)

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            self.shelf.after(self.name)


async def apply(
    saving: SavingWorkflow, user_id: int, playlist: Playlist, order: Sequence[TrackId], *, request: str
) -> Write:
    """Put an order in place of what a person saw in a playlist."""
    wish = Wish(name=playlist.name, tracks=tuple(order), in_place_of=playlist)
    (write,) = await saving.write(user_id, [wish], request=request)
    return write
