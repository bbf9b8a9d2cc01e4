"""Look at the settings: what is missing, what can't be right, what doesn't go together."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.accounts import PASTE_REDIRECT, key_ring
from bot.config import Settings, check_config
from services.domain.errors.accounts import KeyRingError
from services.storage.doctor import Finding, Severity

_SPOTIFY = ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "TOKEN_KEYS")
"""Only together do they let people connect Spotify."""
_SNOWFLAKE = re.compile(r"\d{17,20}")
_SPOTIFY_ID = re.compile(r"[0-9a-f]{32}")


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """Say what each setting does, and what is wrong with it."""
    yield from _what_is_set(settings)
    yield from _of_discord(settings)
    if settings.spotify_client_id or settings.token_keys:
        yield from _of_keys(settings)
    if settings.spotify_client_id:
        yield from _of_spotify(settings.spotify_client_id)
        yield from _of_redirect(settings)
    yield from _of_health(settings)


def redirect_of(settings: Settings) -> str:
    """Return the address to which Spotify sends people back."""
    if settings.paste_login:
        return PASTE_REDIRECT
    base = settings.public_url or f"http://{settings.web_host}:{settings.web_port}"
    return f"{base.rstrip('/')}/callback"


def _what_is_set(settings: Settings) -> Iterator[Finding]:
    """Turn what `check-config` says into findings; a setting left out is a choice, half a set is a slip."""
    entries = check_config(settings)
    for entry in entries:
        if entry.unusable:
            continue  # named with its cure below
        yield Finding(Severity.FINE if entry.present else Severity.NOTE, f"{entry.setting}: {entry.line}")
    missing = [entry.setting for entry in entries if entry.setting in _SPOTIFY and not entry.present]
    if 0 < len(missing) < len(_SPOTIFY):
        yield Finding(
            Severity.WARNING,
            f"Spotify is set up by half: {' and '.join(missing)} missing.",
            f"Set {' and '.join(missing)} in .env (see .env.example), or empty the others too.",
        )


def _of_discord(settings: Settings) -> Iterator[Finding]:
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    if token and not _is_bot_token(token):
        yield Finding(
            Severity.PROBLEM,
            "DISCORD_TOKEN has not the form of a bot's token (three parts with dots between them).",
            "Developer portal > your application > Bot > Reset Token. The client secret is something else.",
        )
    for operator in settings.operator_ids:
        if not _SNOWFLAKE.fullmatch(str(operator)):
            yield Finding(
                Severity.WARNING,
                f"OPERATOR_IDS holds {operator}, which is no id of a Discord user.",
                "In Discord: Settings > Advanced > Developer Mode, then your name > Copy User ID.",
            )
    if not settings.operator_ids:
        yield Finding(Severity.NOTE, "OPERATOR_IDS is empty: nobody may use /admin.")


def _of_spotify(client_id: str) -> Iterator[Finding]:
    if not _SPOTIFY_ID.fullmatch(client_id):
        yield Finding(
            Severity.WARNING,
            "SPOTIFY_CLIENT_ID has not the form of a client id (32 characters, 0-9 and a-f).",
            "Spotify developer dashboard > your app > Settings > Client ID.",
        )


def _of_keys(settings: Settings) -> Iterator[Finding]:
    try:
        key_ring(settings)
    except KeyRingError as error:
        yield Finding(
            Severity.PROBLEM,
            f"TOKEN_KEYS can't be used: {error.problem}. A bot with a Spotify app does not start like this.",
            "Make a key with `python -m bot keys new` and keep a copy of it apart from the backups.",
        )
    else:
        yield Finding(Severity.FINE, "TOKEN_KEYS can be used.")


def _of_redirect(settings: Settings) -> Iterator[Finding]:
    address = redirect_of(settings)
    problem = _problem_of(address)
    if problem:
        yield Finding(
            Severity.PROBLEM,
            f"Spotify refuses {address} as a redirect address: {problem}.",
            "Set PUBLIC_URL to an https address that leads to the login pages, or set PASTE_LOGIN.",
        )
        return
    yield Finding(
        Severity.FINE,
        f"The redirect address is {address}; your Spotify app must list exactly this.",
    )
    if not settings.public_url and not settings.paste_login:
        yield Finding(
            Severity.WARNING,
            "PUBLIC_URL is missing: only a browser on this very machine can finish a login.",
            "Set PUBLIC_URL to the https address under which people reach the login pages.",
        )


def _problem_of(address: str) -> str:
    """Say what is wrong with a redirect address by Spotify's rules of 2025, or return an empty string."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host:
        return "it names no host"
    if parts.query or parts.fragment:
        return "it has a query or a fragment"
    if parts.scheme == "https":
        return ""
    if parts.scheme != "http":
        return "it begins with neither https nor http"
    if host == "localhost":
        return "localhost is not allowed, 127.0.0.1 is"
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return "" if loopback else "http is allowed for 127.0.0.1 and [::1] only"


def _of_health(settings: Settings) -> Iterator[Finding]:
    if not settings.health_port:
        yield Finding(Severity.NOTE, "HEALTH_PORT is 0: nobody can ask how the bot is.")
    elif settings.health_host not in {"127.0.0.1", "::1", "localhost"}:
        yield Finding(
            Severity.WARNING,
            f"Health and metrics listen on {settings.health_host}, not on this machine alone.",
            "Make sure that a firewall keeps that port from the internet, or set HEALTH_HOST=127.0.0.1.",
        )


def _is_bot_token(token: str) -> bool:
    first, *rest = token.split(".")
    try:
        decoded = base64.b64decode(first + "=" * (-len(first) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(rest) == 2 and decoded.isdigit()
