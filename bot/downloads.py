"""Fetch what people uploaded to Discord: within a time, up to a size, and with one failure for all."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

import aiohttp
import discord

from services.domain.errors.uploads import FileUnavailableError
from services.sources.http.body import BodyTooLargeError, read_body
from services.sources.http.session import Timeouts
from services.workflows.uploads import UPLOAD_LIMIT_BYTES

PATIENCE = Timeouts(connect_s=3.0, read_s=5.0, total_s=20.0)
"""10 MiB within 20 s is 4 Mbit/s."""


async def fetch_file(
    session: aiohttp.ClientSession,
    http: discord.http.HTTPClient,
    url: str,
    patience: Timeouts = PATIENCE,
) -> bytes:
    """Fetch a file.

    discord.py's own way waits for five minutes and takes whatever comes; it is used only for clients
    that bring a way of their own, as simulated ones do.

    Raises
    ------
    FileUnavailableError
    """
    name = PurePosixPath(urlsplit(url).path).name
    try:
        if type(http) is not discord.http.HTTPClient:
            return await http.get_from_cdn(url)
        timeout = patience.within(patience.total_s)
        async with session.get(url, timeout=timeout, allow_redirects=False) as answer:
            if answer.status != 200:
                raise FileUnavailableError(name)
            return await read_body(answer, UPLOAD_LIMIT_BYTES)
    except (
        aiohttp.ClientError,
        discord.HTTPException,
        BodyTooLargeError,
        TimeoutError,
        OSError,
    ) as error:
        raise FileUnavailableError(name) from error
