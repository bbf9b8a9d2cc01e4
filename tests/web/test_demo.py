"""The demo as a person meets it: a page in a real browser, and the pictures of its script."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import TimeoutError as LateError

from bot.cli import main
from bot.commands import EXIT_BAD_INPUT
from bot.demo.script import find_chromium, open_browser
from bot.demo.stories import SCENES
from sandbox.playlists import PLAYLISTS
from tests.conftest import ROOT
from tests.depth import at_night

pytestmark = pytest.mark.browser

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")
WAIT_MS = 60_000
PNG = b"\x89PNG"
ONE_SCREEN = 760
"""CSS pixels that a card may be high on a phone."""
PAGES = ("login-start-", "login-code-")
"""Of a login, in a browser."""


@asynccontextmanager
async def demo_page(folder: Path, end: int = signal.SIGINT, **environment: str) -> AsyncIterator[str]:
    """Start the demo in a process of its own; yield the address that it prints."""
    errors = (folder / "stderr.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0",
        cwd=ROOT, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE, stderr=errors,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(120):
            printed = ""
            while not (address := ADDRESS.search(printed)):
                line = await process.stdout.readline()
                assert line, f"the demo ended: {(folder / 'stderr.txt').read_text()}"
                printed += line.decode()
        yield address[0]
        process.send_signal(end)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode in (0, 130)
        assert (folder / "stderr.txt").read_text() == ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        errors.close()


@at_night  # Ctrl+C ends it below
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
async def test_whatever_ends_the_demo_takes_its_files_along(tmp_path: Path, end: int) -> None:
    with tempfile.TemporaryDirectory() as files:  # a socket's path must be short
        async with demo_page(tmp_path, end, TMPDIR=files):
            assert [*Path(files).iterdir()]
        assert not [*Path(files).iterdir()]


def test_a_taken_port_is_told_before_anything_opens(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["demo", "--port", str(port)]) == EXIT_BAD_INPUT
    said = capsys.readouterr()
    assert f"can't be served on port {port} (Address already in use)" in said.err
    assert "--port" in said.err
    assert said.out == ""


@pytest.mark.parametrize("port", ["65536", "-1", "eighty"])
def test_no_port_is_told_with_those_that_are(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", f"--port={port}"])
    assert "choose a number from 0 to 65535" in capsys.readouterr().err


async def send_command(page: Any, name: str, words: str, file: Path | None = None) -> Any:
    """Type a slash command into the composer, attach a file, send it, and return the card that comes."""
    await page.locator("#channel-composer-input").fill(f"/{name}")
    await page.locator(".command-popup [role=option]").first.wait_for(timeout=WAIT_MS)
    await page.locator("#channel-composer-input").press("Enter")
    await page.get_by_role("button", name=f"Command /{name}").wait_for(timeout=WAIT_MS)
    if file is not None:
        await page.locator(".command-ghost").click()
        await page.locator('.command-suggestion[data-value="file"]').click()
        await page.locator("input.command-file-input").set_input_files(str(file))
    return await press(page, page.locator("#send-message"), card_with(page, words))


async def press(page: Any, button: Any, shows: Any) -> Any:
    """Press a button when nothing is under way, again where the page took no press; return what it shows."""
    at_rest = "() => !document.getElementById('action-status').textContent.endsWith('…')"
    for patience_ms in (WAIT_MS / 4, WAIT_MS / 4):
        await page.wait_for_function(at_rest, timeout=WAIT_MS)
        if await button.is_visible() and await button.is_enabled():
            await button.click()
        with contextlib.suppress(LateError):
            await shows.wait_for(timeout=patience_ms)
            return shows
    await shows.wait_for(timeout=WAIT_MS)
    return shows


def card_with(page: Any, words: str) -> Any:
    return page.locator("article[data-message-id]").filter(has_text=words).last


async def test_a_person_types_commands_presses_buttons_and_logs_in(chromium: str, tmp_path: Path) -> None:
    async with demo_page(tmp_path) as address, open_browser(chromium) as browser:
        page = await browser.new_page(viewport={"width": 1100, "height": 1400})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(address)
        await page.locator("#channel-composer-input").wait_for(timeout=WAIT_MS)

        help_card = await send_command(page, "help", "Start with one file")
        assert await help_card.get_by_role("button", name="Try it with an example playlist").is_visible()

        card = await send_command(page, "analyze", "Four clear groups", PLAYLISTS[0].path)
        await page.wait_for_function(
            "() => [...document.images].every(picture => picture.complete && picture.naturalWidth)",
            timeout=WAIT_MS,
        )
        picture = card.locator("img[alt]").last
        assert len(await picture.get_attribute("alt") or "") > 40

        quality = card_with(page, "Data quality of")
        await press(page, card.get_by_role("button", name="Quality"), quality)
        assert "96 taken from the file" in await quality.inner_text()

        pearl = page.get_by_role("button", name="Eight Songs for Aunt Pearl").first
        await press(page, pearl, card_with(page, "8 tracks are too few"))

        help_card = await send_command(page, "help", "Your latest maps")
        said = await help_card.inner_text()
        assert "second" in said
        assert not re.search(r"\bin \d+ (?:second|minute)", said), said

        exported = card_with(page, "as files")
        await press(page, card.get_by_role("button", name="Export"), exported)
        assert "tastemap.json" in await exported.inner_text()

        refusal = await send_command(page, "playlists", "not connected")
        link_card = card_with(page, "Open the link and check")
        await press(page, refusal.get_by_role("button", name="Connect Spotify"), link_card)
        link = await link_card.get_by_role("link", name="Open the login").get_attribute("href")

        login = await browser.new_page(viewport={"width": 390, "height": 844})
        await login.goto(link)
        await login.get_by_role("button").click()
        await login.get_by_role("button", name="Agree as nightdriver").click()
        code = await login.locator(".code").inner_text()

        typed = page.locator(".modal-dialog input")
        await press(page, link_card.get_by_role("button", name="Finish login"), typed)
        await typed.fill(code)
        done = card_with(page, "You are connected as nightdriver")
        await press(page, page.locator(".modal-dialog [type=submit]"), done)
        listed = card_with(page, "Late Drive Home").filter(has_text="Sunday Kitchen")
        await press(page, done.get_by_role("button", name="Show my playlists"), listed)
        assert problems == []


def play(folder: Path, *photographed: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once", str(folder), *map("--only={}".format, photographed)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


def test_a_scene_that_is_none_is_said_before_any_is_played(tmp_path: Path) -> None:
    done = play(tmp_path / "pictures", "card", "nowhere", PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"No scene is called nowhere. There are: {', '.join(SCENES)}.\n"
    assert not (tmp_path / "pictures").exists()


@at_night
def test_the_script_leaves_a_picture_of_every_card(chromium: str, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    done = play(folder)
    assert (done.returncode, done.stderr) == (0, "")
    for scene in SCENES:
        for name in (f"{scene}.png", f"{scene}-phone.png"):
            content = (folder / name).read_bytes()
            assert content.startswith(PNG)
            assert len(content) > 5_000
    for path in folder.glob("*-phone.png"):
        with Image.open(path) as card:
            assert card.width == 780  # of a screen 390 wide, at double density
            is_page = path.name.startswith(PAGES)
            assert is_page or card.height / 2 <= ONE_SCREEN, path.name
    check_pages(folder)


@at_night
def test_without_a_browser_the_charts_and_the_words_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASTEMAP_CHROMIUM", str(tmp_path / "nowhere" / "chromium"))
    assert find_chromium() is None
    folder = tmp_path / "pictures"
    done = play(folder, PATH=str(tmp_path), TASTEMAP_CHROMIUM="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No Chromium was found" in done.stdout
    assert (folder / "card-map.png").read_bytes().startswith(PNG)
    assert not (folder / "card.png").exists()
    check_pages(folder)


def check_pages(folder: Path) -> None:
    """Check that the index shows what is there, with words for each picture; the transcript is whole."""
    index = (folder / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', index)
    assert pictures
    for name, words in pictures:
        assert (folder / name).is_file(), name
        assert words
    transcript = (folder / "transcript.txt").read_text(encoding="utf-8")
    for words in (
        *(
            "=== /help",
            "Four clear groups",
            "=== A file that is no playlist",
            "it looks like a picture",
            "Spotify is connected",
        ),
        *("Noor after hours", "Mika and Noor are most alike", "A blend for", "This result is gone"),
    ):
        assert words in transcript
