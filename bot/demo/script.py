"""Play a short script with the real bot and keep what it answered as pictures and text."""

from __future__ import annotations

import asyncio
import html
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.demo.browser import DESK_WIDTH, PHONE_WIDTH, find_chromium, open_browser, photograph, photograph_page
from bot.demo.stories import (
    SCENES,
    Scene,
    Seen,
    custom_id,
    group_story,
    list_story,
    login_story,
    map_story,
    seen,
    sound_story,
)
from bot.demo.world import World, open_world
from sandbox.playlists import PLAYLISTS, load
from services.workflows.reports import DETAIL_CHARTS


async def play(settings: Settings, folder: Path, only: Sequence[str] = ()) -> int:
    """Write the cards of the script to `folder` as PNG, with an `index.html` and a transcript.

    Where scenes are named in `only`, these alone are photographed, and the script ends after the last one.
    """
    wanted = set(only)
    if unknown := sorted(wanted - SCENES.keys()):
        names = ", ".join(SCENES)
        print(f"No scene is called {' or '.join(unknown)}. There are: {names}.", file=sys.stderr)  # noqa: T201
        return 2
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    chromium = find_chromium()
    scenes: list[Seen] = []
    cards: dict[str, list[str]] = {}
    async with (
        open_world(settings) as world,
        _camera(world, chromium) as take_pictures,
        AsyncExitStack() as around,
    ):
        script = await around.enter_async_context(aclosing(_script(world)))
        async for scene in script:
            scenes.append(seen(scene))
            for attachment in scene.attachments:
                if attachment.filename.endswith(".png"):
                    _write(folder / f"{scene.name}-{attachment.filename}", await attachment.read())
            if only and scene.name not in only:
                continue
            for suffix, picture in zip(("", "-phone"), await take_pictures(scene), strict=False):
                cards.setdefault(scene.name, []).append(name := f"{scene.name}{suffix}.png")
                _write(folder / name, picture)
            wanted.discard(scene.name)
            if only and not wanted:
                break
    if chromium is None:
        print("No Chromium was found: the charts and a transcript are written, without the cards.")  # noqa: T201
    _write(folder / "transcript.txt", _transcript(scenes).encode())
    _write(folder / "index.html", _index(scenes, cards).encode())
    print(f"{len(scenes)} cards are in {folder}; open {folder / 'index.html'}")  # noqa: T201
    return 0


Camera = Callable[[Scene], Awaitable[list[bytes]]]
"""Returns a scene as seen on a desk and on a phone; nothing without a browser."""

_WIDTHS = (DESK_WIDTH, PHONE_WIDTH)


@dataclass(frozen=True, slots=True)
class _Page:
    """A channel and the page that shows it."""

    channel: Any
    preview: Any


@asynccontextmanager
async def _camera(world: World, chromium: str | None) -> AsyncIterator[Camera]:
    """Photograph each scene while it is the newest message: the page draws no older ones in full."""
    if chromium is None:

        async def nothing(_scene: Scene) -> list[bytes]:
            return []

        yield nothing
        return
    channels = {channel.id: channel for channel in (world.channel, world.together)}
    shown: _Page | None = None
    async with open_browser(chromium) as browser, AsyncExitStack() as page:

        async def pictures(scene: Scene) -> list[bytes]:
            nonlocal shown
            if scene.page:
                return [await photograph_page(browser, scene.page, width=width) for width in _WIDTHS]
            channel = channels[scene.message.channel_id]
            if shown is None or shown.channel is not channel:
                await page.aclose()  # the simulator shows one channel at a time
                preview = await page.enter_async_context(
                    world.env.preview(channel, viewers=[world.you], layout="channel")
                )
                shown = _Page(channel, preview)
            await shown.preview.refresh()
            return await photograph(browser, shown.preview.url, scene.message.id, widths=_WIDTHS)

        yield pictures


async def _script(world: World) -> AsyncGenerator[Scene]:
    """Do what a curious person would do first."""
    you, channel = world.you, world.channel

    async def analyze(filename: str) -> Any:
        (sample,) = (each for each in PLAYLISTS if each.filename == filename)
        file = (f"{sample.title}{Path(filename).suffix}", load(filename))
        return (await you.slash(channel, "analyze", file=file)).response

    yield Scene("help", (await you.slash(channel, "help")).response)
    card = await analyze("late-drive.csv")
    yield Scene("card", card)
    menu = custom_id(card, "tms:cluster:")
    group = (await you.select(card, ["0"], custom_id=menu)).response
    yield Scene("group", group)
    await you.click(group, label="Tracks")
    yield Scene("group-tracks", group)
    for name, label in (
        ("charts", "Charts"),
        ("numbers", "Numbers"),
        ("quality", "Quality"),
        ("findings", "Outliers"),
    ):
        shown = (await you.click(card, label=label)).response
        yield Scene(name, shown)
        for kind in DETAIL_CHARTS[1:] if name == "charts" else ():
            await you.select(shown, [kind.value], custom_id=custom_id(shown, "tms:charts:"))
            yield Scene(f"charts-{kind.value}", shown)
    yield Scene("export", (await you.click(card, label="Export")).response)
    async for scene in list_story(world, card):
        yield scene
    yield Scene("one-mood", await analyze("sunday-kitchen.csv"))
    yield Scene("estimates", await analyze("road-trip-2026.csv"))
    names = await analyze("night-bus.txt")
    yield Scene("names", names)
    same = custom_id(names, "tmb:samesong:")
    doubtful = (await you.click(names, custom_id=same)).response
    yield Scene("same-song", doubtful)
    listed = await you.slash(channel, "analyze", **{"from": "listenbrainz:robin"})
    yield Scene("listener", listed.response)
    yield Scene("too-few", await analyze("tiny.csv"))
    several = await you.slash(channel, "analyze", file=("account-data.json", load("account-data.json")))
    yield Scene("choice", several.followups[-1])
    broken = await you.slash(channel, "analyze", file=("holiday.csv", b"\x89PNG\r\n\x1a\n not a playlist"))
    yield Scene("refusal", broken.followups[-1])
    for story in (sound_story, login_story, group_story, map_story):
        async for scene in story(world):
            yield scene


def _transcript(scenes: list[Seen]) -> str:
    parts = []
    for scene in scenes:
        pictures = [f"[{name}: {words}]" for name, words in scene.files if words]
        parts.append("\n".join([f"=== {scene.caption}", *scene.texts, *pictures]))
    return "\n\n".join(parts) + "\n"


def _index(scenes: list[Seen], cards: Mapping[str, list[str]]) -> str:
    figures = []
    for scene in scenes:
        charts = [f"{scene.name}-{name}" for name, _words in scene.files if name.endswith("png")]
        names = cards.get(scene.name, charts)
        alt = html.escape(" ".join(words for _name, words in scene.files)[:900])
        pictures = "".join(f'<img src="{name}" alt="{alt or html.escape(scene.caption)}">' for name in names)
        figures.append(f"<figure><figcaption>{html.escape(scene.caption)}</figcaption>{pictures}</figure>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Tastemap, a demo</title>'
        '<meta name="viewport" content="width=device-width"><style>body{background:#1a1b1e;color:#eee;'
        "font:16px system-ui;margin:2rem}figure{margin:0 0 3rem}figcaption{margin-bottom:.5rem}"
        "img{max-width:46%;vertical-align:top;margin-right:1rem}@media(max-width:700px){img{max-width:100%}}"
        f"</style><h1>Tastemap, a demo</h1>{''.join(figures)}</html>\n"
    )


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
