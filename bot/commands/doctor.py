"""`doctor`: examine database, settings, machine and services, and print each diagnosis with its cure."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Iterable
from datetime import datetime, timedelta

import aiohttp
import discord
from rich.console import Console
from rich.markup import escape

from bot.app.sources import session_of
from bot.commands import EXIT_FAILED, EXIT_OK
from bot.config import ENV_FILE, FROM_FILES, Settings
from bot.doctor import KEEP_TIME, examine_machine, examine_settings
from bot.secret_files import named_files
from services.domain.errors.storage import UnsupportedDatabaseUrlError
from services.sources.clock import utc_now
from services.sources.session import parse_http_date, parse_json
from services.storage.backups import default_folder
from services.storage.doctor import Diagnosis, Severity, diagnose

_SAY_WHO = "Set CONTACT_URL, so that they know whom to write to, and wait a day."
_CLOCK_DRIFT = timedelta(minutes=1)
_NOT_REACHED = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


async def examine_online(settings: Settings, *, now: datetime) -> AsyncIterator[Diagnosis]:
    """Make one harmless request to each service."""
    async with session_of(settings) as session:
        if settings.discord_token is not None:
            token = settings.discord_token.get_secret_value()
            yield await _reached("Discord", _discord(session, token))
        if settings.spotify_client_id and settings.spotify_client_secret is not None:
            secret = settings.spotify_client_secret.get_secret_value()
            login = _spotify(session, settings, settings.spotify_client_id, secret)
            yield await _reached("Spotify", login)
        if settings.reccobeats_url:
            yield await _reached("ReccoBeats", _reccobeats(session, settings.reccobeats_url, now))
        if settings.listenbrainz_labs_url:
            path = "/spotify-id-from-metadata/json?artist_name=Nobody&release_name=&track_name=Nothing"
            labs = "ListenBrainz' labs host"
            yield await _reached(labs, _answers(session, labs, settings.listenbrainz_labs_url, path))
        if settings.listenbrainz_url:
            path = "/1/metadata/recording/?recording_mbids=00000000-0000-4000-8000-000000000000"
            asked = _answers(session, "ListenBrainz", settings.listenbrainz_url, path)
            yield await _reached("ListenBrainz", asked)
        if settings.lastfm_api_key is not None and settings.lastfm_url:
            key = settings.lastfm_api_key.get_secret_value()
            yield await _reached("Last.fm", _lastfm(session, settings.lastfm_url, key))


async def _discord(session: aiohttp.ClientSession, token: str) -> Diagnosis:
    headers = {"Authorization": f"Bot {token}"}
    async with session.get(f"{discord.http.Route.BASE}/users/@me", headers=headers) as answer:
        status = answer.status
    if status == 200:
        return Diagnosis(Severity.FINE, "Discord takes DISCORD_TOKEN.")
    if status == 401:
        return Diagnosis(
            Severity.PROBLEM,
            "Discord refuses DISCORD_TOKEN.",
            "Developer portal > your application > Bot > Reset Token.",
        )
    return Diagnosis(Severity.WARNING, f"Discord answered HTTP {status}.", "Try again in some minutes.")


async def _spotify(
    session: aiohttp.ClientSession, settings: Settings, client_id: str, secret: str
) -> Diagnosis:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    async with session.post(
        f"{settings.spotify_accounts_url.rstrip('/')}/api/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {pair}"},
    ) as answer:
        status = answer.status
    if status == 200:
        return Diagnosis(Severity.FINE, "Spotify takes SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.")
    if status in {400, 401, 403}:
        return Diagnosis(
            Severity.PROBLEM,
            "Spotify refuses SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.",
            "Compare both with the developer dashboard; its owner needs Premium, too.",
        )
    return Diagnosis(Severity.WARNING, f"Spotify answered HTTP {status}.", "Try again in some minutes.")


async def _reccobeats(session: aiohttp.ClientSession, url: str, now: datetime) -> Diagnosis:
    async with session.get(f"{url.rstrip('/')}/audio-features", params={"ids": ""}) as answer:
        status, said = answer.status, parse_http_date(answer.headers.get("Date"))
    if said is not None and abs(said - now) > _CLOCK_DRIFT:
        return Diagnosis(
            Severity.WARNING,
            f"The clock of this machine is off by {abs(said - now).total_seconds():.0f} s.",
            KEEP_TIME,
        )
    if status in {401, 403}:
        return Diagnosis(
            Severity.PROBLEM,
            f"ReccoBeats turns us away (HTTP {status}).",
            _SAY_WHO,
        )
    if status >= 500:
        return Diagnosis(Severity.WARNING, f"ReccoBeats answered HTTP {status}.", "Try again later.")
    return Diagnosis(Severity.FINE, "ReccoBeats answers, and the clock agrees with its.")


async def _answers(session: aiohttp.ClientSession, service: str, url: str, path: str) -> Diagnosis:
    async with session.get(f"{url.rstrip('/')}{path}", allow_redirects=False) as answer:
        status = answer.status
    if status == 200:
        return Diagnosis(Severity.FINE, f"{service} answers.")
    if status in {401, 403}:
        return Diagnosis(
            Severity.PROBLEM,
            f"{service} turns us away (HTTP {status}).",
            _SAY_WHO,
        )
    return Diagnosis(
        Severity.WARNING,
        f"{service} answered HTTP {status}.",
        "Compare the address with `.env.example`, or try again later.",
    )


async def _lastfm(session: aiohttp.ClientSession, url: str, key: str) -> Diagnosis:
    params = {"method": "chart.getTopTracks", "limit": "1", "format": "json", "api_key": key}
    async with session.get(f"{url.rstrip('/')}/", params=params, allow_redirects=False) as answer:
        body = parse_json(await answer.content.read(65_536))
    error_number = body.get("error") if isinstance(body, dict) else None
    if error_number in {10, 26}:
        return Diagnosis(
            Severity.PROBLEM,
            "Last.fm refuses LASTFM_API_KEY.",
            "Make a new key at last.fm/api/account/create.",
        )
    if not isinstance(body, dict) or error_number is not None:
        return Diagnosis(Severity.WARNING, "Last.fm gives no usable answer.", "Try again later.")
    return Diagnosis(Severity.FINE, "Last.fm takes LASTFM_API_KEY.")


async def _reached(service: str, asked: Awaitable[Diagnosis]) -> Diagnosis:
    """Say what a service answers, or that it can't be reached."""
    try:
        return await asked
    except _NOT_REACHED as error:
        return Diagnosis(
            Severity.PROBLEM,
            f"{service} can't be reached ({type(error).__name__}).",
            "Check the machine's connection, its DNS and a firewall in between.",
        )


