"""The gateway: sessions that can be resumed, and all the ways in which a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
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
    events: list[dict[str, Any]] = field(default_factory=list)


class Gateway:
    """One shard with one session at a time."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        """How often the bot did `identify` and `resume`, and how often a connection was opened."""
        self.silent = False
        """Swallow everything and answer no heartbeat, as a half-open connection does."""
        self.address = ""
        self._session: _Session | None = None
        self._socket: web.WebSocketResponse | None = None
        self.ready = asyncio.Event()
        """Set while the bot has a session on a live connection."""
        self.came_back = asyncio.Condition()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection of the bot."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.seen["connect"] += 1
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": _HEARTBEAT_MS}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.silent:
                    await self._receive(socket, message.json())
        finally:
            if self._socket is socket:
                self._socket = None
                self.ready.clear()
        return socket

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it for a bot that resumes."""
        session = self._session
        if session is None:
            return
        packet = {"op": _DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(packet)
        if self._socket is not None and not self.silent:
            with contextlib.suppress(ConnectionError):  # it is kept for the resume
                await self._socket.send_json(packet)

    async def reconnect(self) -> None:
        """Ask the bot to come back (op 7)."""
        await self._send({"op": _RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell the bot that its session is no longer good (op 9)."""
        if not resumable:
            self._session = None
        await self._send({"op": _INVALID, "d": resumable})

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
        self._session = None

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
                await self._begin(socket)
            case 6:
                self.seen["resume"] += 1
                await self._resume(socket, packet["d"])
            case _:
                return
        async with self.came_back:
            self.came_back.notify_all()

    async def _begin(self, socket: web.WebSocketResponse) -> None:
        self._session, self._socket = _Session(secrets.token_hex(8)), socket
        await self.dispatch(
            "READY",
            {
                "v": 10,
                "user": BOT_USER,
                "guilds": [{"id": str(GUILD), "unavailable": True}],
                "session_id": self._session.session_id,
                "resume_gateway_url": self.address,
                "shard": [0, 1],
                "application": {"id": str(APPLICATION), "flags": 0},
            },
        )
        await self.dispatch("GUILD_CREATE", _guild())
        self.ready.set()

    async def _resume(self, socket: web.WebSocketResponse, wanted: dict[str, Any]) -> None:
        session = self._session
        if session is None or session.session_id != wanted["session_id"]:
            await socket.send_json({"op": _INVALID, "d": False})
            return
        self._socket = socket
        for packet in session.events[int(wanted["seq"]) :]:
            await socket.send_json(packet)
        await self.dispatch("RESUMED", {})
        self.ready.set()


def channel() -> dict[str, Any]:
    """Describe the one text channel."""
    return {
        "id": str(CHANNEL), "type": 0, "name": "music", "position": 0, "permission_overwrites": [],
        "guild_id": str(GUILD), "parent_id": None, "nsfw": False,
    }  # fmt: skip


def _guild() -> dict[str, Any]:
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
