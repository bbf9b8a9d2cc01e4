"""Whatever somebody does is acknowledged, however long Discord takes over everything else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.app import App
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.lobby import LobbyVerb, lobby_card
from cogs.replies.server_map import stop_ref
from cogs.work.admission import Allowance, Limits
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.discord.state import CHANNEL, GUILD
from sandbox.playlists import load
from services.domain.group_requests import MapVerb
from services.domain.groups import Lobby
from services.domain.requests import JobKind
from tests.process.conftest import PATIENCE_S, Line, connected
from tests.process.test_comparisons import HOST, compare, gather

FILE = load("late-drive.csv")
OWNER = 1
Ask = Callable[[LoopbackDiscord, int], Awaitable[Request]]


def words(name: str, **values: Any) -> Ask:
    kinds = {str: 3, bool: 5}
    options = [{"name": each, "type": kinds[type(value)], "value": value} for each, value in values.items()]
    return lambda discord, user_id: discord.slash(user_id, name, options)


def with_file(name: str) -> Ask:
    return lambda discord, user_id: discord.analyze(user_id, FILE, command=name)


COMMANDS: dict[str, Ask] = {
    **{
        name: words(name)
        for name in ("about score", "help", "privacy", "forget", "me", "mydata", "quality", "stats")
    },
    **{name: words(name) for name in ("login", "logout", "playlists", "undo", "blend", "drift")},
    **{name: words(name) for name in ("map server", "map leave", "digest on", "digest off")},
    **{name: words(name) for name in ("admin status", "admin seats", "sharing off", "sharing status")},
    **{name: words(name) for name in ("group start", "group leave", "group source", "sharing on")},
    **{name: with_file(name) for name in ("analyze", "tidy", "split", "optimize")},
    "sharing questions": words("sharing questions", allow=True),
    "sharing server": words("sharing server", direct_messages=True),
    "compare": lambda discord, user_id: discord.compare(user_id, HOST),
}


@dataclass(slots=True)
class Held:
    """A Discord that takes its time over everything but acknowledgements."""

    released: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[str] = field(default_factory=list)

    async def __call__(self, moment: str, call: str) -> None:
        if moment == "before" and not call.endswith("/callback"):
            self.calls.append(call)
            await self.released.wait()


@pytest.fixture
async def busy(loopback: LoopbackDiscord, app: App) -> Any:
    async with connected(loopback, app) as line:
        line.bots[0].limits = Limits(person=Allowance(1e9, 1.0), server=Allowance(1e9, 1.0))
        yield line


async def all_acknowledged(line: Line, asked: dict[str, Request], held: Held) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await line.discord.until(lambda: all(each.acknowledged_at for each in asked.values()))
    except TimeoutError:
        missing = [name for name, each in asked.items() if each.acknowledged_at is None]
        pytest.fail(f"waited for Discord before they were acknowledged: {missing}")
    assert held.calls, "something was waiting for Discord all the time"
    assert not held.released.is_set()


async def test_every_command_while_all_other_routes_are_held(busy: Line) -> None:
    (registered,) = busy.discord.state.commands
    names = {name for command in registered if command["type"] == 1 for name in _names(command)}
    assert set(COMMANDS) == names
    held = Held()
    busy.discord.state.on_call = held
    asked = {
        name: await ask(busy.discord, 1_000 + number) for number, (name, ask) in enumerate(COMMANDS.items())
    }
    await all_acknowledged(busy, asked, held)
    held.released.set()
    for name, each in asked.items():
        answers = await _answers(busy, each)
        assert answers, name


def _names(command: dict[str, Any]) -> list[str]:
    below = [each["name"] for each in command.get("options", []) if each["type"] == 1]
    return [f"{command['name']} {name}" for name in below] or [command["name"]]


async def _answers(line: Line, request: Request) -> list[Message]:
    async with asyncio.timeout(PATIENCE_S):
        await line.discord.until(lambda: bool(line.discord.state.answers(request)))
    return line.discord.state.answers(request)


async def test_every_button_menu_and_form_while_all_other_routes_are_held(busy: Line) -> None:
    discord = busy.discord
    cards = [
        await busy.answer(await discord.analyze(OWNER, FILE, command=name))
        for name in ("analyze", "tidy", "split", "optimize")
    ]
    lobby = await gather(busy.app)
    result = await compare(busy, lobby)
    second = await gather(busy.app, (HOST, 104))
    (report_id,) = re.findall(r"tmb:quality:(\w+)", str(cards[0].components))
    of_maps = [Action.SHARE, Action.CHARTS_TEXT, Action.AGAIN, Action.TEMPO, Action.SAME_SONG, Action.CLIPS]
    of_maps += [Action.DRIFT, Action.REMEMBER]
    parts = [(OWNER, *part) for card in cards for part in _parts(card.components)]
    parts += [(OWNER, ComponentRef(action, report_id).button(), ()) for action in of_maps]
    parts += [(HOST, *part) for part in _parts(result.components)]
    parts += [(HOST, each, ()) for each in (*_of_lobby(second), *_of_server(), *_elsewhere())]
    actions = {ref.action for _, each, _ in parts if (ref := ComponentRef.parse(each)) is not None}
    assert actions == set(Action)
    held, asked = Held(), {}
    discord.state.on_call = held
    for user_id, custom_id, chosen in parts:
        asked[custom_id] = await discord.press(user_id, _forged(busy, custom_id), custom_id, chosen)
    drafts = set(re.findall(r"tm[bs]:((?:tidy|split|optimize):\w+)", str(list(asked))))
    assert len(drafts) == 3
    forms = [f"tmm:{each}:typed.0" for each in drafts]
    for form in (*forms, f"tmm:{Action.BRING}:{second.lobby_id}", f"tmm:{Action.FINISH}:here"):
        asked[form] = await discord.submit(OWNER, cards[0], form, "1")
    await all_acknowledged(busy, asked, held)
    held.released.set()


def _parts(components: list[Any]) -> list[tuple[str, tuple[str, ...]]]:
    """List the buttons and menus of a card, the menus with their first choice."""
    found = []
    for part in components:
        if part.get("custom_id"):
            found.append((part["custom_id"], tuple(each["value"] for each in part.get("options", [])[:1])))
        accessory = [part["accessory"]] if "accessory" in part else []
        found += _parts([*part.get("components", []), *accessory])
    return found


def _forged(line: Line, custom_id: str) -> Message:
    """Make a message that carries one component, as a copied id is used."""
    part: dict[str, Any] = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id}
    if custom_id.startswith("tms:"):
        part = {"type": 3, "custom_id": custom_id, "options": [{"label": "one", "value": "one"}]}
    message = line.discord.state.new_message(CHANNEL, flags=1 << 15)
    message.components = [{"type": 1, "components": [part]}]
    return message


def _of_lobby(lobby: Lobby) -> list[str]:
    shown = [custom_id for custom_id, _ in _parts(lobby_card(lobby).view().to_components())]
    return shown + [ComponentRef(Action.LOBBY, lobby.lobby_id, verb).button() for verb in LobbyVerb]


def _of_server() -> list[str]:
    on_maps = [ComponentRef(Action.SERVER_MAP, str(GUILD), verb).button() for verb in MapVerb]
    return [*on_maps, stop_ref(GUILD, 1).button()]


def _elsewhere() -> list[str]:
    """Buttons of cards that take a login, an operator or a failure to see."""
    here = [Action.EXAMPLE, Action.CONNECT, Action.FINISH, Action.FORGET, Action.MY_DATA, Action.SEAT]
    here += [Action.STOP, Action.ANALYZE, Action.RESULT, Action.PICK, Action.HELP, Action.RETRY]
    return [
        *(ComponentRef(action, "here").button() for action in here),
        ComponentRef(Action.FORGET, "here", "yes").button(),
        ComponentRef(Action.LIBRARY, "0").button(),
        ComponentRef(Action.UNDO, "last", "1").button(),
        ComponentRef(Action.SAVING, "write", "goon").button(),
        ComponentRef(Action.CHOOSE, "upload", JobKind.ANALYZE).button(),
    ]
