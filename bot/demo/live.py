"""Serve the demo: a page on this machine where a person types commands and clicks buttons."""

from __future__ import annotations

from bot.config import Settings
from bot.demo.world import open_world
from sandbox.playlists import PLAYLISTS

_WELCOME = (
    "Welcome to the listening room. Type `/help`, or `/analyze`, choose its option *file* and attach one of "
    "the invented playlists:\n{files}\nOr use `/login`: the invented Spotify of this demo lets you in, "
    "and then `/playlists` and `/analyze playlist:` work too."
)


async def serve(settings: Settings, port: int) -> int:
    """Run until the page's own end button or Ctrl+C."""
    async with open_world(settings) as world:
        folder = PLAYLISTS[0].path.parent
        await world.mika.send(world.channel, _WELCOME.format(files=_file_list()))
        async with world.env.preview(
            world.channel, viewers=[world.you, world.mika], layout="channel", port=port or None
        ) as preview:
            print(f"\nTastemap is listening. Open this page:\n\n  {preview.url}\n")  # noqa: T201
            print("Type /help there, or /analyze with its option file and one of the invented")  # noqa: T201
            print(f"playlists in\n  {folder}\nCtrl+C ends the demo.\n", flush=True)  # noqa: T201
            await preview.wait_closed()
    return 0


def _file_list() -> str:
    return "\n".join(f"- `{playlist.filename}`: {playlist.what}" for playlist in PLAYLISTS)
