"""What a file, or a database, may do to an analysis: the real application without Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, build
from bot.config import Settings
from cogs.words.errors import sentence
from sandbox.playlists import load
from services.compute import Limits
from services.domain.analysis import AnalysisOptions
from services.domain.errors.playlists import CostlyFileError, UploadError
from services.domain.music import Playlist, Track
from services.sources.clock import utc_now
from services.storage.installation import RefusedFileStore
from services.workflows import reading, tasks
from services.workflows.costly_files import REFUSED_FOR, CostlyFiles
from tests.integration import jobs

POISON = b"poison"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[App]:
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'tastemap.db'}", reccobeats_url="", workers=1
    )
    async with build(settings) as app:
        yield app


async def test_a_file_that_kills_its_worker_is_refused_for_an_hour_also_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tasks.read_with_keys
    monkeypatch.setattr(tasks, "read_with_keys", jobs.read_or_die)
    for lost in (2, 0):  # the second time another process has the same database
        async with opened(tmp_path) as app:
            with pytest.raises(CostlyFileError) as caught:
                await app.workflows.reader.read_upload(POISON, "list.csv")
            assert "hour" in sentence(caught.value)
            assert app.compute.restarts == lost
            assert await app.workflows.reader.read_upload(load("tam.csv"), "tam.csv")
    async with opened(tmp_path) as app:
        store, reader = RefusedFileStore(app.database), app.workflows.reader
        costly = CostlyFiles(store, lambda: utc_now() + REFUSED_FOR + timedelta(minutes=1))
        later = replace(reader, sounds=replace(reader.sounds, costly=costly))
        monkeypatch.setattr(tasks, "read_with_keys", plain)
        assert await later.read_upload(load("tam.csv"), "tam.csv")
        with pytest.raises(UploadError) as read_again:
            await later.read_upload(POISON, "list.csv")
        assert not isinstance(read_again.value, CostlyFileError)
        monkeypatch.setattr(tasks, "read_with_keys", jobs.read_or_die)
        with pytest.raises(CostlyFileError):
            await later.read_upload(POISON + b", another one", "list.csv")  # which clears away what is over
        assert not await store.is_refused(await _digest_of(POISON), utc_now())


async def _digest_of(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


async def test_a_file_that_costs_too_much_is_told_so_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READING_LIMITS", Limits(cpu_s=0.0001, memory_mb=200))
    async with opened(tmp_path) as app:
        await app.compute.warm()
        for _ in range(2):
            with pytest.raises(CostlyFileError):
                await app.workflows.reader.read_upload(load("tam.csv"), "tam.csv")
        assert app.compute.restarts == 1


async def test_with_a_database_that_cannot_be_written_an_analysis_still_ends_in_its_map(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path) as app:
        async with app.database._writer.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute("PRAGMA query_only=ON")
        (playlist,) = await app.workflows.reader.read_upload(load("tam.csv"), "tam.csv")
        tracks = await app.workflows.analyze.enrich(playlist)
        measured = [_measured(entry) for entry in tracks]
        await app.workflows.analyze.related_tracks.remember(measured)
        assert "tracks can't be remembered: DatabaseReadOnlyError" in caplog.text
        analysis = await app.workflows.analyze.run(playlist, AnalysisOptions(), user_id=1)
        assert len(analysis.report.tracks) == len(playlist.tracks)


async def test_a_comparison_goes_on_with_what_is_known_where_the_rest_cannot_be_estimated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    playlist = Playlist(name="Bare", tracks=(Track(title="Song", artists=("Somebody",)),))
    async with opened(tmp_path) as app:
        await app.compute.aclose()
        (entry,) = await app.workflows.analyze.enrich(playlist)
        assert (entry.track, entry.features.is_empty) == (playlist.tracks[0], True)
    assert "the estimate failed: ShuttingDownError" in caplog.text


def _measured(entry: Any) -> Any:
    from services.domain.features import Origin

    return replace(
        entry,
        track=replace(entry.track, id=entry.track.id or "x" * 22),
        provenance={
            feature: replace(each, origin=Origin.MEASURED) for feature, each in entry.provenance.items()
        },
    )
