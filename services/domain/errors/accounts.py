"""Why a person's Spotify account can't be linked or used."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


class AccountError(TastemapError):
    """Something about the link between a Discord user and a Spotify account."""


@dataclass(eq=False)
class NotLinkedError(AccountError):
    """The person has not connected Spotify here."""


@dataclass(eq=False)
class RelinkNeededError(AccountError):
    """The consent has ended: after six months, or because the person withdrew it."""


@dataclass(eq=False)
class ScopeMissingError(AccountError):
    """The person has not allowed this yet."""

    told = frozenset({"scopes"})

    scopes: frozenset[str]
    """What they would have to allow."""


@dataclass(eq=False)
class NoSeatError(AccountError):
    """A development-mode app serves few people, and all its seats are taken."""

    seats: int


@dataclass(eq=False)
class LinkExpiredError(AccountError):
    """The login was not finished in time, was used up, or a newer one took its place."""


@dataclass(eq=False)
class WrongCodeError(AccountError):
    """The finish code is not the one that the page showed."""

    tries_left: int


@dataclass(eq=False)
class NotFinishedInBrowserError(AccountError):
    """The code was entered before Spotify was asked in the browser."""


@dataclass(eq=False)
class LoginInterruptedError(AccountError):
    """The bot was restarted while a login was being finished, and nothing came of it."""


@dataclass(eq=False)
class LoginDeniedError(AccountError):
    """The person pressed Cancel at Spotify, or Spotify refused the login."""

    reason: str


@dataclass(eq=False)
class AccountTakenError(AccountError):
    """The Spotify account is linked to another Discord user of this installation."""


@dataclass(eq=False)
class AppMisconfiguredError(AccountError):
    """Spotify does not know our client id, secret or redirect address: the operator's business."""

    told = frozenset({"problem"})

    problem: str


@dataclass(eq=False)
class KeyRingError(AccountError):
    """The keys that encrypt tokens are missing, malformed, or not those the tokens were sealed with."""

    told = frozenset({"problem"})

    problem: str
