"""The connection to Discord breaks in all its ways, and people notice nothing but a pause."""

from __future__ import annotations

import asyncio
import socket

import pytest
from discord import http

from bot.app import App
from bot.app.client import TastemapBot
from bot.commands import EXIT_CONFIG, run
from bot.process import Lifetime
from sandbox.discord import Fault, LoopbackDiscord
from sandbox.playlists import load
from services.storage.installation import MarkStore
from tests.process.conftest import PATIENCE_S, Line, connected

FILE = load("late-drive.csv")


async def works(line: Line, user_id: int = 1) -> None:
    answer = await line.answer(await line.discord.analyze(user_id, FILE))
    assert "96" in answer.words
    assert [each["filename"] for each in answer.attachments] == ["map.png"]


@pytest.mark.parametrize("how", ["reconnect", "invalid session that can be resumed", 4000, 4009, "cut"])
async def test_a_session_is_resumed_and_what_happened_meanwhile_is_answered(
    line: Line, how: str | int
) -> None:
    gateway = line.discord.gateway
    gateway.ready.clear()
    match how:
        case "reconnect":
            await gateway.reconnect()
        case "cut":
            await gateway.drop()
        case int():
            await gateway.close(how)
        case _:
            await gateway.invalidate(resumable=True)
    meanwhile = await line.discord.analyze(5, FILE)
    await line.came_back("resume", 1)
    assert "96" in (await line.answer(meanwhile)).words
    assert gateway.seen["identify"] == 1
    await works(line)


async def test_a_session_that_is_gone_is_begun_anew(line: Line) -> None:
    card = await line.answer(await line.discord.analyze(1, FILE))
    await line.discord.gateway.invalidate(resumable=False)
    await line.came_back("identify", 2)
    quality = next(
        each["custom_id"]
        for row in card.components[0]["components"]
        for each in row.get("components", [])
        if each.get("label") == "Quality"
    )
    pressed = await line.discord.press(1, card, quality)
    assert "96" in (await line.answer(pressed)).words


async def test_a_resume_that_is_refused_ends_in_a_new_session(line: Line) -> None:
    line.discord.gateway.forget_session()
    await line.discord.gateway.close(4000)
    await line.came_back("identify", 2)
    assert line.discord.gateway.seen["resume"] >= 1, "it has tried to go on first"
    await works(line)


async def test_a_silent_connection_is_given_up(loopback: LoopbackDiscord, app: App) -> None:
    async with connected(loopback, app, heartbeat_timeout_s=0.3) as line:
        loopback.gateway.silent = True
        lost = await loopback.analyze(5, FILE)
        async with asyncio.timeout(PATIENCE_S):
            while loopback.gateway.seen["connect"] < 2:  # noqa: ASYNC110  (nobody tells about a bare connection)
                await asyncio.sleep(0.01)
        loopback.gateway.silent = False
        assert "96" in (await line.answer(lost)).words
        assert loopback.gateway.seen["identify"] == 1


async def test_a_revoked_token_ends_the_bot_with_the_code_for_wrong_settings(
    loopback: LoopbackDiscord, app: App
) -> None:
    serving = asyncio.create_task(run.serve(app, loopback.token, Lifetime()))
    await asyncio.wait_for(loopback.gateway.ready.wait(), PATIENCE_S)
    await loopback.gateway.close(4004)
    assert await asyncio.wait_for(serving, PATIENCE_S) == EXIT_CONFIG


async def test_a_wrong_token_is_said_once(
    loopback: LoopbackDiscord, app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run.serve(app, "wrong", Lifetime()) == EXIT_CONFIG
    assert "Discord refuses DISCORD_TOKEN" in capsys.readouterr().err


async def test_tries_again_while_discord_can_not_be_reached(
    loopback: LoopbackDiscord, app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        right = http.Route.BASE
        http.Route.BASE = f"http://127.0.0.1:{taken.getsockname()[1]}/api/v10"
        tried: list[float] = []
        waits = iter((0.0, 0.0))

        class Waits(tuple[float, ...]):
            def __getitem__(self, index: object) -> float:
                tried.append(next(waits))
                if len(tried) == 2:
                    http.Route.BASE = right
                return 0.0

        monkeypatch.setattr(run, "_RETRY_S", Waits((0.0,)))
        async with connected(loopback, app) as line:
            await works(line)
    assert len(tried) == 2
    assert "can't be reached" in caplog.text


async def test_after_a_session_that_was_ready_the_waits_begin_anew(
    loopback: LoopbackDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.state.faults.append(Fault("GET", "/users/@me", 503, times=2))
    waits: list[int] = []

    class Waits(tuple[float, ...]):
        def __getitem__(self, index: object) -> float:
            waits.append(int(str(index)))
            return 0.0

    connect, lost = TastemapBot.connect, []

    async def lose_once(bot: TastemapBot, **options: object) -> None:
        if lost:
            await connect(bot)
            return
        lost.append(bot)
        connected = asyncio.create_task(connect(bot))
        await bot.wait_until_ready()
        while not bot.was_ready:  # noqa: ASYNC110  (set by a listener)
            await asyncio.sleep(0)
        connected.cancel()
        raise OSError("lost")

    monkeypatch.setattr(run, "_RETRY_S", Waits((0.0,) * 4))
    monkeypatch.setattr(TastemapBot, "connect", lose_once)
    async with connected(loopback, app) as line:
        await line.came_back("identify", 2)
        await works(line)
    assert waits == [0, 1, 0]


async def test_a_stop_while_discord_is_away_ends_the_bot(
    loopback: LoopbackDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.state.faults.append(Fault("GET", "/users/@me", 503, times=1_000))
    lifetime = Lifetime()
    serving = asyncio.create_task(run.serve(app, loopback.token, lifetime))
    async with asyncio.timeout(PATIENCE_S):
        while not loopback.state.calls:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        lifetime.stop()
        assert await serving == 0


async def test_commands_are_told_only_when_they_have_changed(loopback: LoopbackDiscord, app: App) -> None:
    for _ in range(2):
        async with connected(loopback, app):
            assert len(loopback.state.commands) == 1
    names = {command["name"] for command in loopback.state.commands[0]}
    assert {"analyze", "help"} <= names
    await MarkStore(app.database).save("synced commands", "something older")
    async with connected(loopback, app):
        assert len(loopback.state.commands) == 2


async def test_a_refused_change_of_commands_keeps_nobody_from_working(
    loopback: LoopbackDiscord, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.state.faults.append(
        Fault("PUT", "/commands", 400, '{"code": 30034, "message": "Max number of daily creates"}')
    )
    async with connected(loopback, app) as line:
        await works(line)
    assert "the commands could not be changed" in caplog.text
    async with connected(loopback, app):
        assert len(loopback.state.commands) == 1
