"""Play a short script with the real bot and keep what it answered as pictures, by a Chromium, and as text."""

from __future__ import annotations

import asyncio
import html
import io
import os
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bot.config import Settings
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

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
PHONE_WIDTH, DESK_WIDTH = 390, 720
_SHOTS = 8
_FIRST_HEIGHT, _MARGIN = 900, 700
_FITS = """([id, width]) =>
    document.querySelector(`article[data-message-id="${id}"]`).getBoundingClientRect().right <= width"""
_PICTURES_LOADED = """id => [...document.querySelectorAll(`article[data-message-id="${id}"] img`)]
    .every(picture => picture.complete && picture.naturalWidth)"""


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None.

    `TASTEMAP_CHROMIUM` names the one to use, as a path or a command; where it names none, none is used.
    """
    named = os.environ.get("TASTEMAP_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def open_browser(executable: str) -> AsyncIterator[Any]:
    """Start a browser and close it again."""
    from playwright.async_api import async_playwright  # noqa: PLC0415  (a development dependency)

    # Chromium refuses its sandbox to root, as whom containers and build machines often run.
    flags = [*_QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


async def photograph(browser: Any, url: str, message_id: int, *, widths: Sequence[int]) -> list[bytes]:
    """Return PNGs of one message of a preview page, so many CSS pixels wide, at double density."""
    page = await browser.new_page(
        viewport={"width": widths[0], "height": _FIRST_HEIGHT}, device_scale_factor=2
    )
    try:
        await page.goto(url)
        message = page.locator(f'article[data-message-id="{message_id}"]')
        await message.wait_for(timeout=60_000)
        # Only the pictures of this message: the page loads those of all earlier ones too.
        await page.wait_for_function(_PICTURES_LOADED, arg=str(message_id), timeout=60_000)
        await page.evaluate("() => document.fonts.ready.then(() => true)")
        return [await _at_width(page, message, width) for width in widths]
    finally:
        await page.close()


async def _at_width(page: Any, message: Any, width: int) -> bytes:
    """Photograph with a window just high enough, bars of the page included: painting more costs time."""
    await page.set_viewport_size({"width": width, "height": _FIRST_HEIGHT})
    box = await message.bounding_box()
    await page.set_viewport_size({"width": width, "height": int(box["height"]) + _MARGIN})
    # The page fits itself into its window a moment later.
    await page.wait_for_function(_FITS, arg=[await message.get_attribute("data-message-id"), width])
    return await _settled(message)


async def photograph_page(browser: Any, content: str, *, width: int) -> bytes:
    """Return a PNG of a whole page that needs nothing from anywhere."""
    page = await browser.new_page(
        viewport={"width": width, "height": 400}, device_scale_factor=2, color_scheme="dark"
    )
    try:
        await page.set_content(content)
        picture: bytes = await page.screenshot(full_page=True, animations="disabled")
        return picture
    finally:
        await page.close()


async def _settled(message: Any) -> bytes:
    """Return the picture that two shots in a row agree on: a busy browser may not have painted all yet."""
    before: bytes = await message.screenshot(animations="disabled")
    for _ in range(_SHOTS):
        picture: bytes = await message.screenshot(animations="disabled")
        if picture == before and not _is_blank(picture):
            break
        before = picture
    return before


def _is_blank(picture: bytes) -> bool:
    with Image.open(io.BytesIO(picture)) as image:
        low, high = image.convert("L").getextrema()
    return low == high


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
