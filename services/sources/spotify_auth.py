"""Trade codes and refresh tokens for access tokens at Spotify's accounts service."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Unpack
from urllib.parse import urlencode

import aiohttp

from services.domain.errors.sources import (
    AppMisconfiguredError,
    LinkExpiredError,
    RelinkNeededError,
    SourceUnavailableError,
)
from services.sources.clock import Clock, Deadline
from services.sources.upstream import Answer, Ask, Upstream, Wiring

NAME = "Spotify's login"
CALL_DEADLINE_S = 20.0
_DEFAULT_LIFE_S = 3600
_VERIFIER_BYTES = 64
"""86 characters of base64url: RFC 7636 wants 43 to 128."""


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What the token endpoint gives. Secrets don't show in its text."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    """None where the old one stays valid."""
    expires_at: datetime
    scopes: frozenset[str]
    """Empty where the answer does not say."""


def new_verifier() -> str:
    """Make a PKCE code verifier (RFC 7636)."""
    return secrets.token_urlsafe(_VERIFIER_BYTES)


def challenge_of(verifier: str) -> str:
    """Return the S256 code challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class SpotifyAuth:
    """The token endpoint, asked as an app with a secret where there is one, and with PKCE always."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        base_url: str,
        **wiring: Unpack[Wiring],
    ) -> None:
        self._clock = wiring.setdefault("clock", Clock())
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._secret = client_secret
        self.redirect_uri = redirect_uri
        self._upstream = Upstream(
            session,
            source=NAME,
            base_url=base_url,
            min_gap_s=0.0,
            refusals=frozenset(),
            **wiring,
        )

    def authorize_url(self, *, state: str, verifier: str, scopes: frozenset[str]) -> str:
        """Return the address at which the person is asked; always asked anew, never passed silently."""
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(sorted(scopes)),
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge_of(verifier),
            "show_dialog": "true",
        }
        return f"{self._base_url}/authorize?{urlencode(query)}"

    async def exchange(self, code: str, *, verifier: str) -> TokenGrant:
        """Trade the code of a login. A code is good for one try.

        Raises
        ------
        LinkExpiredError
            The code is too old, used, or not ours.
        AppMisconfiguredError, SourceError
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        answer = await self._ask(form, repeatable=False)
        if _error(answer) == "invalid_grant":
            raise LinkExpiredError
        return self._grant(answer)

    async def refresh(self, refresh_token: str) -> TokenGrant:
        """Trade a refresh token for a new access token.

        Raises
        ------
        RelinkNeededError
            It is expired or revoked. Anything else that fails leaves it good.
        AppMisconfiguredError, SourceError
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        answer = await self._ask(form, repeatable=True)
        if _error(answer) == "invalid_grant":
            raise RelinkNeededError
        return self._grant(answer)

    async def _ask(self, form: dict[str, str], *, repeatable: bool) -> Answer:
        headers: dict[str, str] = {}
        if self._secret:
            pair = f"{self._client_id}:{self._secret}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        else:
            form = {**form, "client_id": self._client_id}
        ask = Ask(path="/api/token", method="POST", headers=headers, form=form, repeatable=repeatable)
        return await self._upstream.send(ask, deadline=Deadline(CALL_DEADLINE_S, self._clock.monotonic))

    def _grant(self, answer: Answer) -> TokenGrant:
        problem = _error(answer)
        if problem:
            raise AppMisconfiguredError(problem)
        value = answer.json if isinstance(answer.json, Mapping) else {}
        token, kept = value.get("access_token"), value.get("refresh_token")
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise SourceUnavailableError(NAME, "unreadable answer")
        life_s, scope = value.get("expires_in"), value.get("scope")
        seconds = life_s if isinstance(life_s, int) and 0 < life_s <= 24 * 3600 else _DEFAULT_LIFE_S
        return TokenGrant(
            access_token=token,
            refresh_token=kept if isinstance(kept, str) and kept else None,
            expires_at=self._clock.now() + timedelta(seconds=seconds),
            scopes=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
        )


def _error(answer: Answer) -> str:
    """Return the OAuth error code (RFC 6749, section 5.2), or what stands in its place."""
    if answer.status < 400:
        return ""
    error = answer.json.get("error") if isinstance(answer.json, Mapping) else None
    return error if isinstance(error, str) and error else f"HTTP {answer.status}"
