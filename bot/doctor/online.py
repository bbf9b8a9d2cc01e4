"""Ask Discord and Spotify whether they take the settings, and what time it is."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.config import Settings
from bot.enrichment import installed_version
from services.sources.http.retry_after import parse_http_date
from services.sources.http.session import open_session
from services.storage.doctor import Finding, Severity

_CLOCK_DRIFT = timedelta(minutes=1)
_NOT_REACHED = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


async def examine_online(settings: Settings, *, now: datetime) -> AsyncIterator[Finding]:
    """Make one harmless request to each service."""
    async with open_session(version=installed_version(), contact_url=settings.contact_url) as session:
        if settings.discord_token is not None:
            yield await _discord(session, settings.discord_token.get_secret_value())
        if settings.spotify_client_id and settings.spotify_client_secret is not None:
            secret = settings.spotify_client_secret.get_secret_value()
            yield await _spotify(session, settings, settings.spotify_client_id, secret)
        if settings.reccobeats_url:
            yield await _reccobeats(session, settings.reccobeats_url, now)


async def _discord(session: aiohttp.ClientSession, token: str) -> Finding:
    headers = {"Authorization": f"Bot {token}"}
    try:
        async with session.get(f"{discord.http.Route.BASE}/users/@me", headers=headers) as answer:
            status = answer.status
    except _NOT_REACHED as error:
        return _unreached("Discord", error)
    if status == 200:
        return Finding(Severity.FINE, "Discord takes DISCORD_TOKEN.")
    if status == 401:
        return Finding(
            Severity.PROBLEM,
            "Discord refuses DISCORD_TOKEN.",
            "Developer portal > your application > Bot > Reset Token.",
        )
    return Finding(Severity.WARNING, f"Discord answered HTTP {status}.", "Try again in some minutes.")


async def _spotify(
    session: aiohttp.ClientSession, settings: Settings, client_id: str, secret: str
) -> Finding:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    try:
        async with session.post(
            f"{settings.spotify_accounts_url.rstrip('/')}/api/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {pair}"},
        ) as answer:
            status = answer.status
    except _NOT_REACHED as error:
        return _unreached("Spotify", error)
    if status == 200:
        return Finding(Severity.FINE, "Spotify takes SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.")
    if status in {400, 401, 403}:
        return Finding(
            Severity.PROBLEM,
            "Spotify refuses SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.",
            "Compare both with the developer dashboard; its owner needs Premium, too.",
        )
    return Finding(Severity.WARNING, f"Spotify answered HTTP {status}.", "Try again in some minutes.")


async def _reccobeats(session: aiohttp.ClientSession, url: str, now: datetime) -> Finding:
    try:
        async with session.get(f"{url.rstrip('/')}/audio-features", params={"ids": ""}) as answer:
            status, said = answer.status, parse_http_date(answer.headers.get("Date"))
    except _NOT_REACHED as error:
        return _unreached("ReccoBeats", error)
    if said is not None and abs(said - now) > _CLOCK_DRIFT:
        return Finding(
            Severity.WARNING,
            f"The clock of this machine is off by {abs(said - now).total_seconds():.0f} s.",
            "Let the machine keep time (`timedatectl set-ntp true`): logins and limits depend on it.",
        )
    if status in {401, 403}:
        return Finding(
            Severity.PROBLEM,
            f"ReccoBeats turns us away (HTTP {status}).",
            "Set CONTACT_URL, so that they know whom to write to, and wait a day.",
        )
    if status >= 500:
        return Finding(Severity.WARNING, f"ReccoBeats answered HTTP {status}.", "Try again later.")
    return Finding(Severity.FINE, "ReccoBeats answers, and the clock agrees with its.")


def _unreached(service: str, error: BaseException) -> Finding:
    return Finding(
        Severity.PROBLEM,
        f"{service} can't be reached ({type(error).__name__}).",
        "Check the machine's connection, its DNS and a firewall in between.",
    )
