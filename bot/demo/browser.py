"""A Chromium for pictures: the one that is installed, never one that is fetched."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image

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


async def photograph_page(browser: Any, content: str, *, width: int, scheme: str = "dark") -> bytes:
    """Return a PNG of a whole page that needs nothing from anywhere."""
    page = await browser.new_page(
        viewport={"width": width, "height": 400}, device_scale_factor=2, color_scheme=scheme
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
