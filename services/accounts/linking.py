"""Link a Discord user to a Spotify account so that nobody can be made to link for somebody else.

The named attack is cross-user session fixation (draft-ietf-oauth-security-topics-update): an attacker
starts a login and lets a victim approve it. State and PKCE do not stop it. Here no token is asked
for before it is shown that the one who started in Discord and the one who approved in the browser
are the same person: by Discord's own login in that browser, or by a code that only its page shows
and only the starter can enter.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from services.accounts.tokens import ACCESS, REFRESH, TokenService
from services.domain.errors.sources import (
    Denial,
    LinkExpiredError,
    LoginDeniedError,
    NoSeatError,
    NotFinishedInBrowserError,
    WrongCodeError,
)
from services.domain.spotify import (
    ATTEMPT_LIFE,
    MOST_TRIES,
    AttemptStatus,
    Disconnected,
    Link,
    LinkAttempt,
    Linked,
    Seat,
    SpotifyProfile,
)
from services.sealing import KeyRing, UnsealError
from services.sources.clock import Clock
from services.sources.spotify_auth import SpotifyAuth, TokenGrant, new_verifier
from services.sources.spotify_client import SpotifyClient
from services.storage.attempts import AttemptStore
from services.storage.links import LinkStore

_PURPOSE = "login"
_VERIFIER, _CODE, _FINISH = "verifier", "code", "finish"
_TOKEN_BYTES = 32
"""256 bits for link, state and browser: nobody guesses them."""
_FINISH_DIGITS = 6

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingService:
    """Takes a login from the command to the stored link."""

    attempts: AttemptStore
    links: LinkStore
    keys: KeyRing
    auth: SpotifyAuth
    spotify: SpotifyClient
    tokens: TokenService
    clock: Clock
    seats: int
    """How many people the Spotify app may serve."""
    proves_identity: bool = False
    """Whether the browser shows its Discord account (strong mode); else the finish code does it."""
    allows_paste: bool = False
    """Whether people may paste the address they were sent back to, where no pages can be reached."""

    async def begin(
        self, user_id: int, *, discord_name: str, scopes: frozenset[str], wanted: str = ""
    ) -> str:
        """Open a login and return the secret of its link. The person's former login is void.

        Scopes that were granted before are asked for again: a new consent replaces the old one.

        Raises
        ------
        NoSeatError
            All seats are taken by others.
        """
        link = await self.links.load(user_id)
        await self._require_seat(link)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        await self.attempts.purge(self.clock.now())
        await self.attempts.begin(
            LinkAttempt(
                attempt_id=hash_of(token),
                user_id=user_id,
                discord_name=discord_name,
                scopes=scopes | (link.scopes if link else frozenset()),
                wanted=wanted,
                expires_at=self.clock.now() + ATTEMPT_LIFE,
            )
        )
        return token

    async def look(self, token: str) -> LinkAttempt:
        """Return the login behind a link; changes nothing, however often it is called.

        Raises
        ------
        LinkExpiredError
        """
        attempt = await self.attempts.load(hash_of(token), self.clock.now())
        if attempt is None:
            raise LinkExpiredError
        return attempt

    async def open(self, token: str, *, browser: str, discord_id: int | None = None) -> str:
        """Bind the login to a browser, by the secret in its cookie, and return Spotify's address.

        Parameters
        ----------
        discord_id
            In strong mode: who the browser has shown to be at Discord.

        Raises
        ------
        LinkExpiredError
            It is over, or Spotify has answered already.
        LoginDeniedError
            The browser belongs to somebody else.
        """
        attempt = await self.look(token)
        if self.proves_identity and discord_id != attempt.user_id:
            raise LoginDeniedError(Denial.SOMEBODY_ELSE)
        state, verifier = secrets.token_urlsafe(_TOKEN_BYTES), new_verifier()
        opened = await self.attempts.open_in_browser(
            attempt.attempt_id,
            browser_hash=hash_of(browser),
            state_hash=hash_of(state),
            verifier_sealed=self._seal(attempt, _VERIFIER, verifier),
        )
        if not opened:
            raise LinkExpiredError
        return self.auth.authorize_url(state=state, verifier=verifier, scopes=attempt.scopes)

    async def receive(self, *, state: str, browser: str, code: str | None, error: str | None) -> LinkAttempt:
        """Take what Spotify sent the browser back with. No token is asked for here.

        Raises
        ------
        LinkExpiredError
            No open login has this state in this browser, or it was used.
        LoginDeniedError
            The person said no.
        """
        attempt = await self.attempts.of_state(hash_of(state), self.clock.now())
        if attempt is None or not _same(attempt.browser_hash, hash_of(browser)):
            raise LinkExpiredError
        await self._take(attempt, code=code, error=error)
        return attempt

    async def _take(self, attempt: LinkAttempt, *, code: str | None, error: str | None) -> None:
        if error is not None or not code:
            await self.attempts.delete(attempt.attempt_id)
            raise LoginDeniedError(Denial.CANCELLED if error == "access_denied" else Denial.SPOTIFY)
        finish = f"{secrets.randbelow(10**_FINISH_DIGITS):0{_FINISH_DIGITS}d}"
        approved = await self.attempts.approve(
            attempt,
            code_sealed=self._seal(attempt, _CODE, code),
            finish_sealed=self._seal(attempt, _FINISH, finish),
        )
        if not approved:
            raise LinkExpiredError

    async def finish_code(self, attempt_id: str, *, browser: str) -> tuple[str, LinkAttempt]:
        """Return the code that this browser shows, and whose login it finishes; changes nothing.

        Raises
        ------
        LinkExpiredError
        """
        attempt = await self._approved_in(browser, attempt_id)
        return self._open(attempt, _FINISH, attempt.finish_sealed), attempt

    async def finish(self, user_id: int, entered: str) -> Linked:
        """Link the account, because the starter entered the code that the browser showed.

        Raises
        ------
        LinkExpiredError, NotFinishedInBrowserError, WrongCodeError
            There is nothing to finish, or the code is not right.
        NoSeatError, AccountTakenError, AppMisconfiguredError, SourceError
            Spotify or the house refuse; nothing is stored.
        """
        attempt = await self.attempts.of_user(user_id, self.clock.now())
        if attempt is None or attempt.status is AttemptStatus.FINISHING:
            raise LinkExpiredError
        if attempt.status is AttemptStatus.OPEN:
            raise NotFinishedInBrowserError
        if not await self.attempts.count_try(attempt.attempt_id):
            raise LinkExpiredError
        digits = "".join(letter for letter in entered if letter.isdecimal() and letter.isascii())
        if not _same(self._open(attempt, _FINISH, attempt.finish_sealed), digits):
            await self.attempts.drop_guessed(attempt.attempt_id)
            raise WrongCodeError(max(0, MOST_TRIES - attempt.tries - 1))
        return await self._complete(attempt)

    async def finish_proven(self, attempt_id: str, *, browser: str) -> Linked:
        """Link the account in strong mode: `open` let only the starter's own browser go to Spotify.

        Raises
        ------
        LinkExpiredError
        """
        if not self.proves_identity:
            raise LinkExpiredError
        return await self._complete(await self._approved_in(browser, attempt_id))

    async def _approved_in(self, browser: str, attempt_id: str) -> LinkAttempt:
        """Return a login that was approved in this browser, in which others may have been opened too."""
        attempt = await self.attempts.load(attempt_id, self.clock.now())
        if (
            attempt is None
            or attempt.status is not AttemptStatus.APPROVED
            or not _same(attempt.browser_hash, hash_of(browser))
        ):
            raise LinkExpiredError
        return attempt

    async def open_pasted(self, token: str) -> str:
        """Return Spotify's address for a login without pages; what comes back is pasted by the starter."""
        return await self.open(token, browser=token)

    async def finish_pasted(self, user_id: int, address: str) -> Linked:
        """Link the account from the address that the browser ended at, pasted in Discord.

        Raises
        ------
        LinkExpiredError
            It is no such address, or its state belongs to somebody else's login.
        LoginDeniedError, NoSeatError, AccountTakenError, AppMisconfiguredError, SourceError
        """
        if not self.allows_paste:
            raise LinkExpiredError
        place, query = address_parts(address)
        if place != address_parts(self.auth.redirect_uri)[0]:
            raise LinkExpiredError
        attempt = await self.attempts.of_state(hash_of(query.get("state", "")), self.clock.now())
        if attempt is None or attempt.user_id != user_id:
            raise LinkExpiredError
        await self._take(attempt, code=query.get("code"), error=query.get("error"))
        approved = await self.attempts.load(attempt.attempt_id, self.clock.now())
        if approved is None:
            raise LinkExpiredError
        return await self._complete(approved)

    async def linked_since(self, user_id: int, moment: datetime) -> Linked | None:
        """Return the link that a person made since then, for one whose answer was lost on the way."""
        link = await self.links.load(user_id)
        return Linked(link, "") if link is not None and link.authorized_at >= moment else None

    async def unlink(self, user_id: int) -> Disconnected:
        """Forget the link, its tokens, and all that was read with it; raises `UnfinishedWritesError`."""
        return await self.links.disconnect(user_id, cut_no_write_at=self.clock.now())

    async def taken_seats(self) -> tuple[Seat, ...]:
        """List who holds a seat."""
        now = self.clock.now()
        return tuple(
            Seat(
                link.user_id,
                link.name,
                link.authorized_at,
                link.refresh_sealed is not None and now < link.ends_at,
            )
            for link in await self.links.all()
        )

    async def _complete(self, attempt: LinkAttempt) -> Linked:
        """Trade the code and keep what it gives: reached only once starter and finisher are one."""
        if not await self.attempts.claim(attempt.attempt_id):
            raise LinkExpiredError
        try:
            code = self._open(attempt, _CODE, attempt.code_sealed)
            verifier = self._open(attempt, _VERIFIER, attempt.verifier_sealed)
            await self._require_seat(await self.links.load(attempt.user_id))
            grant = await self.auth.exchange(code, verifier=verifier)
            if grant.refresh_token is None:
                raise LoginDeniedError(Denial.NOT_LASTING)
            profile = await self.spotify.me(grant.access_token)
            link = self._link(attempt, grant, grant.refresh_token, profile)
            await self.links.save(link, attempt_id=attempt.attempt_id, seats=self.seats)
        finally:
            await self.attempts.delete(attempt.attempt_id)
        _log.info("a Spotify account was linked")
        return Linked(link, attempt.wanted)

    def _link(
        self, attempt: LinkAttempt, grant: TokenGrant, refresh_token: str, profile: SpotifyProfile
    ) -> Link:
        return Link(
            user_id=attempt.user_id,
            account_id=profile.account_id,
            spotify_user_id=profile.user_id,
            name=profile.name,
            refresh_sealed=self.tokens.seal(attempt.user_id, REFRESH, refresh_token),
            access_sealed=self.tokens.seal(attempt.user_id, ACCESS, grant.access_token),
            access_expires_at=grant.expires_at,
            scopes=grant.scopes or attempt.scopes,
            authorized_at=self.clock.now(),
        )

    async def _require_seat(self, link: Link | None) -> None:
        if link is None and await self.links.count() >= self.seats:
            raise NoSeatError(self.seats)

    def _seal(self, attempt: LinkAttempt, column: str, text: str) -> str:
        return self.keys.seal(text, purpose=_PURPOSE, owner_id=attempt.user_id, column=column)

    def _open(self, attempt: LinkAttempt, column: str, sealed: str | None) -> str:
        try:
            return self.keys.open(sealed or "", purpose=_PURPOSE, owner_id=attempt.user_id, column=column)
        except UnsealError as error:
            raise LinkExpiredError from error


def address_parts(address: str) -> tuple[tuple[str, str, str], dict[str, str]]:
    """Take an address apart: scheme, host and path; and the first value of each part of its query.

    Raises
    ------
    LinkExpiredError
        It is no address.
    """
    try:
        parts = urlsplit(address.strip())
        query = parse_qs(parts.query)
    except ValueError as error:
        raise LinkExpiredError from error
    return (parts.scheme, parts.netloc, parts.path), {name: values[0] for name, values in query.items()}


def hash_of(secret: str) -> str:
    """Return what is kept of a secret that only needs to be recognised."""
    # Bytes of a cookie that are no UTF-8 arrive as halves of surrogate pairs.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _same(known: str | None, given: str) -> bool:
    return known is not None and hmac.compare_digest(known.encode(), given.encode())
