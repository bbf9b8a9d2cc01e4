"""Open everything about people's Spotify accounts; nothing of it where the operator has no Spotify app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.app.client import Clients
from bot.app.sources import pace_of, session_of
from bot.config import Settings
from bot.metrics import Metrics
from bot.web.interactions import SignedInteractions
from bot.web.login import DISCORD_AUTHORIZE_URL, DiscordIdentity, LoginPages, build_pages, origin_of
from bot.web.server import listen, parse_networks
from cogs.work.logins import tell_linked
from services.accounts.linking import LinkingService
from services.accounts.tokens import SpotifyAccess, TokenService
from services.domain.errors.sources import AccountError, KeyRingError, SourceError
from services.domain.spotify import Disconnected, Linked, Quota
from services.enrichment.ports import FeatureSource
from services.maintenance import Maintenance
from services.sealing import KeyRing, derive_key
from services.sources.clock import Clock
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_auth import SpotifyAuth
from services.sources.spotify_client import SpotifyClient
from services.sources.spotify_features import SpotifyProbe
from services.storage.attempts import AttemptStore
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.spotify import CallStore, LibraryStore, PlaylistStore
from services.workflows.library import LibraryWorkflow, PlaylistCache

_LIST_S = 10.0
"""How long a login waits for the list of playlists; it is read later if that was too short."""

PASTE_REDIRECT = "http://127.0.0.1:8888/callback"
"""Where browsers end in paste mode: a page that does not load, whose address is copied."""

_PROOFS = b"tastemap browser proofs 1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The Spotify side of this installation, and the logins to it."""

    settings: Settings
    tokens: TokenService
    linking: LinkingService
    links: LinkStore
    calls: CallStore
    clock: Clock
    access: SpotifyAccess
    library: LibraryWorkflow
    public_url: str
    probe: SpotifyProbe | None
    """Spotify's own audio features, closed to nearly every app; None where they are not to be tried."""

    @property
    def is_pasted(self) -> bool:
        """Whether there are no pages, and people paste the address they were sent back to."""
        return self.settings.paste_login

    def url_of(self, token: str) -> str:
        """Return the address of a login's start page."""
        return f"{self.public_url}/link/{token}"

    async def disconnect(self, user_id: int) -> Disconnected:
        """End a person's link and forget what was read with it, also in memory.

        Raises
        ------
        UnfinishedWritesError
        """
        ended = await self.linking.unlink(user_id)
        self.library.forget(user_id)
        return ended

    async def fetch_list(self, user_id: int) -> None:
        """Read the list of a person's playlists after a login, so that they are offered while they type."""
        try:
            async with asyncio.timeout(_LIST_S):
                await self.library.refresh(user_id)
        except Exception as error:  # noqa: BLE001  (the login is done, whatever a disk or Spotify does)
            _log.info("the list of playlists was not read after a login: %s", type(error).__name__)

    async def feature_sources(self, user_id: int) -> Sequence[FeatureSource]:
        """Return what a person's own token opens: never the app's, and nothing without a login."""
        if self.probe is None:
            return ()
        try:
            return (self.probe.with_token(await self.tokens.access_token(user_id)),)
        except (AccountError, SourceError):
            return ()

    async def quota(self) -> Quota:
        """Say how many calls are left."""
        return await self.calls.load(self.clock.now())

    @asynccontextmanager
    async def pages(
        self,
        clients: Clients,
        maintenance: Maintenance | None = None,
        interactions: SignedInteractions | None = None,
    ) -> AsyncIterator[int | None]:
        """Serve the pages of the login inside the block; yields the port, or None without pages."""
        if self.is_pasted:
            yield None
            return
        settings = self.settings

        async def after_login(linked: Linked) -> None:
            await tell_linked(clients.direct_message, linked)
            await self.fetch_list(linked.link.user_id)

        async with AsyncExitStack() as stack:
            identity = await stack.enter_async_context(self._identity(clients))
            login = LoginPages(
                linking=self.linking,
                public_url=self.public_url,
                identity=identity,
                on_linked=after_login,
            )
            targets = [settings.spotify_accounts_url, *([DISCORD_AUTHORIZE_URL] if identity else [])]
            is_https = urlsplit(self.public_url).scheme == "https"
            app = build_pages(
                login,
                form_targets=list(map(origin_of, targets)),
                is_https=is_https,
                proxies=parse_networks(settings.trusted_proxies),
                interactions=interactions,
            )
            yield await stack.enter_async_context(
                listen(
                    app,
                    host=settings.web_host,
                    port=settings.web_port,
                    is_https=is_https,
                    maintenance=maintenance,
                )
            )

    @asynccontextmanager
    async def _identity(self, clients: Clients) -> AsyncIterator[DiscordIdentity | None]:
        """Open Discord's login as proof of who sits before a browser; None where that is not set up."""
        settings = self.settings
        if settings.discord_client_secret is None:
            yield None
            return
        async with session_of(settings) as session:
            yield DiscordIdentity(
                session,
                application_id=lambda: clients.application_id,
                client_secret=settings.discord_client_secret.get_secret_value(),
                redirect_uri=f"{self.public_url}/discord",
                api_url=settings.discord_api_url,
                key=derive_key(settings.discord_token_text, _PROOFS),
            )


