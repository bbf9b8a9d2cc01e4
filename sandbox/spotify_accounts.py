"""A loopback Spotify login: the page where people agree, and the endpoint that trades codes for tokens."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from sandbox.spotify_consent import consent_page
from sandbox.spotify_library import Grant, SandboxUser

ACCESS_LIFE_S = 3600
REFRESH_LIFE_S = 180 * 24 * 3600
CODE_LIFE_S = 600
_CHALLENGE_LENGTH = 43
"""base64url of 32 bytes."""
_KNOWN_SCOPES = frozenset(
    {
        "playlist-read-private",
        "playlist-read-collaborative",
        "user-library-read",
        "playlist-modify-private",
        "playlist-modify-public",
        "user-library-modify",
    }
)


@dataclass(slots=True)
class _Code:
    user: SandboxUser
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    at: float
    is_used: bool = False


@dataclass(slots=True)
class _Consent:
    """What one refresh token stands for."""

    user: SandboxUser
    scopes: frozenset[str]
    at: float
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class TokenCall:
    """One call of the token endpoint."""

    grant_type: str
    status: int
    user_id: str | None


class BadRequestError(Exception):
    """The login page shows this instead of asking anybody."""


class SandboxAccounts:
    """The server side of a login, as strict as the real one.

    Parameters
    ----------
    people
        Who may press Agree.
    redirect_uris
        Registered addresses; compared letter by letter.
    clock
        Seconds on which everything ends.
    rotates
        Whether each refresh gives a new refresh token and ends the old one.
    """

    def __init__(
        self,
        people: Sequence[SandboxUser],
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str] = (),
        clock: Callable[[], float],
        rotates: bool = False,
    ) -> None:
        self.people = list(people)
        self.redirect_uris = list(redirect_uris)
        self.rotates = rotates
        self.faults: deque[tuple[int, str]] = deque()
        """Status and body of the next answers of the token endpoint; then all is well."""
        self.gives_lasting_consent = True
        """Whether a traded code brings a refresh token."""
        self.names_scopes = True
        """Whether answers say what was allowed."""
        self.leaves_out: frozenset[str] = frozenset()
        """Scopes that people don't allow although they are asked for."""
        self.before: Callable[[], Awaitable[None]] = _at_once
        """Awaited before each token answer, so that tests can do something meanwhile."""
        self.token_calls: list[TokenCall] = []
        self._client = (client_id, client_secret)
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._consents: dict[str, _Consent] = {}
        self._access: dict[str, tuple[_Consent, float]] = {}
        self._shown: list[str] = []
        """Codes, states, verifiers and tokens."""

    def app(self) -> web.Application:
        """Build the web application; its address is the base URL of the accounts service."""
        app = web.Application()
        app.router.add_get("/authorize", self._ask)
        app.router.add_post("/authorize", self._decided)
        app.router.add_post("/api/token", self._token)
        return app

    def check_token(self, token: str) -> Grant | None:
        """Say whose access token this is, for the Web API half."""
        consent, until = self._access.get(token, (None, 0.0))
        if consent is None or consent.is_revoked or self._clock() >= until:
            return None
        return Grant(consent.user, consent.scopes)

    def revoke(self, user: SandboxUser) -> None:
        """Withdraw the consent of a person, as they would at Spotify."""
        for consent in self._consents.values():
            consent.is_revoked = consent.is_revoked or consent.user.id == user.id

    def expire_access(self) -> None:
        """Let every access token end now."""
        self._access.clear()

    @property
    def secrets(self) -> list[str]:
        """Everything secret that was ever given out or shown here."""
        return [*filter(None, self._shown)]

    def decide(self, query: Mapping[str, str], user: SandboxUser | None) -> str:
        """Return the address that the browser is sent to when `user` agrees, or None cancels.

        Raises
        ------
        BadRequestError
            The question itself is wrong: the browser is sent nowhere.
        """
        scopes = self._checked(query)
        state = query.get("state", "")
        self._shown.append(state)
        if user is None:
            return self._back(query, {"error": "access_denied", "state": state})
        code = f"code-{secrets.token_urlsafe(24)}"
        self._shown.append(code)
        allowed = scopes - self.leaves_out
        self._codes[code] = _Code(
            user, allowed, query["redirect_uri"], query["code_challenge"], self._clock()
        )
        return self._back(query, {"code": code, "state": state})

    def _checked(self, query: Mapping[str, str]) -> frozenset[str]:
        if query.get("client_id") != self._client[0]:
            raise BadRequestError("INVALID_CLIENT: Invalid client")
        if query.get("redirect_uri") not in self.redirect_uris:
            raise BadRequestError("INVALID_CLIENT: Invalid redirect URI")
        if query.get("response_type") != "code":
            raise BadRequestError("response_type must be code")
        scopes = frozenset(query.get("scope", "").split())
        if scopes - _KNOWN_SCOPES:
            raise BadRequestError("INVALID_SCOPE: Invalid scope")
        if query.get("code_challenge_method") != "S256" or (
            len(query.get("code_challenge", "")) != _CHALLENGE_LENGTH
        ):
            raise BadRequestError("code_challenge must be S256")
        return scopes

    @staticmethod
    def _back(query: Mapping[str, str], answer: Mapping[str, str]) -> str:
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    async def _ask(self, request: web.Request) -> web.Response:
        try:
            scopes = self._checked(request.query)
        except BadRequestError as error:
            return web.Response(status=400, text=str(error))
        page = consent_page(scopes, request.query, self.people)
        return web.Response(text=page, content_type="text/html")

    async def _decided(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        user = next((each for each in self.people if each.id == form.get("user")), None)
        try:
            address = self.decide(form, user)
        except BadRequestError as error:
            return web.Response(status=400, text=str(error))
        return web.Response(status=303, headers={"Location": address})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        kind = form.get("grant_type", "")
        await self.before()
        if self.faults:
            status, text = self.faults.popleft()
            self.token_calls.append(TokenCall(kind, status, None))
            return web.Response(status=status, text=text)
        status, body, user = self._trade(request, form)
        self.token_calls.append(TokenCall(kind, status, user.id if user else None))
        return web.json_response(body, status=status)

    def _trade(
        self, request: web.Request, form: Mapping[str, str]
    ) -> tuple[int, dict[str, object], SandboxUser | None]:
        if not self._is_client(request, form):
            return 400, {"error": "invalid_client", "error_description": "Invalid client secret"}, None
        match form.get("grant_type"):
            case "authorization_code":
                return self._trade_code(form)
            case "refresh_token":
                return self._trade_refresh(form)
            case _:
                return 400, {"error": "unsupported_grant_type"}, None

    def _trade_code(self, form: Mapping[str, str]) -> tuple[int, dict[str, object], SandboxUser | None]:
        code = self._codes.get(form.get("code", ""))
        self._shown.append(form.get("code_verifier", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            code is None
            or code.is_used
            or self._clock() > code.at + CODE_LIFE_S
            or code.redirect_uri != form.get("redirect_uri")
            or code.challenge != challenge
        ):
            return 400, _refusal("Invalid authorization code"), None
        code.is_used = True
        consent = _Consent(code.user, code.scopes, self._clock())
        answer = self._answer(consent)
        if self.gives_lasting_consent:
            answer["refresh_token"] = self._new_refresh(consent)
        return 200, answer, code.user

    def _trade_refresh(self, form: Mapping[str, str]) -> tuple[int, dict[str, object], SandboxUser | None]:
        kept = form.get("refresh_token", "")
        consent = self._consents.get(kept)
        if consent is None or consent.is_revoked:
            return 400, _refusal("Refresh token revoked"), None
        if self._clock() >= consent.at + REFRESH_LIFE_S:
            return 400, _refusal("Refresh token expired"), None
        answer = self._answer(consent)
        if self.rotates:
            del self._consents[kept]
            answer["refresh_token"] = self._new_refresh(consent)
        return 200, answer, consent.user

    def _new_refresh(self, consent: _Consent) -> str:
        refresh = f"refresh-{secrets.token_urlsafe(32)}"
        self._shown.append(refresh)
        self._consents[refresh] = consent
        return refresh

    def _answer(self, consent: _Consent) -> dict[str, object]:
        token = f"access-{secrets.token_urlsafe(32)}"
        self._shown.append(token)
        self._access[token] = (consent, self._clock() + ACCESS_LIFE_S)
        answer: dict[str, object] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE_S,
        }
        if self.names_scopes:
            answer["scope"] = " ".join(sorted(consent.scopes))
        return answer

    def _is_client(self, request: web.Request, form: Mapping[str, str]) -> bool:
        header = request.headers.get("Authorization")
        if header is None:
            proves = form.get("grant_type") == "refresh_token" or "code_verifier" in form
            return form.get("client_id") == self._client[0] and proves
        try:
            pair = base64.b64decode(header.removeprefix("Basic ")).decode()
        except (binascii.Error, ValueError):
            return False
        return pair == ":".join(self._client)


async def _at_once() -> None:
    return


def _refusal(description: str) -> dict[str, object]:
    return {"error": "invalid_grant", "error_description": description}
