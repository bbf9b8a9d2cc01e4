"""What people are doing in comparisons while the bot is killed: scenes for `benchmarks.kills`."""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.playlists import load

_PATIENCE_S = 60.0
_FILES = ("mika.csv", "noor.csv", "tam.csv")
_HOST = 101
_CONTENTS = tuple(load(name) for name in _FILES)
_RESULT = "of 100"
_PRESSED_IN_VAIN = "select 1 from lobbies where compared_by not in (select job_id from jobs)"
"""The bot was killed between a press on *Compare* and the row of what it asks for."""
_PRESSED_AGAIN_S = 4.0
"""Discord says after three seconds that a press failed; nobody presses again before."""


class _Circle:
    """People with a database to look into, who do one thing after the other."""

    calls = 7
    """Requests to Discord that one thing takes: acknowledgement, file, progress, answer, cards."""

    def __init__(self, discord: LoopbackDiscord, folder: Path) -> None:
        self._discord = discord
        self._database = folder / "kills.db"
        self.wrong: list[str] = []

    async def answered(self, request: Request) -> Message:
        """Wait for the answer of something that nobody interrupts."""
        await self.until(lambda: bool(self._discord.state.answers(request)))
        return self._discord.state.answers(request)[0]

    async def rest(self) -> None:
        """Wait until nothing of before is under way: whoever presses at once is told that it is."""
        async with asyncio.timeout(_PATIENCE_S):
            while self._rows("select 1 from jobs where status <> 'done'"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        if self._rows(_PRESSED_IN_VAIN):
            await asyncio.sleep(_PRESSED_AGAIN_S)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            await self._discord.until(true)

    async def bring(self, person: int) -> Request:
        """Choose a playlist for the latest comparison."""
        content = _CONTENTS[person % len(_CONTENTS)]
        return await self._discord.analyze(person, content, command="group source")

    async def press(self, person: int, card: Message, label: str) -> Request:
        return await self._discord.press(person, card, button(card, label))

    def inside(self, lobby_id: str) -> set[int]:
        """Look who is in a comparison, with something to compare."""
        query = (
            "select user_id from lobby_members "
            "where lobby_id = ? and standing = 'in' and playlist is not null"
        )
        return {int(row[0]) for row in self._rows(query, lobby_id)}

    def _rows(self, query: str, *values: str) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(self._database)) as connection:
            return connection.execute(query, values).fetchall()

    def look(self, lobby_id: str, people: set[int]) -> None:
        """Note who was thrown out."""
        if lost := people - self.inside(lobby_id):
            self.wrong.append(f"thrown out: {len(lost)} of {len(people)}")


class Comparisons(_Circle):
    """Three people in a lobby; one of them presses *Compare*, or somebody mixes what was compared last."""

    calls = 4
    people = frozenset({_HOST, _HOST + 1, _HOST + 2})

    def __init__(self, discord: LoopbackDiscord, folder: Path) -> None:
        super().__init__(discord, folder)
        self.card: Message | None = None

    async def gather(self) -> Message:
        """Open the lobby, once, and let everybody be ready."""
        if self.card is None:
            self.card = await self.answered(await self._discord.slash(_HOST, "group start", []))
            for person in sorted(self.people - {_HOST}):
                await self.press(person, self.card, "Join")
                await self.until(lambda: f"person {person}" in self.card.words)  # type: ignore[union-attr]  # noqa: B023
            for person in sorted(self.people):
                await self.answered(await self.bring(person))
        return self.card

    async def ask(self, _dice: random.Random) -> list[Request]:
        """Press *Compare*."""
        return [await self.press(_HOST, self.card or await self.gather(), "Compare")]

    async def prepare(self) -> None:
        """See to it that there is a lobby."""
        await self.gather()
        await self.rest()

    def check(self, answers: list[Message]) -> None:
        """Look that nobody was thrown out, and that what was compared is shown."""
        assert self.card is not None
        self.look(lobby_of(self.card), set(self.people))
        self.wrong += [f"no result: {each.words}" for each in answers if not self.is_right(each)]

    def is_right(self, answer: Message) -> bool:
        """Whether an answer is a result."""
        return _RESULT in answer.words


class Blends(Comparisons):
    """As comparisons; what is interrupted is the mixing."""

    def __init__(self, discord: LoopbackDiscord, folder: Path) -> None:
        super().__init__(discord, folder)
        self.result: Message | None = None

    async def prepare(self) -> None:
        """See to it that there is a result."""
        if self.result is None:
            card = await self.gather()
            self.result = await self.answered(await self.press(_HOST, card, "Compare"))
        await self.rest()

    async def ask(self, dice: random.Random) -> list[Request]:
        """Press *Blend* on the result."""
        assert self.result is not None
        return [await self.press(dice.choice(sorted(self.people)), self.result, "Blend")]

    def is_right(self, answer: Message) -> bool:
        """Whether an answer is a blend."""
        return "20 tracks" in answer.words


class Pairs(_Circle):
    """Two people who were never compared; what is interrupted is the question, or the second choice."""

    calls = 8

    def __init__(self, discord: LoopbackDiscord, folder: Path) -> None:
        super().__init__(discord, folder)
        self._round = 0
        self._card: Message | None = None

    @property
    def _pair(self) -> tuple[int, int]:
        return 1_000 + 2 * self._round, 1_001 + 2 * self._round

    async def prepare(self) -> None:
        """Come as far as this round's moment: every other one begins with the question itself."""
        self._round += 1
        self._card = None
        if self._round % 2:
            return
        host, other = self._pair
        await self.answered(await self._discord.compare(host, other))
        (self._card,) = self._cards()
        await self.press(other, self._card, "Accept")
        await self.until(lambda: "has not chosen" in self._card.words)  # type: ignore[union-attr]
        await self.answered(await self.bring(host))

    async def ask(self, _dice: random.Random) -> list[Request]:
        """Ask, or choose as the second one."""
        host, other = self._pair
        return [await (self._discord.compare(host, other) if self._card is None else self.bring(other))]

    def check(self, answers: list[Message]) -> None:
        """Look that the question was put once, and that both are in and see their result."""
        cards = self._cards()
        if answers and len(cards) != 1:
            self.wrong.append(f"{len(cards)} cards of one question")
        if self._card is None or not answers:
            return
        self.look(lobby_of(self._card), set(self._pair))
        self.wrong += [f"no result: {each.words}" for each in answers if _RESULT not in each.words]

    def _cards(self) -> list[Message]:
        """List the cards of this round: only they have the host's name and the channel's eye."""
        name = f"person {self._pair[0]}"
        return [
            each
            for each in self._discord.state.messages.values()
            if name in each.words and not each.ephemeral
        ]


SCENES: dict[str, Callable[[LoopbackDiscord, Path], Comparisons | Pairs]] = {
    "comparisons": Comparisons,
    "pairs": Pairs,
    "blends": Blends,
}


def button(message: Message, label: str) -> str:
    """Find a button by the beginning of what is written on it."""
    for part in _walk(message.components):
        if str(part.get("label", "")).startswith(label) and "custom_id" in part:
            return str(part["custom_id"])
    raise LookupError(f"no button {label!r} on {message.words!r}")


def lobby_of(card: Message) -> str:
    """Read which comparison a card belongs to."""
    found = re.search(r"tmb:bring:(\w+)", str(card.components))
    assert found is not None, card.words
    return found[1]


def _walk(components: list[dict[str, object]]) -> list[dict[str, object]]:
    found = []
    for part in components:
        inner = part.get("components", [])
        found += [part, *(_walk(inner) if isinstance(inner, list) else [])]
    return found
