"""The pages of a login in a real Chromium: by keyboard, on a phone, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.demo.script import open_browser
from services.domain.spotify import ATTEMPT_LIFE, READ_SCOPES
from services.domain.writes import WRITE_SCOPES
from services.storage.database import Database
from tests.depth import at_night, cases
from tests.integration.accounts.world import ANN
from tests.web.site import SHOWN_CODE, Site, open_site
from tests.web.test_names import HOSTILE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('p,li,h1,h2,button,strong,footer,code')].map(e => {
    const [a, b] = [light(colour(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.textContent.trim().slice(0, 40)];
  });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Any]:
    """One browser for all tests, each in a context of its own: starting it costs more than what they do."""
    async with open_browser(chromium) as started:
        yield started


@asynccontextmanager
async def site_at(database_file: Path, *, is_strong: bool = False) -> AsyncIterator[Site]:
    """Open the pages on the event loop of the browser."""
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, is_strong=is_strong) as site,
    ):
        yield site


@asynccontextmanager
async def opened(browser: Any, **options: Any) -> AsyncIterator[tuple[Any, list[str]]]:
    """Open a page and collect whatever the browser complains about."""
    context = await browser.new_context(**options)
    page = await context.new_page()
    complaints: list[str] = []
    # A status of 4xx is what some pages are meant to have, and the sandbox's pages have no icon.
    page.on(
        "console",
        lambda message: message.text.startswith("Failed to load") or complaints.append(message.text),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    try:
        yield page, complaints
    finally:
        await context.close()


async def press_by_keyboard(page: Any, label: str) -> None:
    """Walk with the Tab key to a button and press Enter on it."""
    for _ in range(12):
        await page.keyboard.press("Tab")
        if label in await page.locator(":focus").inner_text():
            await page.keyboard.press("Enter")
            return
    pytest.fail(f"no way to {label!r} with the Tab key")


async def fits(page: Any) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(
        await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    )


@pytest.mark.parametrize(
    ("viewport", "scheme", "scripts"),
    cases([(PHONE, "dark", False), (DESK, "light", True)], gate=[(PHONE, "dark", False)]),
)
async def test_the_whole_way_by_keyboard(
    running: Any, database_file: Path, viewport: dict[str, int], scheme: str, scripts: bool
) -> None:
    async with (
        site_at(database_file) as site,
        opened(running, viewport=viewport, color_scheme=scheme, java_script_enabled=scripts, locale="en") as (
            page,
            complaints,
        ),
    ):
        await page.goto(f"{site.url}/link/{await site.world.begin(discord_name='Ann (@ann)')}")
        assert await page.locator("strong bdi").inner_text() == "@ann"
        assert "by the name Ann there" in await page.locator("main").inner_text()
        await press_by_keyboard(page, "I am @ann")
        await page.wait_for_url(f"{site.world.accounts_url}/**")
        await press_by_keyboard(page, "Agree as Anna")
        await page.wait_for_url(f"{site.url}/done/**")
        shown = SHOWN_CODE.search(await page.content())
        assert shown is not None
        assert site.world.trades == []
        if scripts:
            assert await fits(page)
        linked = await site.world.linking.finish(ANN, "".join(shown.groups()))
        assert linked.link.name == "Anna"
        await page.reload()
        assert "This login is over" in await page.locator("h1").inner_text()
        assert complaints == []


async def test_discord_first_then_spotify(running: Any, database_file: Path) -> None:
    async with (
        site_at(database_file, is_strong=True) as site,
        opened(running, viewport=PHONE) as (page, complaints),
    ):
        await page.goto(f"{site.url}/link/{await site.world.begin(discord_name='Ann')}")
        await page.get_by_role("button").click()
        await page.get_by_role("button", name="Continue as Ann").click()
        await page.get_by_role("button", name="Agree as Anna").click()
        await page.get_by_role("heading", name="Connected").wait_for()
        assert complaints == []
        assert len(site.announced) == 1


async def test_somebody_elses_browser_is_turned_away(running: Any, database_file: Path) -> None:
    async with site_at(database_file, is_strong=True) as site, opened(running, viewport=PHONE) as (page, _):
        await page.goto(f"{site.url}/link/{await site.world.begin(discord_name='Ann')}")
        await page.get_by_role("button").click()
        await page.get_by_role("button", name="Continue as Bob").click()
        await page.get_by_text("logged in to Discord as somebody else").wait_for()
        assert site.world.trades == []


@at_night
async def test_cancelling_ends_with_a_sentence(running: Any, database_file: Path) -> None:
    async with site_at(database_file) as site, opened(running, viewport=PHONE) as (page, _):
        await page.goto(f"{site.url}/link/{await site.world.begin()}")
        await page.get_by_role("button").click()
        await page.get_by_role("button", name="Cancel").click()
        await page.get_by_text("you pressed Cancel there").wait_for()


async def test_every_page_can_be_read_in_both_lights_and_widths(running: Any, database_file: Path) -> None:
    """Contrast after WCAG AA, nothing to scroll sideways, and names that stay what they are."""
    async with site_at(database_file) as site:
        for scheme in ("light", "dark"):
            async with opened(running, viewport=PHONE, color_scheme=scheme) as (page, complaints):
                for name in cases(HOSTILE, gate=HOSTILE[:3]):
                    token = await site.world.begin(discord_name=name, scopes=READ_SCOPES | WRITE_SCOPES)
                    await page.goto(f"{site.url}/link/{token}")
                    await check_page(page)
                await page.get_by_role("button").click()
                await page.get_by_role("button", name="Agree as Anna").click()
                await page.get_by_role("heading", name="One more step").wait_for()
                await check_page(page)
                site.world.pass_time(seconds=ATTEMPT_LIFE.total_seconds())
                await page.reload()
                await check_page(page)
                assert complaints == []


async def check_page(page: Any) -> None:
    assert await fits(page)
    too_pale = [(ratio, words) for ratio, words in await page.evaluate(CONTRAST) if words and ratio < 4.5]
    assert not too_pale
    assert await page.locator("img,script,svg,iframe").count() == 0
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box["height"] >= 44
