"""Run the loopback Discord and be the people in it."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.discord.gateway import Gateway, channel, member
from sandbox.discord.rest import Rest
from sandbox.discord.state import APPLICATION, BOT_TOKEN, CHANNEL, GUILD, Message, Request, State, user
from sandbox.discord_login import SandboxDiscordLogin

_UPLOAD_LIMIT = 32 * 1024 * 1024
_COMMAND, _COMPONENT, _AUTOCOMPLETE, _FORM = 2, 3, 4, 5
_UNAVAILABLE = 503
_BUTTON, _MENU, _TEXT_INPUT, _LABEL = 2, 3, 4, 18
_SUB_COMMAND, _BOOLEAN, _USER, _ATTACHMENT = 1, 5, 6, 11


class LoopbackDiscord:
    """A server with one channel, and anybody who wants to be in it."""

    token = BOT_TOKEN

    def __init__(self) -> None:
        self.state = State()
        self.gateway = Gateway()
        self.url = ""
        self.endpoints: list[str] = []
        """Where interactions are sent as signed requests, in turn; empty for the gateway."""
        self.signing_key = Ed25519PrivateKey.generate()
        self.login: SandboxDiscordLogin | None = None
        """Where browsers say who they belong to, if anywhere."""
        self._turn = itertools.count()

    @property
    def public_key(self) -> str:
        """What the application's signatures are checked with, in hexadecimal digits."""
        return self.signing_key.public_key().public_bytes_raw().hex()

    def sign(self, body: bytes, *, age_s: float = 0.0) -> dict[str, str]:
        """Return the headers of a signed request."""
        timestamp = str(int(time.time() - age_s))
        signature = self.signing_key.sign(timestamp.encode() + body).hex()
        return {
            "X-Signature-Ed25519": signature,
            "X-Signature-Timestamp": timestamp,
            "Content-Type": "application/json",
        }

    async def deliver(self, payload: dict[str, Any]) -> int:
        """Send one interaction to the next endpoint that takes it, as a balancer does; returns the status."""
        body = json.dumps(payload).encode()
        async with aiohttp.ClientSession() as session:
            first = next(self._turn) % len(self.endpoints)
            for url in (*self.endpoints[first:], *self.endpoints[:first]):
                try:
                    async with session.post(url, data=body, headers=self.sign(body)) as answer:
                        if answer.status != _UNAVAILABLE:
                            return answer.status
                except aiohttp.ClientConnectorError:
                    continue  # nobody listens there
                except aiohttp.ClientError:
                    return 0  # a request that was cut is not sent again
        return 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LoopbackDiscord]:
        """Listen on a free port inside the block."""
        app = web.Application(client_max_size=_UPLOAD_LIMIT)
        Rest(self.state, lambda: self.gateway.address, self.gateway.gone, lambda: self.login).add_to(app)
        app.router.add_get("/gateway/", self.gateway.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{port}"
            self.gateway.address = f"ws://127.0.0.1:{port}/gateway/"
            yield self
        finally:
            await runner.cleanup()

    async def analyze(
        self, user_id: int, content: bytes, *, private: bool = False, command: str = "analyze"
    ) -> Request:
        """Run `/analyze`, or another command that takes a file."""
        attachment = self._upload(content)
        options: list[dict[str, Any]] = [{"name": "file", "type": _ATTACHMENT, "value": attachment["id"]}]
        if private:
            options.append({"name": "private", "type": _BOOLEAN, "value": True})
        return await self.slash(user_id, command, options, resolved={"attachments": [attachment]})

    async def compare(self, user_id: int, other_id: int) -> Request:
        """Run `/compare` about somebody."""
        options = [{"name": "user", "type": _USER, "value": str(other_id)}]
        return await self.slash(
            user_id, "compare", options, resolved={"users": [user(other_id, f"person {other_id}")]}
        )

    async def slash(
        self,
        user_id: int,
        name: str,
        options: list[dict[str, Any]],
        *,
        resolved: Mapping[str, Sequence[dict[str, Any]]] | None = None,
    ) -> Request:
        """Run a command; a word behind its name is that of a subcommand."""
        name, _, sub = name.partition(" ")
        if sub:
            options = [{"name": sub, "type": _SUB_COMMAND, "options": options}]
        found = {kind: {each["id"]: each for each in given} for kind, given in (resolved or {}).items()}
        data = {"id": "1", "name": name, "type": 1, "options": options, "resolved": found}
        return await self._interact(user_id, _COMMAND, {"data": data})

    async def press(
        self, user_id: int, message: Message, custom_id: str, chosen: Sequence[str] = ()
    ) -> Request:
        """Press a button of a message, or choose from a menu of it."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": _MENU if chosen else _BUTTON}
        if chosen:
            data["values"] = list(chosen)
        more = {"data": data, "message": self.state.payload(message)}
        return await self._interact(user_id, _COMPONENT, more, pressed=message)

    async def submit(self, user_id: int, message: Message, custom_id: str, typed: str) -> Request:
        """Send a form with one field, which a button of a message has opened."""
        entry = {"type": _TEXT_INPUT, "id": 2, "custom_id": "text", "value": typed}
        label = {"type": _LABEL, "id": 1, "component": entry}
        data = {"custom_id": custom_id, "components": [label]}
        more = {"data": data, "message": self.state.payload(message)}
        return await self._interact(user_id, _FORM, more)

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when something has become true; looked at after each change."""
        async with self.state.changed:
            await self.state.changed.wait_for(true)

    def _upload(self, content: bytes) -> dict[str, Any]:
        attachment_id = self.state.snowflake()
        key = f"{attachment_id}/list.csv"
        self.state.files[key] = content
        url = f"{self.url}/attachments/{key}"
        return {
            "id": str(attachment_id), "filename": "list.csv", "size": len(content), "url": url,
            "proxy_url": url, "content_type": "text/csv",
        }  # fmt: skip

    async def _interact(
        self, user_id: int, kind: int, more: dict[str, Any], *, pressed: Message | None = None
    ) -> Request:
        token = f"token-{secrets.token_hex(8)}"
        request = Request(
            self.state.snowflake(), token, user_id, sent_at=time.perf_counter(), pressed=pressed
        )
        self.state.requests[request.request_id] = request
        payload = {
            "id": str(request.request_id),
            "application_id": str(APPLICATION),
            "type": kind,
            "token": request.token,
            "version": 1,
            "guild_id": str(GUILD),
            "channel_id": str(CHANNEL),
            "channel": channel(),
            "member": member(user_id, f"person {user_id}"),
            "locale": "en-US",
            "guild_locale": "en-US",
            "app_permissions": str((1 << 53) - 1),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(GUILD)},
            "context": 0,
            "attachment_size_limit": 10 * 1024 * 1024,
            **more,
        }
        if self.endpoints:
            request.delivered = await self.deliver(payload)
        else:
            await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return request
