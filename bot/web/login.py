"""The way through the pages: start, Spotify, back, finish; Discord says whose browser it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from cachetools import TTLCache

from bot.web.interactions import PATH, SignedInteractions
from bot.web.pages import code_page, done_page, over_page, start_page
from bot.web.server import BODY_LIMIT_BYTES, Network, RateLimit, dress, guard
from services.accounts.linking import LinkingService
from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    AppMisconfiguredError,
    Denial,
    LinkExpiredError,
    LoginDeniedError,
    SourceUnavailableError,
)
from services.domain.spotify import Linked
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
                raise LoginDeniedError(Denial.DISCORD)
            user = await self._json("GET", "/users/@me", f"Bearer {access}")
        except (aiohttp.ClientError, BodyTooLargeError, TimeoutError, OSError) as error:
            raise SourceUnavailableError(_NAME, type(error).__name__) from error
        user_id = user.get("id")
        if not isinstance(user_id, str) or not user_id.isdecimal():
            raise LoginDeniedError(Denial.NAMELESS)
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
                raise LoginDeniedError(Denial.DISCORD)
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


_COOKIE_LIFE_S = 15 * 60
_PASSES_KEPT = 10_000

_log = logging.getLogger(__name__)

OnLinked = Callable[[Linked], Awaitable[None]]
"""Told when a login was finished in the browser alone, so that Discord can say so too."""


class LoginPages:
    """Four routes. GETs only read; what a browser is, its cookie says.

    Parameters
    ----------
    public_url
        Where people reach these pages. The only source of addresses: the Host header is never used.
    identity
        Asks Discord who the browser belongs to (strong mode); None leaves it to the finish code.
    """

    def __init__(
        self,
        *,
        linking: LinkingService,
        public_url: str,
        identity: DiscordIdentity | None = None,
        on_linked: OnLinked | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._linking = linking
        self._public_url = public_url.rstrip("/")
        self._is_https = urlsplit(public_url).scheme == "https"
        self._identity = identity
        self._on_linked = on_linked
        self._cookie = "__Host-tastemap" if self._is_https else "tastemap"
        self._passes: TTLCache[str, str] = TTLCache(_PASSES_KEPT, _COOKIE_LIFE_S, timer=timer)
        """Logins by the browsers that were shown their page, both as hashes."""

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/link/{token}", self.start)
        app.router.add_post("/link/{token}", self.go_on)
        app.router.add_get("/callback", self.callback, allow_head=False)
        app.router.add_get("/done/{login}", self.done)
        if self._identity is not None:
            app.router.add_get("/discord", self.identified, allow_head=False)

    def known(self, request: web.Request) -> str:
        """Name the login that this browser was shown a page of; empty for strangers."""
        browser = request.cookies.get(self._cookie, "")
        return self._passes.get(_digest(browser), "") if browser else ""

    async def vouch(self, request: web.Request) -> str:
        """Look up the login whose link is being opened; empty where there is none."""
        token = request.match_info.get("token", "")
        try:
            return (await self._linking.look(token)).attempt_id if token else ""
        except TastemapError:
            return ""

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Show whose login this is. Changes nothing: previews and virus scanners open links too."""
        token = request.match_info["token"]
        attempt = await self._linking.look(token)
        browser = request.cookies.get(self._cookie) or secrets.token_urlsafe(_SECRET_BYTES)
        response = start_page(
            discord_name=attempt.discord_name,
            scopes=attempt.scopes,
            csrf=_csrf(browser, token),
            strong=self._identity is not None,
        )
        self._remember(response, browser)
        self._passes[_digest(browser)] = attempt.attempt_id
        return response

    async def go_on(self, request: web.Request) -> web.StreamResponse:
        """Bind the login to this browser and send it to Spotify, or first to Discord."""
        token = request.match_info["token"]
        browser = request.cookies.get(self._cookie, "")
        if not browser or not _same(await _field(request, "csrf"), _csrf(browser, token)):
            raise LinkExpiredError
        if self._identity is None:
            return _see_other(await self._linking.open(token, browser=browser))
        await self._linking.look(token)
        address, proof = self._identity.ask(browser=browser, token=token)
        response = _see_other(address)
        self._remember(response, proof, name=f"{self._cookie}-discord")
        return response

    async def identified(self, request: web.Request) -> web.StreamResponse:
        """Take Discord's word for who the browser belongs to, and send it to Spotify."""
        if self._identity is None:
            raise web.HTTPNotFound
        browser = request.cookies.get(self._cookie, "")
        proof = request.cookies.get(f"{self._cookie}-discord", "")
        token = self._identity.token_of(proof, state=request.query.get("state", ""), browser=browser)
        if request.query.get("error") or not request.query.get("code"):
            raise LoginDeniedError(Denial.NOT_ASKED)
        discord_id = await self._identity.who(request.query["code"])
        return _see_other(await self._linking.open(token, browser=browser, discord_id=discord_id))

    async def callback(self, request: web.Request) -> web.StreamResponse:
        """Keep what Spotify answered; the token is asked for only once the two people are one."""
        browser = request.cookies.get(self._cookie, "")
        state = request.query.get("state", "")
        if not browser or not state:
            raise LinkExpiredError
        attempt = await self._linking.receive(
            state=state,
            browser=browser,
            code=request.query.get("code"),
            error=request.query.get("error"),
        )
        if self._identity is not None:
            await self._announce(await self._linking.finish_proven(attempt.attempt_id, browser=browser))
            return done_page()
        return _see_other(f"{self._public_url}/done/{attempt.attempt_id}")

    async def _announce(self, linked: Linked) -> None:
        """Let Discord say that the login is done; whatever happens there, it is."""
        if self._on_linked is None:
            return
        try:
            await self._on_linked(linked)
        except Exception as error:  # noqa: BLE001  (the login has succeeded, and the page says so)
            _log.warning("a finished login could not be announced: %s", type(error).__name__)

    async def done(self, request: web.Request) -> web.StreamResponse:
        """Show the finish code; may be reloaded until it was used."""
        browser = request.cookies.get(self._cookie, "")
        try:
            code, attempt = await self._linking.finish_code(request.match_info["login"], browser=browser)
        except LinkExpiredError:
            return over_page()
        return code_page(code, discord_name=attempt.discord_name)

    def _remember(self, response: web.StreamResponse, value: str, *, name: str = "") -> None:
        response.set_cookie(
            name or self._cookie,
            value,
            max_age=_COOKIE_LIFE_S,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="Lax",  # Strict would not come back from Spotify with the person
        )


async def _field(request: web.Request, name: str) -> str:
    """Read one field of a form, which may be anything."""
    try:
        return str((await request.post()).get(name, ""))
    except (ValueError, LookupError, AssertionError, HttpProcessingError) as error:
        raise web.HTTPBadRequest from error


def _csrf(browser: str, token: str) -> str:
    return hmac.new(_bytes(browser), b"go on " + _bytes(token), hashlib.sha256).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(_bytes(given), _bytes(known))


def _see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def build_pages(
    pages: LoginPages,
    *,
    form_targets: Sequence[str],
    is_https: bool,
    limit: RateLimit | None = None,
    proxies: Sequence[Network] = (),
    interactions: SignedInteractions | None = None,
) -> web.Application:
    """Build the web application of the login, and of commands that Discord sends to the same address."""
    app = web.Application(
        client_max_size=BODY_LIMIT_BYTES,
        middlewares=[guard(limit=limit or RateLimit(), proxies=proxies, passes=pages, exempt={PATH})],
    )
    app.on_response_prepare.append(dress(form_targets, is_https=is_https))
    pages.add_to(app)
    if interactions is not None:
        interactions.add_to(app)
    return app


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
