"""Serve the demo: a page on this machine where a person types commands and clicks buttons."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Self

import discord
from discord import ui

from bot.config import Settings
from bot.demo.world import World, open_world
from bot.process import in_background
from cogs.replies.layout import Reply, button, text
from cogs.work.admission import admit
from cogs.work.errors import explain
from sandbox.playlists import PLAYLISTS, load
from services.domain.inputs import UploadedFile
from services.domain.requests import AnalyzeRequest
from services.sources.clock import utc_now

_WELCOME = (
    "## Welcome to the listening room",
    "Press an invented playlist to have it mapped, or type `/help`.",
    "`/optimize`, `/tidy` and `/split` take your latest map.",
    "With `/login` the invented Spotify lets you in; then `/playlists` and `/analyze playlist:` work too.",
)
_IN_A_ROW = 4


async def serve(settings: Settings, port: int) -> int:
    """Run until the page's own end button or Ctrl+C."""
    async with open_world(settings) as world:
        folder = PLAYLISTS[0].path.parent
        await _offer_samples(world)
        async with world.env.preview(
            world.channel, viewers=[world.you, world.mika], layout="channel", port=port or None
        ) as preview:
            print(f"\nTastemap is listening. Open this page:\n\n  {preview.url}\n")  # noqa: T201
            print("Press a playlist there, type /help, or /analyze with its option file and one of the")  # noqa: T201
            print(f"playlists in\n  {folder}\nCtrl+C ends the demo.\n", flush=True)  # noqa: T201
            async with in_background(_go_by_the_present(preview)):
                await preview.wait_closed()
    return 0


async def _go_by_the_present(preview: Any) -> None:
    """Count "minutes ago" from now on each page that is drawn: the simulator does so from its start."""
    while True:
        preview.capture_time = utc_now()
        await asyncio.sleep(1.0)


async def _offer_samples(world: World) -> None:
    """Let every sample be analysed by one press, on the way that an uploaded file takes."""
    stored = world.env.backend.store_attachments(
        world.channel.id, [(f"{each.title}{each.path.suffix}", load(each.filename)) for each in PLAYLISTS]
    )
    files = [UploadedFile(str(each["url"]), str(each["filename"])) for each in stored]
    world.bot.add_dynamic_items(_sample_button(world, files))
    buttons = [button(each.title, f"demo:{number}") for number, each in enumerate(PLAYLISTS)]
    rows = [ui.ActionRow(*buttons[low : low + _IN_A_ROW]) for low in range(0, len(buttons), _IN_A_ROW)]
    lines = [f"- **{each.title}**: {each.what}" for each in PLAYLISTS]
    welcome = Reply((text(*_WELCOME), text(*lines), *rows))
    await world.bot.get_partial_messageable(world.channel.id).send(view=welcome.view())


def _sample_button(world: World, files: list[UploadedFile]) -> type[ui.DynamicItem[Any]]:
    class Sample(ui.DynamicItem[ui.Button[Any]], template=r"demo:(?P<number>\d+)"):
        """A sample playlist."""

        def __init__(self, item: ui.Button[Any], number: int) -> None:
            super().__init__(item)
            self.number = number

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /
        ) -> Self:
            """Read which sample was pressed."""
            return cls(item, int(match["number"]))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Analyse it."""
            try:
                if admit(interaction):
                    request = AnalyzeRequest(files[self.number])
                    await world.bot.work.accept(interaction, request, private=False)
            except Exception as error:  # noqa: BLE001  (the last line of defence, as for all buttons)
                await explain(interaction, error)

    return Sample
