"""The pages of the login on a loopback port, for whoever wants to throw something at them.

`python -m tests.fuzz.pages` lets schemathesis do that, after the description in `openapi.json`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.web.login import LoginPages, build_pages
from bot.web.server import RateLimit, listen, parse_networks
from services.accounts.linking import LinkingService
from services.accounts.tokens import TokenService
from services.sealing import KeyRing
from services.sources.clock import Clock
from services.sources.session import open_session
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_auth import SpotifyAuth
from services.sources.spotify_client import SpotifyClient
from services.storage.attempts import AttemptStore
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.spotify import CallStore
from tests.databases import sqlite_at

DESCRIPTION = Path(__file__).with_name("openapi.json")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Pages:
    """Where they are, and a login that somebody has begun."""

    port: int
    token: str


@asynccontextmanager
async def open_pages(folder: Path, port: int = 0) -> AsyncIterator[Pages]:
    """Serve the real pages on a real database; Spotify is out of reach, time flies."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(sqlite_at(folder / "pages.db")))
        web = await stack.enter_async_context(open_session(version="test"))
        clock, keys, links = Clock(), KeyRing([bytes(32)]), LinkStore(database)
        auth = SpotifyAuth(
            web, client_id="app", client_secret="secret", redirect_uri=f"{NOWHERE}/callback", base_url=NOWHERE
        )
        linking = LinkingService(
            attempts=AttemptStore(database),
            links=links,
            keys=keys,
            auth=auth,
            spotify=SpotifyClient(SpotifyApi(web, ledger=CallStore(database), base_url=NOWHERE)),
            tokens=TokenService(links=links, keys=keys, auth=auth, clock=clock),
            clock=clock,
            seats=5,
        )
        app = build_pages(
            LoginPages(linking=linking, public_url=NOWHERE),
            form_targets=[NOWHERE],
            is_https=True,
            limit=RateLimit(clock=itertools.count(step=60.0).__next__),
            proxies=parse_networks("127.0.0.1"),
        )
        token = await linking.begin(1, discord_name="<b>Ann</b>", scopes=frozenset())
        yield Pages(await stack.enter_async_context(listen(app, host="127.0.0.1", port=port)), token)


async def search() -> int:
    """Let schemathesis send what the description allows, and what it does not."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_pages(Path(folder)) as pages:
            process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                str(DESCRIPTION),
                f"--url=http://127.0.0.1:{pages.port}",
                "--phases=coverage,fuzzing,stateful",
                f"--checks={','.join(CHECKS)}",
                "--max-examples=300",
            )
            return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(search()))
