"""Large playlists, workers that die, and work that takes too long."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cogs.work.errors import root_cause
from services.compute import ComputePool
from services.domain.errors.jobs import DeadlineExceededError
from services.workflows import analyze as analyze_module
from services.workflows import tasks
from tests.depth import IS_NIGHT, at_night, cases
from tests.discord.cards import check_message, text_of
from tests.discord.conftest import Room
from tests.discord.samples import exportify
from tests.discord.test_refusals import answer_of, log, refused
from tests.integration import jobs

__all__ = ["log"]


@pytest.fixture(scope="session")
def pool() -> Iterator[ComputePool]:
    """A pool that remembers nothing: whatever is asked is done by a worker, or by the next one."""
    own = ComputePool(workers=1, preload=tasks.PRELOAD, warm_up=tasks.warm_up, niceness=0)
    yield own
    asyncio.run(own.aclose())


def kill_workers(pool: ComputePool) -> None:
    pids = pool.worker_pids()
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def held(folder: Path, function: Callable[..., Any], *arguments: object) -> Any:
    """Run in a worker: say through a pipe that work has begun and wait to be killed, else do the work."""
    if pipes := sorted(folder.iterdir()):
        with pipes[0].open("wb"):
            pass
        signal.pause()
    return function(*arguments)


@contextmanager
def kill_during(
    patch: pytest.MonkeyPatch, pool: ComputePool, wanted: str, folder: Path, times: int
) -> Iterator[None]:
    """Kill all workers while the job `wanted` runs, in as many of its attempts as `times` says."""
    folder.mkdir()
    pipes = [folder / str(number) for number in range(times)]
    for pipe in pipes:
        os.mkfifo(pipe)

    def killer() -> None:
        for pipe in pipes:
            pipe.read_bytes()  # blocks until the worker has begun
            pipe.unlink()
            kill_workers(pool)

    run = pool.run

    async def watched(job: str, function: Any, *arguments: Any, **options: Any) -> Any:
        if job == wanted:
            options["deadline_s"] = 60.0  # a busy machine is not what is tested
            return await run(job, held, folder, function, *arguments, **options)
        return await run(job, function, *arguments, **options)

    thread = threading.Thread(target=killer, daemon=True)
    thread.start()
    patch.setattr(pool, "run", watched)
    yield
    patch.undo()
    thread.join(timeout=60)
    assert not thread.is_alive(), "the job never ran often enough"


async def test_a_whole_library_gets_a_card(room: Room) -> None:
    tracks = 10_000 if IS_NIGHT else 2_000
    card = await room.analyze("everything.csv", content=exportify(tracks))
    check_message(card)
    assert f"{tracks:,} tracks" in text_of(card)
    group = (await room.choose_group(card, "0")).response
    check_message(group)
    for label in ("Charts", "Quality", "Outliers", "Export"):
        answer = (await room.ann.click(card, label=label)).response
        check_message(answer)
    assert len(answer.attachments) == 4


@pytest.mark.parametrize("job", cases(["read file", "analysis"], gate=["analysis"]))
async def test_a_killed_worker_is_not_noticed(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, job: str
) -> None:
    compute = room.app.compute
    before = compute.restarts
    with kill_during(monkeypatch, compute, job, tmp_path / "pipes", times=1):
        card = await room.analyze(content=exportify(40))
    assert compute.restarts == before + 1
    assert "40 tracks" in text_of(card)
    assert [each.filename for each in card.attachments] == ["map.png"]
    assert len(room.posts()) == 1


@at_night
async def test_a_worker_killed_while_it_draws_more_pictures_is_not_noticed(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compute = room.app.compute
    card = await room.analyze(content=exportify(40))
    before = compute.restarts
    with kill_during(monkeypatch, compute, "charts", tmp_path / "pipes", times=1):
        charts = (await room.ann.click(card, label="Charts")).response
    assert compute.restarts == before + 1
    assert len(charts.attachments) == 1


async def test_a_worker_killed_twice_ends_in_a_sentence_and_the_next_one_works(
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    log: pytest.LogCaptureFixture,
) -> None:
    compute = room.app.compute
    before = compute.restarts
    with kill_during(monkeypatch, compute, "analysis", tmp_path / "pipes", times=2):
        file = ("list.csv", exportify(40))
        result = await room.ann.slash(room.channel, "analyze", file=file)
        assert "interrupted twice" in refused(await answer_of(result), log)
    assert len(room.env.refusals()) == 1
    assert room.posts() == []
    assert compute.restarts == before + 2
    assert "96 tracks" in text_of(await room.analyze())


async def test_work_past_its_deadline_ends_in_a_sentence_and_the_pool_lives_on(
    room: Room, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as hurry:
        hurry.setattr(analyze_module, "ANALYSIS_DEADLINE_S", 0.0)  # the clock of the simulator stands still
        file = ("list.csv", exportify(60))
        result = await room.ann.slash(room.channel, "analyze", file=file)
        assert "took longer than the 1 second that I may spend" in refused(await answer_of(result), log)
    # A worker that had begun is lost as well, which the simulator may count as an error of its own.
    assert DeadlineExceededError in {type(root_cause(error)) for error in room.env.refusals()}
    assert room.posts() == []
    assert "96 tracks" in text_of(await room.analyze())


async def test_buttons_survive_a_killed_worker(room: Room) -> None:
    card = await room.analyze()
    kill_workers(room.app.compute)
    charts = (await room.ann.click(card, label="Charts")).response
    assert len(charts.attachments) == 1


async def test_a_button_behind_work_past_its_deadline_is_answered(room: Room, tmp_path: Path) -> None:
    card = await room.analyze()
    pool, mark = room.app.compute, tmp_path / "mark"
    endless = asyncio.create_task(pool.run("endless", jobs.begin_and_wait, str(mark), deadline_s=0.5))
    async with asyncio.timeout(60):
        while not mark.exists():  # noqa: ASYNC110  (the worker is another process)
            await asyncio.sleep(0.01)
    others = [asyncio.create_task(pool.run("double", jobs.double, number)) for number in range(4)]
    charts = (await room.ann.click(card, label="Charts")).response
    assert len(charts.attachments) == 1
    assert await asyncio.gather(*others) == [0, 2, 4, 6]
    with pytest.raises(DeadlineExceededError):
        await endless
