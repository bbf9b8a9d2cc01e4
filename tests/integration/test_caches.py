"""Whatever is remembered in memory has a bound, and what can become untrue has an end."""

from __future__ import annotations

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cachetools import Cache, TTLCache

from bot.web.login import LoginPages
from bot.web.server import RateLimit
from services.sealing import new_key
from tests.conftest import ROOT
from tests.discord.conftest import open_app

THINGS_REMEMBERED = 9
"""Charts, maps, closed playlists, wishes, interactions, buckets, passes, visits."""


class Entry(SimpleNamespace):
    """A report without tracks, which also stands for one beside the moment it was made."""

    def __getitem__(self, _: int) -> Entry:
        return self


ENTRY: Any = Entry(tracks=())


async def test_every_cache_is_bounded_and_what_ages_goes(tmp_path: Path) -> None:
    known = {id(each) for each in gc.get_objects() if isinstance(each, Cache)}
    spotify = {"spotify_client_id": "0" * 32, "token_keys": new_key(), "health_port": 0}
    async with open_app(tmp_path, **spotify) as app:
        bot = app.new_bot()
        pages = LoginPages(linking=app.accounts.linking, public_url="https://t.example")
        limit = RateLimit()
        caches = [each for each in gc.get_objects() if isinstance(each, Cache) and id(each) not in known]
        assert len(caches) >= THINGS_REMEMBERED
        for cache in caches:
            for number in range(int(cache.maxsize) + 50):
                cache[number] = ENTRY
            assert 0 < cache.currsize <= cache.maxsize
            assert int(cache.maxsize) + 49 in cache, "the newest stays"
            if isinstance(cache, TTLCache):
                cache.expire(cache.timer() + cache.ttl + 1.0)
                assert len(cache) == 0
        del bot, pages, limit


def test_no_cache_is_made_by_hand() -> None:
    for room in ("bot", "cogs", "services"):
        for file in (ROOT / room).rglob("*.py"):
            assert "OrderedDict" not in file.read_text(encoding="utf-8"), file
