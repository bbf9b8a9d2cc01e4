"""Who may press what: every button, menu and form of the real cards, pressed by somebody else first."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import ui
from simcord.backend import serializers
from simcord.results import ResponseMessage

from cogs.replies.ids import Action, ComponentRef
from cogs.work.admission import Allowance, Limits
from sandbox.playlists import load
from services.compute import ComputePool
from tests.discord.cards import SELECT, check_message, text_of, walk
from tests.discord.conftest import Room
from tests.discord.connected import ConnectedRoom, connected_room, doubled
from tests.discord.party import Party, party
from tests.discord.test_compare import ask
from tests.discord.test_refusals import answer_of, button

__all__ = ["party"]

LIST = "Blue Hours"
FILE = "sunday-kitchen.csv"
NAMES = ("blue hours", "sunday-kitchen", "sunday kitchen")
ENDS = {Action.FORGET, Action.UNDO, Action.SEAT, Action.SHARE, Action.STOP}
"""What their owner does not press on the way: it would end or open what the sweep goes through."""
ENDS_OF_GROUPS = {"leave", "decline", "never"}
ONES_OWN = set(map(Action, ("connect", "example", "finish", "forget", "help", "library", "mydata", "retry")))
"""What anybody may press, as it concerns only whoever presses it."""


@dataclasses.dataclass(frozen=True)
class Part:
    """Something that can be pressed, as a card or a form carries it."""

    custom_id: str
    values: tuple[str, ...] = ()
    fields: tuple[dict[str, Any], ...] | None = None

    @property
    def ref(self) -> ComponentRef:
        ref = ComponentRef.parse(self.custom_id)
        assert ref is not None, self.custom_id
        return ref

    @property
    def shape(self) -> tuple[str, str]:
        """What it does, apart from what it does that to."""
        words = (word for word in self.ref.argument.split(".") if not word.isdecimal())
        return f"{self.custom_id[:3]}:{self.ref.action}", ".".join(words)


@contextlib.contextmanager
def refusals_in_the_log() -> Iterator[list[str]]:
    """Collect what is logged about refusals."""
    seen: list[str] = []
    handler, log = logging.Handler(), logging.getLogger("cogs.work.errors")
    handler.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    level = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield seen
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@dataclasses.dataclass
class Sweep:
    """Two people at the same cards: one whose they are, and one who copied the ids."""

    room: Room
    owner: Any
    stranger: Any
    database: Path
    outside: Callable[[], object] = lambda: None
    is_public: bool = False
    for_all: frozenset[str] = frozenset()
    """Arguments of what a whole channel may press: it does something, and that is right."""
    parts: list[Part] = dataclasses.field(default_factory=list)
    allowed: list[Part] = dataclasses.field(default_factory=list)
    _shapes: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    _forged: set[int] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        self.room.env.bot.limits = Limits(person=Allowance(1e9, 1.0), server=Allowance(1e9, 1.0))

    async def through(self, *cards: Any) -> None:
        """Press everything on these cards and on what comes of it, the stranger always first."""
        waiting = [part for card in cards for part in parts_of(card)]
        while waiting:
            part = waiting.pop(0)
            if part.shape in self._shapes:
                continue
            self._shapes.add(part.shape)
            self.parts.append(part)
            if part.ref.argument not in self.for_all:
                await self.refuse(part)
            if part.ref.action not in ENDS and part.ref.argument not in ENDS_OF_GROUPS:
                with refusals_in_the_log() as refused:
                    result = await self.press(self.owner, part)
                self.room.env.refusals()
                if refused:
                    continue  # what is below a refusal concerns whoever was refused
                waiting += form_of(result)
                for message in messages_of(result):
                    waiting += parts_of(message)

    async def refuse(self, part: Part) -> None:
        """Let the stranger press, and see that it changed nothing and showed nothing."""
        rows, posts, outside = rows_in(self.database), self.seen(), self.outside()
        with refusals_in_the_log() as refused:
            result = await self.press(self.stranger, part)
        self.room.env.refusals()
        mine, after = str(self.stranger.id), rows_in(self.database)
        lost = {row for row in rows - after if mine not in row}
        assert not lost, f"{part} changed what is stored: {sorted(lost)[:3]}"
        for row in after - rows:
            names_nobody = row.startswith("marks ") or (row.startswith("jobs ") and "'done'" in row)
            assert names_nobody or mine in row, f"{part} stored something of somebody else: {row[:200]}"
        assert self.seen() == posts, f"{part} changed what everybody sees"
        assert self.outside() == outside, f"{part} changed a playlist"
        answer = await answer_of(result)
        if answer is None:
            assert part.ref.action in ONES_OWN, f"{part} opened a form"
            self.allowed.append(part)
            return
        assert answer.ephemeral or answer.id in self._forged, part
        check_message(answer)
        said = text_of(answer)
        assert "a lot in a short time" not in said
        if not refused:
            shown = said.replace("\\", "").casefold()
            assert self.is_public or not any(name in shown for name in NAMES), f"{part} showed {said}"
            self.allowed.append(part)

    async def press(self, who: Any, part: Part) -> Any:
        """Press a part: on a message that carries nothing else, as a copied id is used."""
        message = await self.forge(part)
        if part.fields is not None:
            stored = self.room.env.backend.get_message(self.room.channel.id, message.id)
            return await who._dispatch_interaction(
                discord.InteractionType.modal_submit.value,
                self.room.channel,
                {"custom_id": part.custom_id, "components": list(part.fields)},
                extra={"message": dict(serializers.message_payload(self.room.env.backend, stored))},
                source_message_id=message.id,
            )
        if part.values:
            return await who.select(message, [part.values[0]], custom_id=part.custom_id)
        return await who.click(message, custom_id=part.custom_id)

    async def forge(self, part: Part) -> Any:
        view = ui.LayoutView(timeout=None)
        options = [discord.SelectOption(label=value, value=value) for value in part.values]
        item: ui.Item[Any] = (
            ui.Select(custom_id=part.custom_id, options=options)
            if options
            else button(part.custom_id.replace("tmm:", "old:"))
        )
        view.add_item(ui.ActionRow(item))
        view.stop()
        message = await self.room.env.bot.get_channel(self.room.channel.id).send(view=view)
        self._forged.add(message.id)
        return message

    def seen(self) -> dict[int, str]:
        """What everybody sees in the channel, by message."""
        return {
            post.id: text_of(
                ResponseMessage(self.room.env, self.room.env.backend.get_message(post.channel.id, post.id))
            )
            for post in self.room.posts()
            if post.id not in self._forged
        }


def parts_of(message: Any) -> list[Part]:
    return [
        Part(
            str(part["custom_id"]),
            tuple(str(each["value"]) for each in part["options"]) if part["type"] == SELECT else (),
        )
        for part in walk(message.components)
        if "custom_id" in part and not part.get("disabled")
    ]


def actions_of(parts: list[Part]) -> set[Action]:
    return {part.ref.action for part in parts}


def form_of(result: Any) -> list[Part]:
    if result.modal is None:
        return []
    fields = tuple(
        {
            "type": 18,
            "component": {"type": 4, "custom_id": one["custom_id"], "value": one.get("value") or "1"},
        }
        for one in (label.get("component") for label in result.modal["components"])
        if one is not None and one["type"] == 4
    )
    return [Part(str(result.modal["custom_id"]), fields=fields)]


def messages_of(result: Any) -> list[Any]:
    return [message for message in (result.response, *result.followups) if message is not None]


def rows_in(database: Path) -> set[str]:
    """Read everything that is stored, one word for each row."""
    with sqlite3.connect(database) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            f"{table} {row!r}" for table in tables for row in connection.execute(f"SELECT * FROM {table}")
        }
    connection.close()
    return found


@pytest.fixture
async def connected(tmp_path: Path, pool: ComputePool) -> Any:
    async with connected_room(tmp_path, pool) as opened:
        yield opened


async def test_what_belongs_to_one_person_is_pressed_by_nobody_else(
    connected: ConnectedRoom, tmp_path: Path
) -> None:
    room, listed = connected.room, connected.list_of(doubled(), LIST)

    def playlists() -> object:
        return {each.id: (each.name, tuple(each.track_ids)) for each in connected.own}

    sweep = Sweep(room, room.ann, room.bob, tmp_path / "test.db", playlists)
    link, file = f"https://open.spotify.com/playlist/{listed.id}", (FILE, load(FILE))
    accounts = ("accounts.json", load("account-data.json"))
    for command, options in (
        ("analyze", {"file": file, "private": True}),
        ("analyze", {"file": accounts, "private": True}),
        ("tidy", {"playlist": link}),
        ("tidy", {"file": accounts}),
        ("split", {"file": file}),
        ("optimize", {"file": file}),
        *((name, {}) for name in ("undo", "playlists", "me", "help", "forget", "login")),
    ):
        result = await room.ann.slash(room.channel, command, **options)
        room.env.refusals()
        await sweep.through(*messages_of(result))
    assert actions_of(sweep.allowed) <= ONES_OWN, sweep.allowed
    of_groups = {Action.LOBBY, Action.BRING, Action.RESULT, Action.PEOPLE, Action.BLEND}
    elsewhere = {Action.CONNECT, Action.STOP, Action.SEAT, Action.SAVING}  # while something waits
    elsewhere |= {Action.RETRY}  # below refusals
    elsewhere |= {Action.SAME_SONG, Action.CLIPS}  # on maps of names and of sound
    elsewhere |= {Action.SERVER_MAP, Action.DIGEST}  # of a server: tested with those
    former = {Action.PICK}  # on cards of an older version
    assert set(Action) - actions_of(sweep.parts) == of_groups | elsewhere | former


async def test_a_public_map_is_looked_at_by_all_and_taken_along_by_its_owner(
    connected: ConnectedRoom, tmp_path: Path
) -> None:
    room = connected.room
    sweep = Sweep(room, room.ann, room.bob, tmp_path / "test.db", is_public=True)
    await sweep.through(await room.analyze(FILE))
    looks = {
        Action.CLUSTER,
        Action.CHARTS,
        Action.CHARTS_TEXT,
        Action.QUALITY,
        Action.FINDINGS,
        Action.NUMBERS,
    }
    # A map of one's own, a tempo as one hears it, and what one's own maps of the same list were.
    for_oneself = {Action.AGAIN, Action.TEMPO, Action.DRIFT, Action.REMEMBER}
    assert actions_of(sweep.allowed) == looks | for_oneself
    assert actions_of(sweep.parts) - actions_of(sweep.allowed) == {Action.EXPORT, Action.SHARE, Action.POSTER}


async def test_a_comparison_of_two_takes_no_third(party: Party, tmp_path: Path) -> None:
    sweep = Sweep(party.room, party.room.ann, party.cat, tmp_path / "test.db")
    card = await ask(party)
    for part in parts_of(card):
        await sweep.refuse(part)
    await party.bring(card, "ann")
    await party.room.bob.click(card, label="Accept")
    result = await party.bring(card, "bob")
    await sweep.through(result)
    await sweep.through(card)
    assert not sweep.allowed
    assert actions_of(sweep.parts) >= {Action.LOBBY, Action.BRING, Action.RESULT, Action.PEOPLE, Action.BLEND}


async def test_a_group_is_looked_at_by_its_channel_and_changed_by_its_members(
    party: Party, tmp_path: Path
) -> None:
    room = party.room
    dan = room.guild.add_member(room.env.create_user("dan"))
    for_all = frozenset({"join", "fair.20", "joy.20", "safe.20"})
    sweep = Sweep(room, room.ann, dan, tmp_path / "test.db", is_public=True, for_all=for_all)
    card = await party.gather()
    result = await party.compare(card)
    await sweep.through(result)
    await sweep.through(card)
    assert actions_of(sweep.allowed) == {Action.PEOPLE, Action.BLEND}
    refused = {part.ref.argument for part in sweep.parts if part not in sweep.allowed} - for_all
    assert refused >= {"own", "leave", "compare"}, refused
