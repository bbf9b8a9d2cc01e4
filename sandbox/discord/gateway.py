"""The gateway: sessions that can be resumed, and all the ways in which a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.discord.state import APPLICATION, BOT_USER, CHANNEL, GUILD, now, user

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11
_HEARTBEAT_MS = 41_250


@dataclass(slots=True)
class _Session:
    """What a bot that resumes is told again."""

    session_id: str
    shard: tuple[int, int] = (0, 1)
    """Its number, and how many there are."""
    socket: web.WebSocketResponse | None = None
    """None while the bot is away."""
    events: list[dict[str, Any]] = field(default_factory=list)


class Gateway:
    """Sessions of shards. A bot alone has one; what names no session means the last one."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        """How often the bot did `identify` and `resume`, and how often a connection was opened."""
        self.identified: list[tuple[int, float]] = []
        """Which shard said `identify`, and when."""
        self.silent = False
        """Swallow everything and answer no heartbeat, as a half-open connection does."""
        self.address = ""
        self.sessions: list[_Session] = []
        """All that were begun and not forgotten, the oldest first."""
        self.in_turn = False
        """Give each interaction to one session after the other, instead of to those of its server's shard."""
        self._turn = itertools.count()
        self._open: list[web.WebSocketResponse] = []
        """Connections, also those whose session was forgotten."""
        self.ready = asyncio.Event()
        """Set while the bot has a session on a live connection."""
        self.came_back = asyncio.Condition()
        self.server_is_held = False
        """Let a session begin without its server, as between READY and GUILD_CREATE, until it is let go."""
        self.gone: set[int] = set()
        """People who are not in the server; anybody else is."""
        self.answers_about_people = True
        """False for a Discord that is silent when the gateway is asked who is in a server."""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection of the bot."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        self.seen["connect"] += 1
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": _HEARTBEAT_MS}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.silent:
                    await self._receive(socket, message.json())
        finally:
            self._open.remove(socket)
            for session in self.sessions:
                if session.socket is socket:
                    session.socket = None
            if not self.live:
                self.ready.clear()
        return socket

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it for a bot that resumes."""
        for session in self._receivers(event, data):
            await self._tell(session, event, data)

    def _receivers(self, event: str, data: dict[str, Any]) -> list[_Session]:
        if event == "INTERACTION_CREATE" and self.in_turn and self.live:
            return [self.live[next(self._turn) % len(self.live)]]
        number = int(data.get("guild_id") or 0) >> 22
        return [each for each in self.sessions if number % each.shard[1] == each.shard[0]]

    async def _tell(self, session: _Session, event: str, data: dict[str, Any]) -> None:
        packet = {"op": _DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(packet)
        if session.socket is not None and not self.silent:
            with contextlib.suppress(ConnectionError):  # it is kept for the resume
                await session.socket.send_json(packet)

    @property
    def live(self) -> list[_Session]:
        """The sessions whose bot is connected."""
        return [each for each in self.sessions if each.socket is not None]

    @property
    def _session(self) -> _Session | None:
        return self.sessions[-1] if self.sessions else None

    @property
    def _socket(self) -> web.WebSocketResponse | None:
        if self._session and self._session.socket:
            return self._session.socket
        return self._open[-1] if self._open else None

    async def repeat(self) -> None:
        """Send the last event once more, as a resume does that goes back too far."""
        if self._session is not None and self._socket is not None:
            await self._socket.send_json(self._session.events[-1])

    async def reconnect(self) -> None:
        """Ask the bot to come back (op 7)."""
        await self._send({"op": _RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell the bot that its session is no longer good (op 9)."""
        socket = self._socket
        if not resumable:
            self.forget_session()
        if socket is not None:
            await socket.send_json({"op": _INVALID, "d": resumable})

    async def close(self, code: int) -> None:
        """Close the connection with a code."""
        if self._socket is not None:
            await self._socket.close(code=code)

    async def drop(self) -> None:
        """Cut the connection without a word."""
        if self._socket is not None and (transport := self._socket._req and self._socket._req.transport):
            transport.abort()

    def forget_session(self) -> None:
        """Forget the session: the next resume is refused."""
        del self.sessions[-1:]

    async def wait_for(self, what: str, count: int) -> None:
        """Return when the bot has done something so often and is ready."""
        async with self.came_back:
            await self.came_back.wait_for(lambda: self.seen[what] >= count and self.ready.is_set())

    async def _send(self, packet: dict[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send_json(packet)

    async def _receive(self, socket: web.WebSocketResponse, packet: dict[str, Any]) -> None:
        match packet["op"]:
            case 1:
                await socket.send_json({"op": _ACK, "d": None})
            case 2:
                self.seen["identify"] += 1
                await self._begin(socket, packet["d"])
            case 6:
                self.seen["resume"] += 1
                await self._resume(socket, packet["d"])
            case 8:
                await self._tell_members(socket, packet["d"])
            case _:
                return
        async with self.came_back:
            self.came_back.notify_all()

    async def _begin(self, socket: web.WebSocketResponse, wanted: dict[str, Any]) -> None:
        number, count = wanted.get("shard") or (0, 1)
        # A bot that identifies anew has lost what it had; one that never comes back is forgotten with it.
        self.sessions = [each for each in self.sessions if each.socket is not None]
        session = _Session(secrets.token_hex(8), (number, count), socket)
        self.sessions.append(session)
        self.identified.append((number, time.monotonic()))
        await self._tell(
            session,
            "READY",
            {
                "v": 10,
                "user": BOT_USER,
                "guilds": [{"id": str(GUILD), "unavailable": True}],
                "session_id": session.session_id,
                "resume_gateway_url": self.address,
                "shard": [number, count],
                "application": {"id": str(APPLICATION), "flags": 0},
            },
        )
        if not self.server_is_held and (GUILD >> 22) % count == number:
            await self._tell(session, "GUILD_CREATE", guild())
        self.ready.set()

    async def let_server_arrive(self) -> None:
        """Send the server that was held."""
        self.server_is_held = False
        await self.dispatch("GUILD_CREATE", {**guild(), "guild_id": str(GUILD)})

    async def _tell_members(self, socket: web.WebSocketResponse, wanted: dict[str, Any]) -> None:
        self.seen["members"] += 1
        if not self.answers_about_people:
            return
        ids = [int(each) for each in wanted.get("user_ids", [])]
        there = [each for each in ids if each not in self.gone][: int(wanted["limit"]) or None]
        chunk = {
            "guild_id": str(wanted["guild_id"]),
            "members": [member(each, f"person {each}") for each in there],
            "not_found": [str(each) for each in ids if each in self.gone], "chunk_index": 0, "chunk_count": 1,
            "nonce": wanted.get("nonce"),
        }  # fmt: skip
        for session in self.sessions:
            if session.socket is socket:
                await self._tell(session, "GUILD_MEMBERS_CHUNK", chunk)

    async def _resume(self, socket: web.WebSocketResponse, wanted: dict[str, Any]) -> None:
        session = next((each for each in self.sessions if each.session_id == wanted["session_id"]), None)
        if session is None:
            await socket.send_json({"op": _INVALID, "d": False})
            return
        session.socket = socket
        for packet in session.events[int(wanted["seq"]) :]:
            await socket.send_json(packet)
        await self._tell(session, "RESUMED", {})
        self.ready.set()


def channel() -> dict[str, Any]:
    """Describe the one text channel."""
    return {
        "id": str(CHANNEL), "type": 0, "name": "music", "position": 0, "permission_overwrites": [],
        "guild_id": str(GUILD), "parent_id": None, "nsfw": False,
    }  # fmt: skip


def guild() -> dict[str, Any]:
    """Describe the one server."""
    everyone = {
        "id": str(GUILD), "name": "@everyone", "color": 0, "hoist": False, "position": 0,
        "permissions": str((1 << 53) - 1), "managed": False, "mentionable": False, "flags": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    }  # fmt: skip
    return {
        "id": str(GUILD), "name": "Listening Room", "owner_id": "1", "roles": [everyone], "emojis": [],
        "features": [], "channels": [channel()], "member_count": 2, "threads": [], "stickers": [],
        "members": [{"user": BOT_USER, "roles": [], "joined_at": now(), "deaf": False, "mute": False,
                     "flags": 0}],
        "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "premium_tier": 0, "preferred_locale": "en-US",
        "system_channel_flags": 0, "nsfw_level": 0, "premium_progress_bar_enabled": False,
        "afk_timeout": 300, "icon": None, "large": False, "unavailable": False,
    }  # fmt: skip


def member(user_id: int, name: str) -> dict[str, Any]:
    """Describe a member of the server."""
    return {
        "user": user(user_id, name), "roles": [], "joined_at": now(), "deaf": False, "mute": False,
        "flags": 0, "permissions": str((1 << 53) - 1),
    }  # fmt: skip
