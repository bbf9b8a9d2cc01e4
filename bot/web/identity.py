"""Ask Discord, in the browser, whose browser it is: OAuth with the scope `identify` and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from services.domain.errors.sources import (
    AppMisconfiguredError,
    LinkExpiredError,
    LoginDeniedError,
    SourceUnavailableError,
)
from services.sources.session import BodyTooLargeError, parse_json, read_body

DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_AUTHORIZE_URL = "https://discord.com/oauth2/authorize"
_NAME = "Discord"
_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)
_SECRET_BYTES = 32
_BODY_LIMIT = 64 * 1024


class DiscordIdentity:
    """Discord's login as proof of who sits before the browser. Its token is used once and forgotten.

    Parameters
    ----------
    application_id
        Known once the bot has logged in; None before that.
    key
        Seals what a browser has to bring back, which may be to another process; None for a key of this one.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        application_id: Callable[[], int | None],
        client_secret: str,
        redirect_uri: str,
        api_url: str = DISCORD_API_URL,
        authorize_url: str = DISCORD_AUTHORIZE_URL,
        timeout: aiohttp.ClientTimeout = _TIMEOUT,
        key: bytes | None = None,
    ) -> None:
        self._session = session
        self._application_id = application_id
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._api_url = api_url.rstrip("/")
        self._authorize_url = authorize_url
        self._timeout = timeout
        self._key = key or secrets.token_bytes(_SECRET_BYTES)

    def ask(self, *, browser: str, token: str) -> tuple[str, str]:
        """Return where the browser is sent, and the proof that it has to bring back in a cookie."""
        state = secrets.token_urlsafe(_SECRET_BYTES)
        query = {
            "client_id": str(self._client_id()),
            "response_type": "code",
            "redirect_uri": self._redirect_uri,
            "scope": "identify",
            "state": state,
            "prompt": "consent",
        }
        return f"{self._authorize_url}?{urlencode(query)}", f"{token}.{self._seal(state, token, browser)}"

    def token_of(self, proof: str, *, state: str, browser: str) -> str:
        """Return the login that a browser came back for.

        Raises
        ------
        LinkExpiredError
            This browser was not sent with this state, or before a restart.
        """
        token, _, seal = proof.rpartition(".")
        known = self._seal(state, token, browser)
        if not token or not hmac.compare_digest(_bytes(seal), _bytes(known)):
            raise LinkExpiredError
        return token

    async def who(self, code: str) -> int:
        """Return the Discord user id of whoever agreed.

        Raises
        ------
        LoginDeniedError, AppMisconfiguredError, SourceUnavailableError
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        pair = base64.b64encode(f"{self._client_id()}:{self._secret}".encode()).decode()
        try:
            token = await self._json("POST", "/oauth2/token", f"Basic {pair}", data=form)
            access = token.get("access_token")
            if not isinstance(access, str):
                raise LoginDeniedError("Discord did not agree")
            user = await self._json("GET", "/users/@me", f"Bearer {access}")
        except (aiohttp.ClientError, BodyTooLargeError, TimeoutError, OSError) as error:
            raise SourceUnavailableError(_NAME, type(error).__name__) from error
        user_id = user.get("id")
        if not isinstance(user_id, str) or not user_id.isdecimal():
            raise LoginDeniedError("Discord did not say who you are")
        return int(user_id)

    async def _json(
        self,
        method: str,
        path: str,
        authorization: str,
        *,
        data: dict[str, str] | None = None,
    ) -> dict[str, object]:
        async with self._session.request(
            method,
            f"{self._api_url}{path}",
            data=data,
            headers={"Authorization": authorization},
            timeout=self._timeout,
            allow_redirects=False,
        ) as response:
            if response.status == 401 and data is not None:
                raise AppMisconfiguredError("Discord does not accept DISCORD_CLIENT_SECRET")
            if response.status != 200:
                raise LoginDeniedError("Discord did not agree")
            value = parse_json(await read_body(response, _BODY_LIMIT))
            return value if isinstance(value, dict) else {}

    def _client_id(self) -> int:
        application_id = self._application_id()
        if application_id is None:
            raise SourceUnavailableError(_NAME, "the bot is not connected yet")
        return application_id

    def _seal(self, state: str, token: str, browser: str) -> str:
        return hmac.new(self._key, _bytes(f"{state}|{token}|{browser}"), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    # Bytes of a cookie that are no UTF-8 arrive as halves of surrogate pairs.
    return text.encode("utf-8", "surrogatepass")
