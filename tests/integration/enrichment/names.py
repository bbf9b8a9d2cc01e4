"""A list of names, the loopback services that know them, and the chain that asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from random import Random

from sandbox.catalogue import Catalogue, CatalogueTrack, build_catalogue
from sandbox.labs import SandboxLabs
from sandbox.listenbrainz import SandboxListenBrainz, SandboxListener
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.music import Track
from services.enrichment.cache import MemoryFeatureCache, MemoryNameStore
from services.enrichment.enricher import Enricher
from services.enrichment.ports import NameStore
from services.enrichment.resolver import NameResolver
from services.sources.listenbrainz import ListenBrainz, connect_labs, connect_listenbrainz
from services.sources.reccobeats import (
    ReccoBeatsById,
    ReccoBeatsByIsrc,
    ReccoBeatsTitles,
    connect_reccobeats,
)
from tests.unit.services.sources.fakes import FakeClock, patience_with, serve, session

CATALOGUE = build_catalogue()


def named(entries: Iterable[CatalogueTrack], *, lengths: bool = True) -> tuple[Track, ...]:
    """Return tracks as a list without ids has them."""
    return tuple(
        Track(
            title=entry.track.title,
            artists=entry.track.artists,
            album=entry.track.album,
            duration_ms=entry.track.duration_ms if lengths else None,
        )
        for entry in entries
    )


@dataclass(frozen=True, slots=True)
class Services:
    """The loopback services and the chain that asks them."""

    time: FakeClock
    labs: SandboxLabs
    listenbrainz: SandboxListenBrainz
    reccobeats: SandboxReccoBeats
    resolver: NameResolver
    enricher: Enricher
    lists: ListenBrainz

    @property
    def look_ups(self) -> int:
        """Calls that were made to find names, whatever the service."""
        titles = [call for call in self.reccobeats.calls if call.path.startswith("/v1/track")]
        return len(self.labs.calls) + len(self.listenbrainz.calls) + len(titles)


@asynccontextmanager
async def services(
    catalogue: Catalogue = CATALOGUE,
    *,
    searches: bool = False,
    store: NameStore | None = None,
    impostors: Mapping[str, Sequence[str]] | None = None,
    without_isrc: Iterable[str] = (),
    users: Sequence[SandboxListener] = (),
) -> AsyncIterator[Services]:
    """Serve all of them on loopback, on one clock that only moves when somebody sleeps."""
    time = FakeClock()
    labs = SandboxLabs(catalogue, clock=time.monotonic, impostors=impostors)
    api = SandboxListenBrainz(catalogue, clock=time.monotonic, without_isrc=without_isrc, users=users)
    recco = SandboxReccoBeats(catalogue, clock=time.monotonic)
    async with (
        serve(labs.app()) as labs_url,
        serve(api.app()) as api_url,
        serve(recco.app()) as recco_url,
        session() as one,
        session() as two,
        session() as three,
    ):
        random = Random(3)
        client = connect_reccobeats(
            three, base_url=f"{recco_url}v1", clock=time.clock, random=random, patience=patience_with(recco)
        )
        lists = connect_listenbrainz(
            two, base_url=api_url, clock=time.clock, random=random, patience=patience_with(api)
        )
        resolver = NameResolver(
            store=store or MemoryNameStore(),
            labs=connect_labs(
                one, base_url=labs_url, clock=time.clock, random=random, patience=patience_with(labs)
            ),
            recordings=lists,
            titles=ReccoBeatsTitles(client.upstream),
            searches=searches,
            clock=time.clock,
        )
        enricher = Enricher(
            store=MemoryFeatureCache(),
            sources=[ReccoBeatsById(client), ReccoBeatsByIsrc(client)],
            names=resolver,
            clock=time.clock,
        )
        try:
            yield Services(time, labs, api, recco, resolver, enricher, lists)
        finally:
            await enricher.aclose()


def renamed(entry: CatalogueTrack, **changes: object) -> CatalogueTrack:
    """Return an entry with another track in it."""
    return replace(entry, track=replace(entry.track, **changes))
