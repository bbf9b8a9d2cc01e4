from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest
from aiohttp import web

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.sources.pacing import Pacer
from services.sources.upstream import Patience, Upstream
from tests.unit.services.sources.fakes import CALM, FakeClock, serve, session

OK = (200, {}, b'{"ok": 1}')
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Script:
    """A server that gives these replies, the last one for ever."""

    replies: Sequence[Reply]
    time: FakeClock = field(default_factory=FakeClock)
    times: list[float] = field(default_factory=list)

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None

    async def answer(self, request: web.Request) -> web.Response:
        status, headers, body = self.replies[min(len(self.times), len(self.replies) - 1)]
        self.times.append(self.time.at)
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=status, headers=headers, body=body)

    @asynccontextmanager
    async def upstream(
        self, random: Random | None = None, patience: Patience = CALM, **options: object
    ) -> AsyncIterator[Upstream]:
        app = web.Application()
        app.router.add_get("/x", self.answer)
        async with serve(app) as url, session() as opened:
            yield Upstream(
                opened,
                source="Somebody",
                base_url=url,
                pacer=Pacer("Somebody", clock=self.time.clock),
                clock=self.time.clock,
                random=random or Random(5),
                patience=patience,
                **options,  # type: ignore[arg-type]
            )


async def test_returns_json() -> None:
    script = Script([OK])
    async with script.upstream() as upstream:
        answer = await upstream.get("/x", deadline=script.time.deadline())
    assert (answer.status, answer.json) == (200, {"ok": 1})


@pytest.mark.parametrize("status", [400, 404, 410, 422])
async def test_hands_over_client_errors_for_judgement_without_a_second_try(status: int) -> None:
    script = Script([(status, {}, b"no such thing")])
    async with script.upstream() as upstream:
        answer = await upstream.get("/x", deadline=script.time.deadline())
    assert (answer.status, answer.json, answer.text) == (status, None, "no such thing")
    assert len(script.times) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 302, 204])
async def test_tries_three_times_and_no_more(status: int) -> None:
    script = Script([(status, {}, b"")])
    async with script.upstream() as upstream:
        with pytest.raises(SourceUnavailableError):
            await upstream.get("/x", deadline=script.time.deadline())
    assert len(script.times) == 3


async def test_a_busy_server_that_names_a_time_is_not_asked_earlier() -> None:
    script = Script([(503, {"Retry-After": "20"}, b""), OK])
    async with script.upstream() as upstream:
        answer = await upstream.get("/x", deadline=script.time.deadline())
    assert answer.status == 200
    assert script.times[1] - script.times[0] >= 20


async def test_waits_between_tries_are_random_over_the_whole_range() -> None:
    waits: list[float] = []
    for seed in range(40):
        script = Script([(500, {}, b""), OK])
        async with script.upstream(Random(seed)) as upstream:
            await upstream.get("/x", deadline=script.time.deadline())
        waits.append(script.time.slept[0])
    assert 0 <= min(waits) < 0.15
    assert 0.85 < max(waits) <= 1


async def test_a_429_is_tried_three_times_in_all() -> None:
    script = Script([(429, {"Retry-After": "4"}, b"")])
    async with script.upstream() as upstream:
        with pytest.raises(RateLimitedError):
            await upstream.get("/x", deadline=script.time.deadline(1000))
    assert len(script.times) == 3
    assert script.times[2] - script.times[0] >= 8


async def test_without_a_named_time_the_rests_double() -> None:
    script = Script([(429, {}, b"")])
    async with script.upstream() as upstream:
        with pytest.raises(RateLimitedError) as caught:
            await upstream.get("/x", deadline=script.time.deadline(1000))
    first, second = script.times[1] - script.times[0], script.times[2] - script.times[1]
    assert 5 <= first <= 7.5
    assert 10 <= second <= 15
    assert 20 <= caught.value.retry_after_s <= 30


async def test_a_date_counts_from_the_clock_of_the_server() -> None:
    """The server's clock is a day behind ours; the wait is still the ten seconds it means."""
    headers = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 12:00:10 GMT"}
    script = Script([(429, headers, b""), OK])
    async with script.upstream() as upstream:
        await upstream.get("/x", deadline=script.time.deadline())
    assert script.times[1] - script.times[0] == pytest.approx(10)


