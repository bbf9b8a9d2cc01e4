"""A whole login and an analysis while everything is logged: no secret is in any line or any file."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from bot.logs import configure_logging
from sandbox.playlists import load
from services.compute import ComputePool
from tests.depth import cases
from tests.discord.connected import connected_room, doubled
from tests.discord.login import LoginRoom, login_room, url_of
from tests.discord.test_refusals import answer_of
from tests.unit.services.sources.spotify_world import ANN, TRACKS


@contextmanager
def everything_logged(style: Literal["text", "json"], secrets: tuple[str, ...]) -> Iterator[io.StringIO]:
    """Log as `run` does with LOG_LEVEL=DEBUG, into memory."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in list(root.manager.loggerDict)}
    written = io.StringIO()
    root.handlers = []  # so that those of pytest are not closed
    configure_logging("DEBUG", style=style, secrets=secrets)
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
    try:
        yield written
    finally:
        root.handlers = handlers
        root.setLevel(level)
        for name in list(root.manager.loggerDict):
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


async def live(world: LoginRoom) -> list[str]:
    """Log in, use it, let the token end, and log out; returns what nobody may find anywhere."""
    room = world.room
    assert room.app.accounts is not None
    refusal = await answer_of(await room.ann.slash(room.channel, "playlists"))
    link = await answer_of(await room.ann.click(refusal, label="Connect Spotify"))
    code = await world.code_for(link)
    await send_nonsense(room.app.settings.web_port, world.accounts.secrets)
    await world.enter(room.ann, link, "not the code")
    done = await answer_of(await world.enter(room.ann, link, code))
    await room.ann.click(done, label="Show my playlists")
    world.accounts.expire_access()
    listed = next(each for each in world.spotify.library.lists.values() if each.name == "Sunday Kitchen")
    address = f"https://open.spotify.com/playlist/{listed.id}"
    await room.ann.slash(room.channel, "analyze", playlist=address)
    world.accounts.faults.append((400, '{"error": "invalid_grant"}'))
    world.accounts.expire_access()
    await room.ann.slash(room.channel, "playlists")
    again = await answer_of(await room.ann.slash(room.channel, "login"))
    token = url_of(again).rpartition("/")[2]
    room.env.refusals()
    interactions = [record.token for record in room.env.backend.interactions.values()]
    assert len(interactions) >= 6
    assert len(world.accounts.secrets) >= 6
    return [*world.accounts.secrets, url_of(link).rpartition("/")[2], token, *interactions, f"\b{code}\b"]


async def send_nonsense(port: int, secrets: list[str]) -> None:
    """Send requests that are none, with secrets in them."""
    for secret in secrets:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /callback?code={secret}&state={secret} HTTP/9\r\nCookie: {secret}\r\n\r\n".encode()
        )
        assert b"400" in await reader.read()
        writer.close()


def found_in(text: str, secrets: list[str]) -> list[str]:
    """Return the secrets that stand in a text; codes only as words, because they are short."""
    return [
        secret
        for secret in secrets
        if (re.search(rf"\b{code}\b", text) if (code := secret.strip("\b")) != secret else secret in text)
    ]


@pytest.mark.parametrize("style", cases(["text", "json"], gate=["json"]))
async def test_no_secret_is_in_any_line_or_file(
    tmp_path: Path, pool: ComputePool, style: Literal["text", "json"]
) -> None:
    async with login_room(tmp_path, pool) as world:
        with everything_logged(style, world.room.app.settings.secrets()) as written:
            secrets = await live(world)
        files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    lines = written.getvalue()
    assert "a Spotify account was linked" in lines
    assert "a request was no HTTP: " in lines
    assert found_in(lines, secrets) == []
    assert {"test.db", "test.db-wal"} <= files.keys()
    for name, content in files.items():
        assert found_in(content.decode("latin-1"), secrets) == [], name


@pytest.mark.parametrize("style", cases(["text", "json"], gate=["json"]))
async def test_nobody_and_nothing_of_theirs_is_named_in_any_line(
    tmp_path: Path, pool: ComputePool, style: Literal["text", "json"]
) -> None:
    async with connected_room(tmp_path, pool) as connected:
        with everything_logged(style, ()) as written:
            room, listed = connected.room, connected.list_of(doubled(), "Kanarienvogelliste")
            eve = room.guild.add_member(connected.env.create_user("eveline-canary"))
            link = f"https://open.spotify.com/playlist/{listed.id}"
            file = ("rotkehlchen.csv", load("late-drive.csv"))
            mine = (await room.ann.slash(room.channel, "analyze", playlist=link)).response
            await room.ann.slash(room.channel, "analyze", file=file)
            await room.ann.slash(room.channel, "analyze", file=("rotkehlchen.csv", b"nothing,of\nuse,here\n"))
            await room.ann.slash(room.channel, "analyze", playlist="zaunkoenig")
            for label in ("Quality", "Charts", "Export"):
                await eve.click(mine, label=label)
                await room.ann.click(mine, label=label)
            for command in ("tidy", "split", "optimize"):
                await room.ann.slash(room.channel, command, playlist=link)
                await eve.slash(room.channel, command, playlist=link)
            await room.ann.slash(room.channel, "sharing on", playlist=link)
            group = (await eve.slash(room.channel, "group start")).response
            await room.ann.click(group, label="Join")
            await eve.click(group, label="Compare")
            await eve.slash(room.channel, "compare", user=room.ann)
            for command in ("playlists", "undo", "help", "privacy", "me", "mydata", "login"):
                await eve.slash(room.channel, command)
                await room.ann.slash(room.channel, command)
            await room.ann.slash(room.channel, "logout")
            await room.ann.slash(room.channel, "forget")
            assert len(room.env.refusals()) >= 6
    said = written.getvalue()
    assert said.count("refused") >= 6
    names = ["Kanarienvogelliste", "rotkehlchen", "zaunkoenig", "eveline-canary", ANN.name, listed.id]
    ids = [str(room.ann.id), str(eve.id), *listed.track_ids[:20]]
    titles = [track.title for track in TRACKS[:20]]
    assert [each for each in (*names, *ids, *titles) if each in said] == []