@asynccontextmanager
async def open_accounts(
    settings: Settings, database: Database, metrics: Metrics
) -> AsyncIterator[Accounts | None]:
    """Build what a Spotify app makes possible; yields None without one.

    Raises
    ------
    KeyRingError
        There is a Spotify app, but no key to seal its tokens with.
    """
    if not settings.spotify_client_id:
        yield None
        return
    keys = key_ring(settings)
    clock = Clock()
    public_url = settings.pages_url
    async with AsyncExitStack() as stack:
        api_session = await stack.enter_async_context(session_of(settings))
        auth_session = await stack.enter_async_context(session_of(settings))
        calls = CallStore(database, budget=settings.spotify_daily_calls)
        client = SpotifyClient(
            SpotifyApi(
                api_session,
                ledger=calls,
                base_url=settings.spotify_api_url,
                clock=clock,
                on_call=metrics.called,
                pace=pace_of(database),
            )
        )
        secret = settings.spotify_client_secret
        auth = SpotifyAuth(
            auth_session,
            client_id=settings.spotify_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            redirect_uri=PASTE_REDIRECT if settings.paste_login else f"{public_url}/callback",
            base_url=settings.spotify_accounts_url,
            clock=clock,
            on_call=metrics.called,
        )
        links = LinkStore(database)
        tokens = TokenService(links=links, keys=keys, auth=auth, clock=clock)
        linking = LinkingService(
            attempts=AttemptStore(database),
            links=links,
            keys=keys,
            auth=auth,
            spotify=client,
            tokens=tokens,
            clock=clock,
            seats=settings.spotify_seats,
            proves_identity=settings.discord_client_secret is not None and not settings.paste_login,
            allows_paste=settings.paste_login,
        )
        access = SpotifyAccess(client=client, tokens=tokens)
        yield Accounts(
            settings=settings,
            tokens=tokens,
            linking=linking,
            links=links,
            calls=calls,
            clock=clock,
            access=access,
            library=LibraryWorkflow(
                access=access,
                lists=LibraryStore(database),
                playlist_cache=PlaylistCache(store=PlaylistStore(database), clock=clock.now),
                calls=calls,
                clock=clock.now,
            ),
            public_url=public_url,
            probe=SpotifyProbe(api_session, ledger=calls, base_url=settings.spotify_api_url, clock=clock)
            if settings.spotify_audio_features
            else None,
        )


def key_ring(settings: Settings) -> KeyRing:
    """Read TOKEN_KEYS; raises `KeyRingError`."""
    if settings.token_keys is None or not settings.token_keys.get_secret_value().strip():
        raise KeyRingError("it is missing, and without it no Spotify token can be stored")
    return KeyRing.parse(settings.token_keys.get_secret_value())
