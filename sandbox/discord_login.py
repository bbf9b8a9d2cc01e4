"""A loopback stand-in for Discord's own login in a browser: who are you, a code, a token, an id."""

from __future__ import annotations

import base64
import binascii
import html
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The sandbox's Discord</title><h1>The sandbox's Discord</h1>
<p>An invented Discord on this machine. Who is sitting here?</p>
<form method="post" action="/oauth2/authorize">{hidden}{people}</form></html>
"""


@dataclass(frozen=True, slots=True)
class DiscordPerson:
    """Somebody who is logged in to Discord in a browser."""

    id: int
    name: str


class SandboxDiscordLogin:
    """The authorization-code flow with the scope `identify`, as far as a login page needs it."""

    def __init__(
        self,
        people: Sequence[DiscordPerson],
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self.people = list(people)
        self.redirect_uris = list(redirect_uris)
        self._client = f"{client_id}:{client_secret}"
        self._codes: dict[str, int] = {}
        self._tokens: dict[str, int] = {}

    def app(self) -> web.Application:
        """Build the web application: pages below `/oauth2`, the API below `/api`."""
        app = web.Application()
        app.router.add_get("/oauth2/authorize", self._ask)
        app.router.add_post("/oauth2/authorize", self._decided)
        app.router.add_post("/api/oauth2/token", self.token)
        app.router.add_get("/api/users/@me", self.who)
        return app

    @property
    def secrets(self) -> list[str]:
        """Everything secret that was ever given out."""
        return [*self._codes, *self._tokens]

    def decide(self, query: Mapping[str, str], user_id: int) -> str:
        """Return the address that the browser of `user_id` is sent to.

        Raises
        ------
        ValueError
            The question is wrong: the browser is sent nowhere.
        """
        if query.get("redirect_uri") not in self.redirect_uris or query.get("scope") != "identify":
            raise ValueError("invalid OAuth2 redirect_uri or scope")
        code = f"discord-code-{secrets.token_urlsafe(16)}"
        self._codes[code] = user_id
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query.get('state', '')})}"

    async def _ask(self, request: web.Request) -> web.Response:
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in request.query.items()
        )
        people = "".join(
            f'<button name="user" value="{person.id}">Continue as {html.escape(person.name)}</button>'
            for person in self.people
        )
        return web.Response(text=_PAGE.format(hidden=hidden, people=people), content_type="text/html")

    async def _decided(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            address = self.decide(form, int(form.get("user", "")))
        except ValueError as error:
            return web.Response(status=400, text=str(error))
        return web.Response(status=303, headers={"Location": address})

    async def token(self, request: web.Request) -> web.Response:
        """Give a token for a code."""
        form = await request.post()
        try:
            sent = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        except (binascii.Error, ValueError):
            sent = ""
        if sent != self._client:
            return web.json_response({"error": "invalid_client"}, status=401)
        user_id = self._codes.pop(str(form.get("code")), None)
        if user_id is None or form.get("redirect_uri") not in self.redirect_uris:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = f"discord-token-{secrets.token_urlsafe(16)}"
        self._tokens[token] = user_id
        return web.json_response({"access_token": token, "token_type": "Bearer", "scope": "identify"})

    async def who(self, request: web.Request) -> web.Response:
        """Say whose token it is."""
        user_id = self._tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if user_id is None:
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        return web.json_response({"id": str(user_id), "username": f"user{user_id}"})
