"""Spotify accounts, the login that links one, and libraries, playlists and quota as other rooms see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.domain.messages import Note
from services.domain.music import PlaylistId, Skipped, Track

READ_SCOPES = frozenset({"playlist-read-private", "playlist-read-collaborative", "user-library-read"})
"""Asked for at the first login. Scopes for writing are in `services.domain.writes`."""


@dataclass(frozen=True, slots=True)
class SpotifyProfile:
    """Whose account a token opens."""

    account_id: str
    """Immutable and pseudonymous; the user id where Spotify does not give it yet."""
    user_id: str
    """As it appears as the owner of playlists."""
    name: str
    """As the person calls themselves there; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistSummary:
    """A playlist in somebody's library, before its rows are read."""

    id: PlaylistId
    name: str
    owner_id: str
    owner_name: str
    snapshot_id: str | None
    total: int | None
    """Number of rows; None where Spotify does not say, as for lists that it will not show."""
    is_own: bool
    is_collaborative: bool
    description: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether reading the rows is worth a call: Spotify shows them to owners and collaborators only."""
        return self.is_own or self.is_collaborative or self.total is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """The playlists in somebody's library, as far as they were listed."""

    playlists: tuple[PlaylistSummary, ...]
    unread: int = 0
    """Entries beyond the number that is read at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRead:
    """All rows of a list, in its order."""

    tracks: tuple[Track, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...] = ()
    was_still: bool = True
    """Whether nobody changed the list on the way, as far as its size tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The playlists that a person owns or follows, in Spotify's order, as they were at one moment."""

    playlists: tuple[PlaylistSummary, ...]
    read_at: datetime
    liked: int | None = None
    """How many Liked Songs there are; None where that is not known."""
    unread: int = 0
    """Entries beyond the number that is listed at most."""
    notice: Note | None = None
    """Set where the list is not of this moment."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of the last 24 hours, of everybody together."""

    spent: int
    budget: int
    blocked_until: datetime | None = None
    """Set while nothing may be asked: our own budget is spent, or Spotify says that its quota is."""


_CHARGED: ContextVar[int | None] = ContextVar("charged", default=None)


@contextmanager
def charged_to(user_id: int) -> Iterator[None]:
    """Let the calls to Spotify that are made inside the block count as this person's."""
    token = _CHARGED.set(user_id)
    try:
        yield
    finally:
        _CHARGED.reset(token)


def whose_call() -> int | None:
    """Return whom a call that is made now is for; None where it is for nobody in particular."""
    return _CHARGED.get()


LINK_LIFE = timedelta(days=180)
"""Spotify's consent ends six months after it was given; refreshing does not extend it."""
REMIND_AFTER = timedelta(days=165)
ENDED_LINK_KEPT_FOR = timedelta(days=5)
"""How long a link whose consent was withdrawn waits for a new login. Spotify's terms give five days to
delete what was read."""
ATTEMPT_LIFE = timedelta(minutes=10)
MOST_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stored link. Tokens are sealed; they open only for this user."""

    user_id: int
    account_id: str
    spotify_user_id: str
    name: str
    """What the person calls themselves at Spotify; may be empty."""
    refresh_sealed: str | None = field(repr=False)
    """None once the consent has ended: the person has to link again."""
    access_sealed: str | None = field(default=None, repr=False)
    access_expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    authorized_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the consent ends."""
        return self.authorized_at + LINK_LIFE

    def days_left(self, now: datetime) -> int:
        """Return whole days until the consent ends; 0 when it has."""
        return max(0, (self.ends_at - now).days)

    def needs_reminder(self, now: datetime) -> bool:
        """Whether it is time to speak of the end."""
        return self.refresh_sealed is not None and now >= self.authorized_at + REMIND_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """What went with a link that ended."""

    user_id: int
    had_link: bool
    gone: Mapping[str, int] = field(default_factory=dict)
    """Rows by table, without those of the link and of open logins."""
    unfinished: int = 0
    """Changes of playlists that stay written down, because a playlist is half changed or can only be put
    back from them."""


class AttemptStatus(StrEnum):
    """How far a login is."""

    OPEN = "open"
    """The link was given out; nobody has come back from Spotify."""
    APPROVED = "approved"
    """Spotify gave a code. It has to be shown that the person in Discord and the browser are one."""
    FINISHING = "finishing"
    """The code is being traded; nobody else may try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAttempt:
    """A login under way. Of link, state and cookie only hashes are kept; the rest is sealed."""

    attempt_id: str
    """SHA-256 of the token in the link."""
    user_id: int
    discord_name: str
    scopes: frozenset[str]
    wanted: str = ""
    """What the person was about to do, as the cogs wrote it down; offered after the login."""
    status: AttemptStatus = AttemptStatus.OPEN
    browser_hash: str | None = None
    state_hash: str | None = None
    verifier_sealed: str | None = field(default=None, repr=False)
    code_sealed: str | None = field(default=None, repr=False)
    finish_sealed: str | None = field(default=None, repr=False)
    tries: int = 0
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """A finished login."""

    link: Link
    wanted: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the few people whom a development-mode app may serve."""

    user_id: int
    name: str
    since: datetime
    is_live: bool
    """Whether the consent still holds."""
