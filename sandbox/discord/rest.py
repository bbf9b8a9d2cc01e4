"""The REST half: interactions, webhooks, messages, files, and the few calls of a start."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.discord.gateway import channel, guild, member
from sandbox.discord.state import APPLICATION, BOT_TOKEN, BOT_USER, CHANNEL, Message, Request, State, user
from sandbox.discord_login import SandboxDiscordLogin

_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_DEFERRED, _MESSAGE, _UPDATE, _DEFERRED_UPDATE = 5, 4, 7, 6
_DM_CHANNELS = 50_000_000
API = "/api/v10"


class Rest:
    """Routes on one state."""

    def __init__(
        self,
        state: State,
        gateway_address: Callable[[], str],
        gone: Collection[int],
        login: Callable[[], SandboxDiscordLogin | None],
    ) -> None:
        self._state = state
        self._login = login
        self._gone = gone
        self._gateway_address = gateway_address

    def add_to(self, app: web.Application) -> None:
        """Add all routes."""
        webhook = f"{API}/webhooks/{{app}}/{{token}}"
        original = f"{webhook}/messages/@original"
        for method, path, handler in (
            ("GET", f"{API}/users/@me", self._me),
            ("POST", f"{API}/oauth2/token", self._token),
            ("GET", f"{API}/oauth2/applications/@me", self._application),
            ("GET", f"{API}/gateway/bot", self._gateway),
            ("PUT", f"{API}/applications/{{app}}/commands", self._commands),
            ("POST", f"{API}/interactions/{{id}}/{{token}}/callback", self._callback),
            ("GET", original, self._get_original),
            ("PATCH", original, self._edit_original),
            ("DELETE", original, self._delete_original),
            ("POST", webhook, self._follow_up),
            ("POST", f"{API}/users/@me/channels", self._open_dm),
            ("GET", f"{API}/channels/{{channel}}", self._channel),
            ("POST", f"{API}/channels/{{channel}}/messages", self._post),
            ("GET", f"{API}/channels/{{channel}}/messages/{{message}}", self._message),
            ("PATCH", f"{API}/channels/{{channel}}/messages/{{message}}", self._edit),
            ("DELETE", f"{API}/channels/{{channel}}/messages/{{message}}", self._delete),
            ("GET", f"{API}/guilds/{{guild}}", self._server),
            ("GET", f"{API}/guilds/{{guild}}/members/{{user}}", self._member),
            ("GET", "/attachments/{name:.+}", self._file),
        ):
            app.router.add_route(method, path, handler)
        app.middlewares.append(self._log_and_fail)

    @web.middleware
    async def _log_and_fail(self, request: web.Request, handler: Any) -> web.StreamResponse:
        for fault in self._state.faults:
            if fault.times > 0 and request.method == fault.method and fault.path in request.path:
                fault.times -= 1
                await request.read()
                if fault.takes_effect:
                    await handler(request)
                self._state.calls.append((request.method, request.path, fault.status))
                if fault.cut and request.transport is not None:
                    request.transport.abort()
                headers = {"Content-Type": fault.content_type, **fault.headers}
                return web.Response(status=fault.status, body=fault.body.encode(), headers=headers)
        if request.path.startswith("/gateway"):
            connection: web.StreamResponse = await handler(request)
            return connection
        call = f"{request.method} {request.path}"
        if self._state.on_call is not None:
            await self._state.on_call("before", call)
        response: web.StreamResponse = await handler(request)
        self._state.calls.append((request.method, request.path, response.status))
        if self._state.on_call is not None:
            await self._state.on_call("after", call)
        return response

    async def _token(self, request: web.Request) -> web.Response:
        login = self._login()
        return _error(401, 0, "401: Unauthorized") if login is None else await login.token(request)

    async def _me(self, request: web.Request) -> web.Response:
        login, authorization = self._login(), request.headers.get("Authorization", "")
        if login is not None and authorization.startswith("Bearer "):
            return await login.who(request)
        if authorization != f"Bot {BOT_TOKEN}":
            return _error(401, 0, "401: Unauthorized")
        return _json(BOT_USER)

    async def _application(self, _: web.Request) -> web.Response:
        return _json(
            {
                "id": str(APPLICATION), "name": "Tastemap", "description": "", "icon": None,
                "bot_public": True, "bot_require_code_grant": False, "owner": user(1, "operator"),
                "verify_key": "", "flags": 0,
            }
        )  # fmt: skip

    async def _gateway(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return _json({"url": self._gateway_address(), "shards": 1, "session_start_limit": limit})

    async def _commands(self, request: web.Request) -> web.Response:
        self._state.commands.append(await request.json())
        return _json([])

    async def _callback(self, request: web.Request) -> web.Response:
        known = self._state.requests.get(int(request.match_info["id"]))
        if known is None or known.expired:
            return _error(404, 10062, "Unknown interaction")
        if known.acknowledged_at is not None:
            return _error(400, 40060, "Interaction has already been acknowledged.")
        payload, files = await _body(request)
        known.acknowledged_at = time.perf_counter()
        kind, data = payload["type"], payload.get("data") or {}
        if kind in {_DEFERRED, _MESSAGE}:
            flags = int(data.get("flags") or 0) & _EPHEMERAL
            known.original = self._state.new_message(
                CHANNEL, flags=flags | (_LOADING if kind == _DEFERRED else 0), request=known
            )
            if kind == _MESSAGE:
                self._state.fill(known.original, data, files)
                self._ended(known)
        elif kind in {_UPDATE, _DEFERRED_UPDATE}:
            known.original = known.pressed
            if kind == _UPDATE and known.original is not None:
                self._state.fill(known.original, data, files)
            self._ended(known)
        await self._state.notify()
        named = {"id": request.match_info["id"], "type": 2}
        if known.original is not None:
            named["response_message_id"] = str(known.original.message_id)
            named["response_message_loading"] = known.original.loading
        return _json({"interaction": named})

    async def _get_original(self, request: web.Request) -> web.Response:
        known = self._of_token(request)
        if isinstance(known, web.Response):
            return known
        if known.original is None or known.original.deleted:
            return _error(404, 10008, "Unknown Message")
        return _json(self._state.payload(known.original))

    async def _edit_original(self, request: web.Request) -> web.Response:
        known = self._of_token(request)
        if isinstance(known, web.Response):
            return known
        if known.original is None or known.original.deleted:
            return _error(404, 10008, "Unknown Message")
        payload, files = await _body(request)
        self._state.fill(known.original, payload, files)
        if self._state.is_final(known.original):
            self._ended(known)
        await self._state.notify()
        return _json(self._state.payload(known.original))

    async def _delete_original(self, request: web.Request) -> web.Response:
        known = self._of_token(request)
        if isinstance(known, web.Response):
            return known
        if known.original is None or known.original.deleted:
            return _error(404, 10008, "Unknown Message")
        known.original.deleted = True
        await self._state.notify()
        return web.Response(status=204)

    async def _follow_up(self, request: web.Request) -> web.Response:
        known = self._of_token(request)
        if isinstance(known, web.Response):
            return known
        payload, files = await _body(request)
        message = self._state.new_message(CHANNEL, request=known)
        self._state.fill(message, payload, files)
        known.followups.append(message)
        self._ended(known)
        await self._state.notify()
        return _json(self._state.payload(message))

    async def _open_dm(self, request: web.Request) -> web.Response:
        recipient = int((await request.json())["recipient_id"])
        return _json(
            {"id": str(_DM_CHANNELS + recipient), "type": 1, "recipients": [user(recipient, "somebody")]}
        )

    async def _channel(self, _: web.Request) -> web.Response:
        return _json(channel())

    async def _post(self, request: web.Request) -> web.Response:
        payload, files = await _body(request)
        nonce, place = payload.get("nonce"), int(request.match_info["channel"])
        for earlier in self._state.messages.values():
            if nonce and payload.get("enforce_nonce") and earlier.nonce == nonce:
                return _json(self._state.payload(earlier))
        message = self._state.new_message(place)
        self._state.fill(message, payload, files)
        await self._state.notify()
        return _json(self._state.payload(message))

    async def _message(self, request: web.Request) -> web.Response:
        message = self._named(request)
        return (
            _error(404, 10008, "Unknown Message") if message is None else _json(self._state.payload(message))
        )

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._named(request)
        if message is None:
            return _error(404, 10008, "Unknown Message")
        payload, files = await _body(request)
        self._state.fill(message, payload, files)
        await self._state.notify()
        return _json(self._state.payload(message))

    async def _server(self, _: web.Request) -> web.Response:
        return _json(guild())

    async def _member(self, request: web.Request) -> web.Response:
        user_id = int(request.match_info["user"])
        if user_id in self._gone:
            return _error(404, 10007, "Unknown Member")
        return _json(member(user_id, f"person {user_id}"))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._named(request)
        if message is None:
            return _error(404, 10008, "Unknown Message")
        message.deleted = True
        await self._state.notify()
        return web.Response(status=204)

    async def _file(self, request: web.Request) -> web.Response:
        content = self._state.files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    def _named(self, request: web.Request) -> Message | None:
        message = self._state.messages.get(int(request.match_info["message"]))
        return None if message is None or message.deleted or message.ephemeral else message

    def _of_token(self, request: web.Request) -> Request | web.Response:
        known = self._state.by_token(request.match_info["token"])
        if known is None or known.expired:
            return _error(401, 50027, "Invalid Webhook Token")
        return known

    def _ended(self, known: Request) -> None:
        known.done_at = known.done_at or time.perf_counter()


async def _body(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read JSON, or the multipart form in which files come."""
    if not request.content_type.startswith("multipart/"):
        return await request.json(), {}
    payload: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await part.read()
        if part.name == "payload_json":
            payload = json.loads(content)
        else:
            files[str(part.name)] = bytes(content)
    return payload, files


def _json(data: Any, status: int = 200) -> web.Response:
    # Exactly this type: with a charset behind it discord.py takes the body for text.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json"}
    )


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"code": code, "message": message}, status)
