"""Read an answer without trusting its length, its encoding or its word for what it is."""

from __future__ import annotations

import json

import aiohttp

MEBIBYTE = 1024 * 1024
_PIECE = 64 * 1024


class BodyTooLargeError(Exception):
    """The body went on past the limit; the connection was dropped there."""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read at most `limit` bytes, counted after decompression.

    Raises
    ------
    BodyTooLargeError
        There was more. A length announced in the headers is believed only when it is too long.
    """
    if response.content_length is not None and response.content_length > limit:
        response.close()
        raise BodyTooLargeError
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limit:
            response.close()
            raise BodyTooLargeError
    return bytes(body)


def parse_json(body: bytes) -> object | None:
    """Return the JSON value of `body`, or None where it is no JSON, whatever its content type said.

    NaN and infinities, which are no JSON either, become null.
    """
    try:
        value: object = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value


def excerpt(body: bytes, length: int = 160) -> str:
    """Show the beginning of `body` on one line, for the operator's log."""
    return " ".join(body[: 4 * length].decode("utf-8", "replace").split())[:length]
