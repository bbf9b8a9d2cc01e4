"""Three invented people compare: two of them connected to Spotify, one with a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from bot.demo.scenes import Scene, custom_id
from bot.demo.world import World
from sandbox.playlists import load

_LIKED = "spotify:collection"


async def group_story(world: World) -> AsyncIterator[Scene]:
    """Come together, compare, look closer, mix, ask one other person, and go again."""
    you, mika, noor, channel = world.you, world.mika, world.noor, world.together

    async def bring(who: Any, card: Any, **values: Any) -> None:
        await who.submit_modal(await who.click(card, label="Choose source"), values)

    card = (await you.slash(channel, "group start")).response
    for other in (mika, noor):
        await other.click(card, label="Join")
    await bring(you, card, links=_LIKED)
    await bring(mika, card, links=_LIKED)
    await bring(noor, card, file=("Noor after hours.csv", load("noor.csv")))
    yield Scene("group-lobby", "/group start: two came with Liked Songs, one with a file", card)
    result = (await you.click(card, label="Compare")).response
    yield Scene("group-result", "The button “Compare”", result)
    for name, label in (("map", "Map"), ("awards", "Awards")):
        shown = (await you.click(result, label=label)).response
        yield Scene(f"group-{name}", f"The button “{label}” of a comparison", shown)
    menu = custom_id(result, "tms:people:")
    person = (await you.select(result, ["0"], custom_id=menu)).response
    pair = (await you.select(person, ["0.1"], custom_id=custom_id(person, "tms:people:"))).response
    yield Scene("group-pair", "Why two people fit", pair)
    blend = (await mika.click(result, label="Blend")).response
    yield Scene("group-blend", "The button “Blend”", blend)
    await noor.click(result, label="Leave")
    yield Scene("group-left", "The result after one of them left", result)
    asked = (await you.slash(channel, "compare", user=mika)).response
    await mika.click(asked, label="Accept")
    await bring(you, asked, links=_LIKED)
    await bring(mika, asked, links=_LIKED)
    seen = (await you.click(asked, label="See result")).response
    yield Scene("compare-result", "The result that only the two see", seen)