_MARKS = {
    Severity.FINE: "[green]ok     [/green]",
    Severity.NOTE: "[cyan]note   [/cyan]",
    Severity.WARNING: "[yellow]WARNING[/yellow]",
    Severity.PROBLEM: "[bold red]PROBLEM[/bold red]",
}


async def examine(settings: Settings, *, online: bool) -> int:
    """Print what was found; the exit code is 1 if anything keeps the bot from working."""
    console = Console(highlight=False, soft_wrap=True)
    now = utc_now()
    parts: dict[str, list[Diagnosis]] = {
        "Database": await asyncio.to_thread(_database, settings),
        "Settings": list(examine_settings(settings)),
        "Machine": await asyncio.to_thread(_machine, settings, now),
    }
    if online:
        parts["Services"] = [diagnosis async for diagnosis in examine_online(settings, now=now)]
    for number, (title, diagnoses) in enumerate(parts.items()):
        console.print(f"{chr(10) if number else ''}[bold]{title}[/bold]")
        _print_diagnoses(diagnoses, console)
    everything = [diagnosis for diagnoses in parts.values() for diagnosis in diagnoses]
    problems = sum(diagnosis.severity is Severity.PROBLEM for diagnosis in everything)
    warnings = sum(diagnosis.severity is Severity.WARNING for diagnosis in everything)
    console.print(f"\n{_count(problems, 'problem').capitalize()}, {_count(warnings, 'warning')}.")
    if not online:
        console.print("[dim]`doctor --online` also asks Discord, Spotify and ReccoBeats.[/dim]")
    return EXIT_FAILED if problems else EXIT_OK


def _database(settings: Settings) -> list[Diagnosis]:
    try:
        folder = default_folder(settings.database_url)
    except UnsupportedDatabaseUrlError:
        folder = None  # `diagnose` says so better than a failure here
    return diagnose(settings.database_url, backups=folder)


def _machine(settings: Settings, now: datetime) -> list[Diagnosis]:
    env_file = ENV_FILE if ENV_FILE.is_file() else None
    try:
        return list(
            examine_machine(
                url=settings.database_url,
                env_file=env_file,
                secret_files=named_files(FROM_FILES, env_file),
                now=now,
            )
        )
    except UnsupportedDatabaseUrlError:
        return []


def _print_diagnoses(diagnoses: Iterable[Diagnosis], console: Console) -> None:
    for diagnosis in diagnoses:
        console.print(f"{_MARKS[diagnosis.severity]} {escape(diagnosis.what)}")
        if diagnosis.cure:
            console.print(f"        → {escape(diagnosis.cure)}")


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
