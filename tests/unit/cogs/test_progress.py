"""The progress line: seldom enough for Discord, and never a reason to fail."""

from __future__ import annotations

from typing import Any

import discord

from cogs.words.messages import progress_line
from cogs.work.progress import LineOfProgress
from services.domain import messages


class Interaction:
    def __init__(self, *, broken: bool = False) -> None:
        self.shown: list[str] = []
        self.broken = broken

    async def edit_original_response(self, *, view: Any) -> None:
        (text,) = (item for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))
        self.shown.append(text.content)
        if self.broken:
            response: Any = type("Response", (), {"status": 500, "reason": "broken"})()
            raise discord.HTTPException(response, "broken")


def reading(name: str) -> messages.Progress:
    return messages.Progress(messages.Activity.READING_IN_CALLS, name=name)


async def test_shows_two_lines_and_then_waits_before_the_next() -> None:
    interaction: Any = Interaction()
    now = [0.0]
    progress = LineOfProgress(interaction, clock=lambda: now[0])
    for second, line in (
        (0.0, "one"),
        (0.1, "two"),
        (1.0, "lost"),
        (1.7, "three"),
        (9.0, "three"),
        (9.1, "four"),
    ):
        now[0] = second
        await progress(reading(line))
    assert interaction.shown == [
        f"⏳ {progress_line(reading(each))}" for each in ("one", "two", "three", "four")
    ]


async def test_a_failed_edit_is_no_failure() -> None:
    interaction: Any = Interaction(broken=True)
    await LineOfProgress(interaction)(reading("one"))
    assert interaction.shown == ["⏳ Reading one: 0 rows, in 0 calls to Spotify…"]