async def test_a_wait_longer_than_the_deadline_is_said_at_once() -> None:
    script = Script([(429, {"Retry-After": "60"}, b"")])
    async with script.upstream() as upstream:
        with pytest.raises(RateLimitedError) as caught:
            await upstream.get("/x", deadline=script.time.deadline(30))
    assert caught.value.retry_after_s == 60
    assert script.time.slept == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_not_tried_again(status: int) -> None:
    script = Script([(status, {}, b"error code: 1010")])
    async with script.upstream() as upstream:
        for _ in range(3):
            with pytest.raises(SourceRefusedError):
                await upstream.get("/x", deadline=script.time.deadline())
    assert len(script.times) == 1


async def test_a_403_is_a_plain_answer_where_it_means_something_else() -> None:
    script = Script([(403, {}, b"{}")])
    async with script.upstream(refusals=frozenset({401})) as upstream:
        assert (await upstream.get("/x", deadline=script.time.deadline())).status == 403


async def test_repeated_failure_stops_the_asking() -> None:
    script = Script([(500, {}, b"")])
    async with script.upstream() as upstream:
        for _ in range(10):
            with pytest.raises(SourceUnavailableError):
                await upstream.get("/x", deadline=script.time.deadline())
        assert len(script.times) == 5
        script.replies = [OK]
        script.time.at += 61
        assert (await upstream.get("/x", deadline=script.time.deadline())).status == 200


async def test_no_call_starts_after_the_deadline() -> None:
    script = Script([OK])
    async with script.upstream() as upstream:
        deadline = script.time.deadline(1)
        script.time.at += 1
        with pytest.raises(OutOfTimeError):
            await upstream.get("/x", deadline=deadline)
    assert script.times == []


async def test_an_unreachable_address_is_unavailable() -> None:
    time = FakeClock()
    async with serve(web.Application()) as gone:
        pass
    async with session() as opened:
        upstream = Upstream(
            opened,
            source="Somebody",
            base_url=gone,
            pacer=Pacer("Somebody", clock=time.clock),
            clock=time.clock,
            patience=CALM,
        )
        with pytest.raises(SourceError) as caught:
            await upstream.get("/x", deadline=time.deadline())
    assert isinstance(caught.value, SourceUnavailableError)
    assert caught.value.problem == "connection failed"


async def test_a_body_without_end_is_cut_off() -> None:
    script = Script([(200, {}, b'"' + b"x" * 5000 + b'"')])
    async with script.upstream(body_limit=1000) as upstream:
        with pytest.raises(SourceUnavailableError) as caught:
            await upstream.get("/x", deadline=script.time.deadline())
    assert caught.value.problem == "endless answer"


async def test_a_redirect_is_not_followed() -> None:
    script = Script([(302, {"Location": "/x"}, b""), (302, {"Location": "/x"}, b""), OK])
    async with script.upstream(patience=Patience(retries=0)) as upstream:
        with pytest.raises(SourceUnavailableError):
            await upstream.get("/x", deadline=script.time.deadline())
    assert len(script.times) == 1


async def test_a_pause_asked_of_somebody_who_has_left_holds_for_the_next() -> None:
    script = Script([(429, {"Retry-After": "20"}, b""), OK], hold=asyncio.Event())
    assert script.hold is not None
    async with script.upstream(patience=Patience()) as upstream:
        caller = asyncio.create_task(upstream.get("/x", deadline=script.time.deadline()))
        await script.asked.wait()
        caller.cancel()
        follower = asyncio.create_task(upstream.get("/x", deadline=script.time.deadline()))
        await asyncio.sleep(0)
        script.hold.set()
        assert (await follower).status == 200
        assert caller.cancelled()
    assert script.times[1] - script.times[0] >= 20


async def test_cancelled_twice_a_caller_waits_for_no_answer() -> None:
    script = Script([OK], hold=asyncio.Event())
    assert script.hold is not None
    async with script.upstream(patience=Patience()) as upstream:
        caller = asyncio.create_task(upstream.get("/x", deadline=script.time.deadline()))
        await script.asked.wait()
        caller.cancel()
        await asyncio.sleep(0)
        assert not caller.done()
        caller.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait({caller})
        assert caller.cancelled()
        script.hold.set()
