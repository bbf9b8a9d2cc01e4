"""Measure the map of a server: what is claimed by chance, and how long 200 people take.

    python -m benchmarks.server_map [DATA_FOLDER] [--quick]

- *resampled*: three to twelve people bring as many resamples of one real list, so that nobody differs from
  anybody. Whatever is claimed of them (an award, two who are closest, a lone wolf, news of a week) is wrong.
- *real*: as many people bring lists of real listeners. What is claimed there is how much there is to say.
- *200 people*: a database in which everybody has mapped their list again just before. Each of them is moved
  after their own answer, as the bot does it, for which nobody waits; then the map is looked at. And once more
  where a crash came in between, so that whoever looks waits until all lists are read and summed up.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.drift import analyse, entries
from benchmarks.listeners import SHARED_DATA, Library, load_libraries
from services.analysis.server_map import arrange, find_news, summarise
from services.compute import ComputePool
from services.domain.groups import Presence
from services.domain.music import PlaylistSource
from services.domain.report import AnalysisReport
from services.domain.server_map import MOST_ON_MAP, ListOfMap, MapMember, NewsKind, SoundSummary
from services.storage.codec import encode_report
from services.storage.database import Database
from services.storage.reports import ReportStore
from services.storage.schema.groups import map_members
from services.storage.schema.people import reports
from services.storage.server_maps import MapMemberStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows import tasks
from services.workflows.server_map import ServerMapWorkflow

SIZES = (40, 400)
GROUPS = (3, 5, 12)
SEED = 1704
GUILD = 1
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


def sums(library: Library, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> SoundSummary:
    """Sum up the tracks of some rows, each as often as it is there."""
    report = cast("AnalysisReport", _Tracks(entries(library, rows)))
    found = summarise(report)
    assert found is not None
    return found


class _Tracks:
    """All that a summary reads of a report, each track another one."""

    def __init__(self, tracks: object) -> None:
        self.tracks = tracks


def claims(sounds: list[SoundSummary], before: list[SoundSummary]) -> Counter[str]:
    """Count what a map says of people, and a digest of what they were."""
    found = arrange([str(each) for each in range(len(sounds))], sounds)
    said: Counter[str] = Counter(maps=1)
    if found is not None:
        said["awards"] += len(found.awards)
        said["maps with an award"] += bool(found.awards)
        said["closest"] += found.closest is not None
        said["lone wolf"] += found.lone_wolf is not None
        said["nearest"] += sum(each.is_nearest_sure for each in found.people)
    news = find_news(dict(enumerate(sounds)), dict(enumerate(before)))
    said["moved"] += sum(each.kind is NewsKind.MOVED for each in news)
    said["alike"] += sum(each.kind is NewsKind.ALIKE for each in news)
    return said


async def everybody(guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:  # noqa: ARG001
    """Find everybody in the server."""
    return Presence(there=frozenset(user_ids))


async def time_map(library: Library, lists: list[np.ndarray[tuple[int], np.dtype[np.intp]]]) -> None:
    """Draw the map of as many people as one takes, of whom each has mapped their list again."""
    few = [encode_report(analyse(library, rows)) for rows in lists[:8]]
    pool = ComputePool(workers=2, preload=tasks.PRELOAD, warm_up=tasks.warm_up)
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with Database.open(f"sqlite+aiosqlite:///{Path(folder) / 'map.db'}") as database:
                members = MapMemberStore(database)
                await ReportStore(database).recent(0)
                async with database.transaction() as connection:
                    for user_id in range(1, MOST_ON_MAP + 1):
                        row = {
                            "report_id": f"r{user_id}",
                            "owner_id": user_id,
                            "private": True,
                            "created_at": _NOW,
                            "playlist_fingerprint": f"f{user_id}",
                            "playlist_name": "A list",
                            "tracks": len(lists[user_id % 8]),
                            "payload": few[user_id % 8],
                            "source": "upload",
                        }
                        await connection.execute(reports.insert().values(row))
                for user_id in range(1, MOST_ON_MAP + 1):
                    chosen = ListOfMap(
                        report_id="earlier",
                        fingerprint=f"f{user_id}",
                        name="A list",
                        source=PlaylistSource.UPLOAD,
                    )
                    await members.agree(
                        MapMember(
                            guild_id=GUILD,
                            user_id=user_id,
                            name=f"Person {user_id}",
                            list=chosen,
                            sound=sums(library, lists[user_id % len(lists)]),
                            agreed_at=_NOW,
                        )
                    )
                maps = ServerMapWorkflow(
                    members=members,
                    withdrawals=WithdrawalStore(database),
                    compute=pool,
                    clock=lambda: _NOW,
                )
                await pool.warm()
                for what in ("moved one by one", "all lists mapped again", "once more"):
                    if what == "moved one by one":
                        began = time.perf_counter()
                        for user_id in range(1, MOST_ON_MAP + 1):
                            await maps.follow(user_id)
                        each_s = (time.perf_counter() - began) / MOST_ON_MAP
                        print(f"moving one person after their answer: {1000 * each_s:.0f} ms")
                    elif what == "all lists mapped again":
                        async with database.transaction() as connection:
                            await connection.execute(map_members.update().values(report_id="earlier"))
                    began = time.perf_counter()
                    drawn = await maps.draw(GUILD, 1, who_is_there=everybody)
                    took_s = time.perf_counter() - began
                    size = len(drawn.chart.png) // 1024 if drawn.chart else 0
                    print(f"{len(drawn.members)} people, {what}: {took_s:.2f} s, {size} kB")
    finally:
        await pool.aclose()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="100 maps instead of 500")
    options = parser.parse_args()
    library = load_libraries(options.folder)
    lists = [rows for rows in library.playlists.values() if SIZES[0] <= len(rows) <= SIZES[1]]
    rng = np.random.default_rng(SEED)
    alike: Counter[str] = Counter()
    real: Counter[str] = Counter()
    for number in range(100 if options.quick else 500):
        people = GROUPS[number % len(GROUPS)]
        rows = lists[rng.integers(len(lists))]
        # Halves of one list, shuffled: a resample with repeats would count some tracks twice.
        drawn = [sums(library, rng.permutation(rows)[: len(rows) // 2]) for _ in range(2 * people)]
        alike += claims(drawn[:people], drawn[people:])
        brought = [sums(library, lists[rng.integers(len(lists))]) for _ in range(people)]
        real += claims(brought, brought)
    for name, said in (("resampled", alike), ("real", real)):
        print(f"{name}: " + ", ".join(f"{what} {count}" for what, count in said.items()))
    asyncio.run(time_map(library, lists))


if __name__ == "__main__":
    main()
