"""Commands that come as signed requests: what is no request of Discord's is refused before it is read."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.web.interactions import BODY_LIMIT_BYTES, PATH, SignedInteractions, build_endpoint
from sandbox.discord import LoopbackDiscord

PING = {"type": 1, "id": "1"}
COMMAND = {"type": 2, "id": "2", "data": {"name": "help"}}


class House:
    """Takes what comes."""

    def __init__(self) -> None:
        self.received: list[Mapping[str, Any]] = []
        self.seen: set[int] = set()
        self.is_open = True

    def receive(self, payload: Mapping[str, Any]) -> bool:
        if self.is_open:
            self.received.append(payload)
        return self.is_open

    async def is_first(self, interaction_id: int) -> bool:
        fresh = interaction_id not in self.seen
        self.seen.add(interaction_id)
        return fresh


@pytest.fixture
def discord() -> LoopbackDiscord:
    return LoopbackDiscord()


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(discord: LoopbackDiscord, house: House) -> AsyncIterator[TestClient[Any, Any]]:
    endpoint = SignedInteractions(discord.public_key, receiver=lambda: house, is_first=house.is_first)
    async with TestClient(TestServer(build_endpoint(endpoint))) as opened:
        yield opened


async def test_a_ping_is_answered_and_a_command_is_taken(
    client: TestClient[Any, Any], discord: LoopbackDiscord, house: House
) -> None:
    body = json.dumps(PING).encode()
    answer = await client.post(PATH, data=body, headers=discord.sign(body))
    assert (answer.status, await answer.json()) == (200, {"type": 1})
    body = json.dumps(COMMAND).encode()
    answer = await client.post(PATH, data=body, headers=discord.sign(body))
    assert (answer.status, await answer.read()) == (202, b"")
    assert house.received == [COMMAND]


@pytest.mark.parametrize("wrong", ["body", "signature", "old", "new", "none", "letters", "replayed", "words"])
async def test_what_is_not_signed_now_by_discord_is_refused(
    client: TestClient[Any, Any], discord: LoopbackDiscord, house: House, wrong: str
) -> None:
    body = json.dumps(COMMAND).encode()
    age_s = {"old": 90.0, "new": -90.0}.get(wrong, 0.0)
    headers = discord.sign(body, age_s=age_s)
    if wrong == "replayed":
        assert (await client.post(PATH, data=body, headers=headers)).status == 202
    changes = {
        "signature": {"X-Signature-Ed25519": "00" * 64},
        "letters": {"X-Signature-Ed25519": "no digits"},
        "words": {"X-Signature-Timestamp": "noon"},
    }
    headers |= changes.get(wrong, {})
    if wrong == "none":
        headers = {}
    answer = await client.post(PATH, data=body + b" " if wrong == "body" else body, headers=headers)
    assert answer.status == 401
    assert len(house.received) == (wrong == "replayed")


async def test_what_is_too_large_or_says_nothing_is_refused(
    client: TestClient[Any, Any], discord: LoopbackDiscord, house: House
) -> None:
    body = b"{" * (BODY_LIMIT_BYTES + 1)
    large = await client.post(PATH, data=io.BytesIO(body), headers=discord.sign(body))
    assert large.status == 413
    for body in (b"nothing", b"[]", b'{"type": "two"}'):
        assert (await client.post(PATH, data=body, headers=discord.sign(body))).status == 400
    house.is_open = False
    body = json.dumps(COMMAND).encode()
    assert (await client.post(PATH, data=body, headers=discord.sign(body))).status == 503
    assert house.received == []


def test_the_way_into_discord_py_is_still_there() -> None:
    from discord.state import AutoShardedConnectionState

    assert callable(AutoShardedConnectionState.parse_interaction_create)
