"""A Discord user's link to a Spotify account, and the login that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

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
