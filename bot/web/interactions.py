"""Take commands that Discord sends here, signed, instead of over a gateway.

Each is answered like the others: over the callback endpoint, within three seconds. What Discord gets as the
answer to its request is that it arrived.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PATH = "/interactions"
OLDEST_S = 60.0
"""A signature is good for a minute: the clocks of two machines, and a slow way."""
BODY_LIMIT_BYTES = 1024 * 1024
"""A press brings the whole message along that was pressed."""
_PING = 1

_log = logging.getLogger(__name__)


class Receiver(Protocol):
    """Answers interactions."""

    def receive(self, payload: Mapping[str, Any]) -> bool:
        """Answer an interaction in the background; False where nothing can be answered now."""


class SignedInteractions:
    """The endpoint. Nothing of a request is looked at before its signature.

    Parameters
    ----------
    public_key
        Of the application at Discord, in hexadecimal digits.
    receiver
        Returns who answers at this moment; None before the login.
    is_first
        Notes an interaction; False where it, or a copy of it, was here before, at whichever process.
    """

    def __init__(
        self,
        public_key: str,
        *,
        receiver: Callable[[], Receiver | None],
        is_first: Callable[[int], Awaitable[bool]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = read_public_key(public_key)
        self._receiver = receiver
        self._is_first = is_first
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Register the route."""
        app.router.add_post(PATH, self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Check a request and hand it on."""
        body = await _body_of(request)
        if body is None:
            return web.Response(status=413)
        if not self._is_signed(request.headers, body):
            return web.Response(status=401, text="invalid request signature")
        try:
            payload = json.loads(body)
            kind, interaction_id = int(payload["type"]), int(payload["id"])
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        if kind == _PING:
            return web.json_response({"type": _PING})
        receiver = self._receiver()
        if receiver is None:
            return web.Response(status=503)
        if not await self._is_first(interaction_id):
            _log.info("a signed request came a second time")
            return web.Response(status=401, text="invalid request signature")
        return web.Response(status=202 if receiver.receive(payload) else 503)

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        timestamp = headers.get("X-Signature-Timestamp", "")
        if not timestamp.isascii() or not timestamp.isdecimal():
            return False
        if len(timestamp) > 12 or abs(self._clock() - int(timestamp)) > OLDEST_S:
            return False
        try:
            signature = bytes.fromhex(headers.get("X-Signature-Ed25519", ""))
            self._key.verify(signature, timestamp.encode() + body)
        except (ValueError, InvalidSignature):
            return False
        return True


def read_public_key(digits: str) -> Ed25519PublicKey:
    """Read the public key of an application.

    Raises
    ------
    ValueError
        It is none.
    """
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits))


def build_endpoint(interactions: SignedInteractions) -> web.Application:
    """Build a web application of nothing else, where there are no login pages."""
    app = web.Application()
    interactions.add_to(app)
    return app


async def _body_of(request: web.Request) -> bytes | None:
    """Read the body as it came; None where it is too large. The pages' own limit is far smaller."""
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > BODY_LIMIT_BYTES:
            return None
    return bytes(body)
