"""Open the sources of audio features that the settings ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import metadata

from bot.config import Settings
from bot.metrics import Metrics
from services.enrichment.enricher import Enricher
from services.enrichment.ports import FeatureSource
from services.sources.http.clock import Clock
from services.sources.http.session import open_session
from services.sources.reccobeats.client import connect_reccobeats
from services.sources.reccobeats.lookups import ReccoBeatsById, ReccoBeatsByIsrc
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.workflows.company import CompanyWorkflow


@asynccontextmanager
async def open_enricher(
    settings: Settings,
    database: Database | None,
    company: CompanyWorkflow,
    *,
    offline: bool = False,
    metrics: Metrics | None = None,
) -> AsyncIterator[Enricher]:
    """Build the chain of sources: cache, file, ReccoBeats by id and by ISRC, estimation.

    Without a database nothing is remembered beyond this process.
    """
    async with AsyncExitStack() as stack:
        clock = Clock()
        metrics = metrics or Metrics()
        sources: list[FeatureSource] = []
        if settings.reccobeats_url and not offline:
            session = await stack.enter_async_context(
                open_session(version=installed_version(), contact_url=settings.contact_url)
            )
            client = connect_reccobeats(
                session, base_url=settings.reccobeats_url, clock=clock, on_call=metrics.called
            )
            sources = [ReccoBeatsById(client), ReccoBeatsByIsrc(client)]
        enricher = Enricher(
            store=FeatureStore(database) if database else None,
            sources=sources,
            impute=company.estimate,
            clock=clock,
            observer=metrics,
        )
        stack.push_async_callback(enricher.aclose)
        yield enricher


def installed_version() -> str:
    """Return the version of this installation; a plain checkout says so."""
    try:
        return metadata.version("tastemap")
    except metadata.PackageNotFoundError:
        return "dev"
