"""What the loopback Discord knows: people, messages, requests of people, and what was done to them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

APPLICATION, GUILD, CHANNEL = 9_001, 9_100, 9_200
BOT_TOKEN = "loopback.bot.token"  # noqa: S105  (of no use anywhere)
_EPOCH_MS = 1_420_070_400_000
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7


@dataclass(slots=True)
class Message:
    """A message as Discord keeps it."""

    message_id: int
    channel_id: int
    flags: int = 0
    components: list[Any] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    request_id: int | None = None
    nonce: str | None = None
    deleted: bool = False
    edits: int = 0
    edited_at: str | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether one person sees it."""
        return bool(self.flags & _EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it only says that the bot is thinking."""
        return bool(self.flags & _LOADING)

    @property
    def words(self) -> str:
        """All text it shows."""
        return "\n".join(_texts(self.components))


@dataclass(slots=True)
class Request:
    """A command or a press, with everything that the bot did about it."""

    request_id: int
    token: str
    user_id: int
    sent_at: float
    acknowledged_at: float | None = None
    pressed: Message | None = None
    """The message whose button it was; an update changes that one."""
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    expired: bool = False
    delivered: int | None = None
    """What the endpoint answered that it was sent to; 0 where that was cut."""
    done_at: float | None = None
    """When it first had an answer."""


@dataclass(slots=True)
class Fault:
    """An answer that goes wrong for requests of one method whose path contains a text.

    With `cut` the connection is closed instead; with `takes_effect` only the answer is lost.
    """

    method: str
    path: str
    status: int
    body: str = '{"message": "broken by the test", "code": 0}'
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    times: int = 1
    cut: bool = False
    takes_effect: bool = False


class State:
    """Everything that outlives a connection of the bot."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.requests: dict[int, Request] = {}
        self.messages: dict[int, Message] = {}
        self.free_to_mention: list[int] = []
        """Messages that were made or changed by a request that forbids no mentions."""
        self.files: dict[str, bytes] = {}
        self.commands: list[Any] = []
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str, int]] = []
        """Method, path and status of every REST call."""
        self.on_call: Callable[[str, str], Awaitable[None]] | None = None
        """Told "before" and "after" each REST call, with its method and path: the moment to kill the bot."""
        self.changed = asyncio.Condition()

    def snowflake(self, age_s: float = 0.0) -> int:
        """Make an id of now, or of a moment before."""
        made_ms = int((time.time() - age_s) * 1000) - _EPOCH_MS
        return (made_ms << 22) | (next(self._numbers) & 0x3FFFFF)

    def by_token(self, token: str) -> Request | None:
        """Find the request that a token belongs to."""
        return next((each for each in self.requests.values() if each.token == token), None)

    def new_message(self, channel_id: int, *, flags: int = 0, request: Request | None = None) -> Message:
        """Make an empty message."""
        request_id = request.request_id if request else None
        message = Message(self.snowflake(), channel_id, flags=flags, request_id=request_id)
        self.messages[message.message_id] = message
        return message

    def fill(self, message: Message, payload: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Give a message its content, with the attachments it names."""
        if "allowed_mentions" not in payload:
            self.free_to_mention.append(message.message_id)
        message.flags = (message.flags & ~_LOADING) | int(payload.get("flags") or 0)
        message.components = payload.get("components") or []
        message.nonce = payload.get("nonce")
        message.edits += 1
        message.edited_at = now() if message.edits > 1 else None
        message.attachments = []
        for entry in payload.get("attachments") or []:
            content = files.get(f"files[{entry['id']}]", b"")
            key = f"{message.message_id}/{entry.get('filename', entry['id'])}"
            self.files[key] = content
            message.attachments.append({
                "id": str(self.snowflake()), "filename": str(entry.get("filename", "file")),
                "size": len(content), "url": key, "proxy_url": key,
                "description": entry.get("description"),
            })  # fmt: skip

    async def notify(self) -> None:
        """Wake everybody who waits for something to become true."""
        async with self.changed:
            self.changed.notify_all()

    def is_final(self, message: Message) -> bool:
        """Whether a message is an answer: no "thinking…", no line of progress, no placeholder."""
        progress = f"tmb:stop:{message.request_id}" in str(message.components)
        return not (message.deleted or message.loading or progress or message.words == "…")

    def answers(self, request: Request) -> list[Message]:
        """List everything that the person sees as an answer, wherever it was posted."""
        original = [request.original] if request.original else []
        late = [each for each in self.messages.values() if each.nonce == str(request.request_id)]
        return [each for each in (*original, *request.followups, *late) if self.is_final(each)]

    def is_doubled(self, request: Request) -> bool:
        """Whether the person sees several answers that do not say that they may be a repetition.

        Nobody can look for a private message without its id; told twice, the second says so.
        """
        return sum("seen it already" not in each.words for each in self.answers(request)) > 1

    def payload(self, message: Message) -> dict[str, Any]:
        """Write a message as Discord sends it."""
        return {
            "id": str(message.message_id),
            "channel_id": str(message.channel_id),
            "author": BOT_USER,
            "content": "",
            "timestamp": now(),
            "edited_timestamp": message.edited_at,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": message.attachments,
            "embeds": [],
            "pinned": False,
            "type": 20 if message.request_id else 0,
            "flags": message.flags,
            "components": message.components,
            "application_id": str(APPLICATION),
        }


def now() -> str:
    """Return the present as Discord writes it."""
    return datetime.now(UTC).isoformat()


def user(user_id: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    """Describe a user."""
    return {"id": str(user_id), "username": name, "discriminator": "0", "avatar": None, "bot": bot}


BOT_USER = user(APPLICATION, "Tastemap", bot=True)


def _texts(components: list[Any]) -> list[str]:
    found = []
    for part in components:
        if part.get("type") == 10:
            found.append(str(part["content"]))
        found += _texts(part.get("components", []))
    return found
