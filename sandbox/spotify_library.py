"""Invented people with playlists, Liked Songs and all the odd rows that real lists have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sandbox.catalogue import invented_id
from services.domain.music import PlaylistId, Track, TrackId

_FIRST_ADDED = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SandboxUser:
    """Somebody with a Spotify account."""

    id: str
    """As it appears as the owner of playlists."""
    name: str
    account_id: str = ""
    """Immutable; empty where Spotify does not give it yet."""
    is_listed: bool = True
    """Whether the operator has put them on the list of the app's users."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid access token lets its bearer do."""

    user: SandboxUser
    scopes: frozenset[str]


class RowKind(StrEnum):
    """What a row of a list can hold."""

    TRACK = "track"
    LOCAL = "local file"
    EPISODE = "episode"
    NULL_ROW = "null in place of the row"
    NULL_ITEM = "a row whose track is null"
    UNPLAYABLE = "a track that can't be played in the person's country"
    BARE = "a track of which nearly every field is null or missing"
    NAMELESS = "a track without id and name"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a playlist or of Liked Songs."""

    kind: RowKind
    track: Track | None = None
    name: str = ""
    added_at: datetime | None = None


def rows_of(tracks: Iterable[Track], *, since: datetime = _FIRST_ADDED) -> list[Row]:
    """Put tracks into rows, one a day."""
    return [
        Row(RowKind.TRACK, track, track.title, since + timedelta(days=day))
        for day, track in enumerate(tracks)
    ]


ODD_ROWS = (
    Row(RowKind.LOCAL, name="demo tape, side B"),
    Row(RowKind.EPISODE, name="Talking About Tape"),
    Row(RowKind.NULL_ROW),
    Row(RowKind.NULL_ITEM),
    Row(RowKind.NAMELESS),
)
"""One row of each kind that does not become a track."""


@dataclass
class SandboxList:
    """A playlist; whoever changes its rows by `change` gives it a new snapshot."""

    id: PlaylistId
    name: str
    owner: SandboxUser
    rows: list[Row]
    description: str = ""
    is_public: bool = False
    is_collaborative: bool = False
    collaborators: set[str] = field(default_factory=set)
    is_editorial: bool = False
    """Made by Spotify: hidden from apps altogether."""
    version: int = 1

    @property
    def snapshot_id(self) -> str:
        """Opaque, and another one after each change."""
        return invented_id(f"snapshot {self.id} {self.version}") + "=="

    @property
    def track_ids(self) -> tuple[TrackId, ...]:
        """Ids of the tracks in it, in order."""
        return tuple(row.track.id for row in self.rows if row.track is not None and row.track.id)

    def is_readable_by(self, user: SandboxUser) -> bool:
        """Whether a development-mode app may show the rows to this person."""
        return user.id == self.owner.id or self.is_collaborative or user.id in self.collaborators

    def change(self, rows: Sequence[Row]) -> str:
        """Put other rows in place, and return the new snapshot."""
        self.rows = list(rows)
        self.version += 1
        return self.snapshot_id


class SandboxLibrary:
    """Everything that is stored at the invented Spotify."""

    def __init__(self, tracks: Iterable[Track] = ()) -> None:
        self.tracks: dict[str, Track] = {track.id: track for track in tracks if track.id}
        self.lists: dict[str, SandboxList] = {}
        self.saved: dict[str, list[PlaylistId]] = {}
        """Per person, what they own or follow, newest first."""
        self.liked: dict[str, list[Row]] = {}
        """Per person, newest first."""
        self.null_entries = 0
        """Nulls among the entries of everybody's list of playlists."""

    def add(
        self,
        owner: SandboxUser,
        name: str,
        rows: Sequence[Row] = (),
        *,
        is_public: bool = False,
        is_collaborative: bool = False,
        is_editorial: bool = False,
        description: str = "",
        followers: Iterable[SandboxUser] = (),
    ) -> SandboxList:
        """Make a playlist; it goes to the top of its owner's and its followers' libraries."""
        number = len(self.lists)
        made = SandboxList(
            id=PlaylistId(invented_id(f"playlist {number} {owner.id} {name}")),
            name=name,
            owner=owner,
            rows=list(rows),
            description=description,
            is_public=is_public,
            is_collaborative=is_collaborative,
            is_editorial=is_editorial,
        )
        self.lists[made.id] = made
        for user in (owner, *followers):
            self.saved.setdefault(user.id, []).insert(0, made.id)
        return made

    def library_of(self, user: SandboxUser) -> list[SandboxList]:
        """Return what a person owns or follows, in Spotify's order."""
        return [self.lists[each] for each in self.saved.get(user.id, ()) if each in self.lists]

    def rows_for(self, uris: Iterable[str]) -> list[Row] | None:
        """Make rows of track URIs; None where one of them is no track that can be added."""
        rows = []
        for uri in uris:
            kind, _, key = uri.rpartition(":")
            if kind != "spotify:track" or len(key) != 22:
                return None
            track = self.tracks.get(key) or Track(id=TrackId(key), title=f"Track {key[:6]}")
            rows.append(Row(RowKind.TRACK, track, track.title))
        return rows
