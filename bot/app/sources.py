"""Open the sources of audio features that the settings ask for."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot import __version__
from bot.config import Settings
from bot.metrics import Metrics
from bot.process import in_background
from cogs.words.lists import public_list_name
from services.enrichment.cache import MemoryNameStore, ReadOnlyCache, ReadOnlyNames
from services.enrichment.enricher import Enricher
from services.enrichment.ports import FeatureCache, FeatureSource, NameStore
from services.enrichment.recordings import IndexedLabs, KnownRecordings
from services.enrichment.resolver import LabsPort, NameResolver
from services.sources.clock import Clock
from services.sources.listenbrainz import Labs, ListenBrainz, connect_labs, connect_listenbrainz
from services.sources.pacing import Pace
from services.sources.public_lists import LastFm, ListenBrainzLists, connect_lastfm
from services.sources.reccobeats import (
    ReccoBeatsById,
    ReccoBeatsByIsrc,
    ReccoBeatsTitles,
    connect_reccobeats,
)
from services.sources.reccobeats_clips import ReccoBeatsClips
from services.sources.session import open_session
from services.sources.upstream import Wiring
from services.storage.database import Database
from services.storage.features import FeatureStore, PutAsideStore
from services.storage.installation import ClaimStore, UpstreamStore
from services.storage.recordings import NameStore as NameStoreOf
from services.storage.recordings import RecordingStore
from services.workflows.suggestions import UserLists


def session_of(settings: Settings) -> aiohttp.ClientSession:
    """Open a session that says whose bot it is."""
    return open_session(version=__version__, contact_url=settings.contact_url)


@dataclass(frozen=True, slots=True)
class Sources:
    """Who tells how tracks sound."""

    enricher: Enricher
    clips: ReccoBeatsClips | None
    """Measures clips of sound; None where ReccoBeats is off."""


@asynccontextmanager
async def open_sources(
    settings: Settings,
    database: Database | None,
    *,
    offline: bool = False,
    keeps: bool = True,
    fills: bool = False,
    metrics: Metrics | None = None,
    lists: NameServices,
) -> AsyncIterator[Sources]:
    """Build the chain of sources: cache, file, ReccoBeats by id and by ISRC.

    Without a database nothing is remembered beyond this process, and nothing is kept where the database
    is only read.

    Parameters
    ----------
    fills
        Whether this process asks in idle times for what there was no time for.
    """
    async with AsyncExitStack() as stack:
        clock = Clock()
        metrics = metrics or Metrics()
        sources: list[FeatureSource] = []
        titles: ReccoBeatsTitles | None = None
        clips: ReccoBeatsClips | None = None
        if settings.reccobeats_url and not offline:
            session = await stack.enter_async_context(session_of(settings))
            client = connect_reccobeats(
                session,
                base_url=settings.reccobeats_url,
                clock=clock,
                on_call=metrics.called,
                pace=pace_of(database),
            )
            sources = [ReccoBeatsById(client), ReccoBeatsByIsrc(client)]
            titles = ReccoBeatsTitles(client.upstream)
            clips = client.clips
        store: FeatureCache | None = FeatureStore(database) if database else None
        if store is not None and not keeps:
            store = ReadOnlyCache(store)
        recordings = KnownRecordings(RecordingStore(database), clock) if database else None
        labs: LabsPort | None = None if offline else lists.labs
        enricher = Enricher(
            store=store,
            sources=sources,
            clock=clock,
            observer=metrics,
            names=NameResolver(
                store=name_store(database, keeps=keeps),
                labs=IndexedLabs(labs, recordings) if labs and recordings else labs,
                recordings=None if offline else lists.listenbrainz,
                titles=titles,
                searches=settings.reccobeats_search,
                tags=settings.musicbrainz_tags,
                clock=clock,
            ),
            claims=claims_of(database),
            put_aside=PutAsideStore(database) if database and keeps and sources else None,
            recordings=recordings,
        )
        stack.push_async_callback(enricher.aclose)
        if fills and enricher.filling is not None:
            await stack.enter_async_context(in_background(enricher.filling.run()))
        yield Sources(enricher, clips)


def name_store(database: Database | None, *, keeps: bool) -> NameStore:
    """Return where names are remembered: the database, or this process."""
    if database is None:
        return MemoryNameStore()
    store = NameStoreOf(database)
    return store if keeps else ReadOnlyNames(store)


@dataclass(frozen=True, slots=True)
class NameServices:
    """The services that know names, where the operator has switched them on."""

    labs: Labs | None
    listenbrainz: ListenBrainz | None
    lastfm: LastFm | None

    @property
    def lists(self) -> UserLists:
        """The public lists of people that can be read."""
        client = self.listenbrainz
        return UserLists(
            listenbrainz=ListenBrainzLists(client) if client else None,
            lastfm=self.lastfm,
            names=public_list_name,
        )


@asynccontextmanager
async def open_name_services(
    settings: Settings, metrics: Metrics | None = None, pace: Pace | None = None
) -> AsyncIterator[NameServices]:
    """Open the clients of the services that the settings name."""
    async with AsyncExitStack() as stack:
        wiring = Wiring(clock=Clock(), on_call=(metrics or Metrics()).called, pace=pace)

        async def session() -> aiohttp.ClientSession:
            return await stack.enter_async_context(session_of(settings))

        labs, listenbrainz = None, None
        if settings.listenbrainz_labs_url:
            labs = connect_labs(await session(), base_url=settings.listenbrainz_labs_url, **wiring)
        if settings.listenbrainz_url:
            listenbrainz = connect_listenbrainz(await session(), base_url=settings.listenbrainz_url, **wiring)
        lastfm = None
        if settings.lastfm_api_key is not None and settings.lastfm_url:
            lastfm = connect_lastfm(
                await session(),
                settings.lastfm_api_key.get_secret_value(),
                base_url=settings.lastfm_url,
                **wiring,
            )
        yield NameServices(labs, listenbrainz, lastfm)


def pace_of(database: Database | None) -> Pace | None:
    """Return the shared slots of outside services; None where no other process can call them."""
    return UpstreamStore(database) if database is not None and not database.is_file else None


def claims_of(database: Database | None) -> ClaimStore | None:
    """Return the shared claims on what is fetched; None where no other process can fetch it."""
    if database is None or database.is_file:
        return None
    return ClaimStore(database, holder=secrets.token_hex(8))
