"""Look at the settings and the machine: what is missing, what can't be right, what doesn't go together."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from bot.app.accounts import PASTE_REDIRECT, key_ring
from bot.config import Settings, check_config, role_problem
from bot.ports import Holder, holder_of
from bot.web.server import parse_networks
from services.charts.lettering import unarranged_scripts, undrawable_scripts
from services.domain.errors.sources import KeyRingError
from services.domain.installation import PROGRAM
from services.storage.connections import parse_address
from services.storage.doctor import Diagnosis, Severity

WRITTEN_ON = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock is right that shows a day before this program was written."""
_DRIFT = timedelta(minutes=2)
KEEP_TIME = "Let the machine keep time (`timedatectl set-ntp true`): logins and limits depend on it."


def examine_machine(
    *, url: str, env_file: Path | None, secret_files: Mapping[str, Path], now: datetime
) -> Iterator[Diagnosis]:
    """Look at files with secrets, at the clock, and at the fonts."""
    files = [*([env_file] if env_file else []), *secret_files.values()]
    for file in files:
        yield _readable_by_others(file)
    yield _clock(url, now)
    yield _fonts(undrawable_scripts())
    if unarranged := unarranged_scripts():
        yield _order_of_letters(unarranged)


def _readable_by_others(file: Path) -> Diagnosis:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "nt" or not mode & 0o077:
        return Diagnosis(Severity.FINE, f"Only its owner can read {file}.")
    return Diagnosis(
        Severity.WARNING,
        f"Other users of this machine can read the secrets in {file} (mode {mode:o}).",
        f"chmod 600 {file}",
    )


def _fonts(missing: Sequence[str]) -> Diagnosis:
    """Name the scripts whose titles the charts have to do without."""
    if not missing:
        return Diagnosis(Severity.FINE, "Charts can draw the titles of every script that is looked for.")
    return Diagnosis(
        Severity.NOTE,
        f"No font draws {', '.join(missing)}: charts name a track with such a title by its number.",
        "On Debian: `apt install fonts-noto-cjk fonts-noto-core`, then restart the bot.",
    )


def _order_of_letters(scripts: Sequence[str]) -> Diagnosis:
    return Diagnosis(
        Severity.NOTE,
        f"FriBiDi is not installed, so {', '.join(scripts)} can't be written in the order of their letters: "
        "charts name a track with such a title by its number.",
        "On Debian: `apt install libfribidi0`, then restart the bot.",
    )


def _clock(url: str, now: datetime) -> Diagnosis:
    """Compare the clock with what is certainly past: this program, and the database's last change."""
    if now < WRITTEN_ON:
        return Diagnosis(
            Severity.PROBLEM, f"The clock shows {now:%Y-%m-%d %H:%M} UTC, which is long past.", KEEP_TIME
        )
    file = parse_address(url).file
    if file is not None and file.exists():
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        if changed > now + _DRIFT:
            return Diagnosis(
                Severity.WARNING,
                f"The clock shows {now:%Y-%m-%d %H:%M} UTC, but the database was changed at "
                f"{changed:%Y-%m-%d %H:%M}: one of them was wrong.",
                KEEP_TIME,
            )
    return Diagnosis(Severity.FINE, f"The clock shows {now:%Y-%m-%d %H:%M} UTC.")


_SPOTIFY = ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "TOKEN_KEYS")
_NEEDED_OF_SPOTIFY = ("SPOTIFY_CLIENT_ID", "TOKEN_KEYS")
"""Only together do they let people connect Spotify; an app without a secret logs them in by PKCE alone."""
_BOT_PAGE = "Developer portal > your application > Bot > Reset Token"
_NEXT = {
    "SPOTIFY_CLIENT_ID": "To let people use their own playlists, enter the Client ID of your Spotify app.",
    "SPOTIFY_CLIENT_SECRET": "If your Spotify app has a secret, enter it: dashboard > your app > Settings.",
    "DISCORD_CLIENT_SECRET": "To spare people the code, enter it: developer portal > OAuth2.",
    "TOKEN_KEYS": f"With a Spotify app enter what `{PROGRAM} keys new` prints; without one leave it empty.",
    "PUBLIC_URL": "With a Spotify app enter the https address of the login pages.",
    "PASTE_LOGIN": "Leave it off, unless no page of this machine can be reached from outside.",
    "TRUSTED_PROXIES": "Behind a reverse proxy enter its address or network; without one leave it empty.",
    "RECCOBEATS_URL": "To fetch measured features, take the empty RECCOBEATS_URL out of the settings.",
    "LISTENBRAINZ_LABS_URL": "If titles and artists may go there, enter https://labs.api.listenbrainz.org.",
    "LISTENBRAINZ_URL": "If titles and artists may go there, enter https://api.listenbrainz.org.",
    "MUSICBRAINZ_TAGS": "If your use is not commercial, set it to true.",
    "RECCOBEATS_SEARCH": "If titles may go there, set it to true.",
    "RECCOBEATS_CLIPS": "If people may send clips of their own sound, set it to true.",
    "LASTFM_API_KEY": "Make a key at last.fm/api/account/create and enter it.",
    "HEALTH_PORT": "To let a monitor ask, set it to a free port such as 8081.",
    "DISCORD_PUBLIC_KEY": "Leave it empty, unless several processes share the work.",
}
"""What to do about a setting that is left out, or that it may stay so."""
_SNOWFLAKE = re.compile(r"\d{17,20}")
_PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")
_USER_ID_PLACE = "In Discord: Settings > Advanced > Developer Mode, then your name > Copy User ID."
_SPOTIFY_ID = re.compile(r"[0-9a-f]{32}")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""What Docker and Podman put into each container, where nothing is reached that listens on 127.0.0.1."""


def examine_settings(settings: Settings) -> Iterator[Diagnosis]:
    """Say what each setting does, and what is wrong with it."""
    yield from _what_is_set(settings)
    yield from _of_discord(settings)
    if settings.spotify_client_id or settings.token_keys:
        yield from _of_keys(settings)
    if settings.spotify_client_id:
        yield from _of_spotify(settings.spotify_client_id)
        yield from _of_redirect(settings)
    yield from _of_proxies(settings)
    yield from _of_health(settings)
    if problem := role_problem(settings):
        yield Diagnosis(
            Severity.PROBLEM,
            f"ROLE is {settings.role}, which {problem}.",
            "Set DATABASE_URL to a PostgreSQL server (docs/scale.md), or ROLE to all.",
        )


def redirect_of(settings: Settings) -> str:
    """Return the address to which Spotify sends people back."""
    if settings.paste_login:
        return PASTE_REDIRECT
    return f"{settings.pages_url}/callback"


def _what_is_set(settings: Settings) -> Iterator[Diagnosis]:
    """Turn what `check-config` says into diagnoses; a setting left out is a choice, half a set is a slip."""
    entries = check_config(settings)
    for entry in entries:
        if entry.unusable:
            continue  # named with its cure below
        what = f"{entry.setting}: {entry.line}"
        if entry.present:
            yield Diagnosis(Severity.FINE, what)
        elif entry.setting == "DISCORD_TOKEN":
            yield Diagnosis(Severity.PROBLEM, what, f"{_BOT_PAGE}; enter it as DISCORD_TOKEN.")
        else:
            yield Diagnosis(Severity.NOTE, what, _NEXT[entry.setting])
    present = {entry.setting for entry in entries if entry.present}
    missing = [setting for setting in _NEEDED_OF_SPOTIFY if setting not in present]
    if missing and not present.isdisjoint(_SPOTIFY):
        yield Diagnosis(
            Severity.WARNING,
            f"Spotify is set up by half: {' and '.join(missing)} missing.",
            f"Set {' and '.join(missing)} in .env (see .env.example), or empty the others too.",
        )


def _of_discord(settings: Settings) -> Iterator[Diagnosis]:
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    if token and not _is_bot_token(token):
        yield Diagnosis(
            Severity.PROBLEM,
            "DISCORD_TOKEN has not the form of a bot's token (three parts with dots between them).",
            f"{_BOT_PAGE}. The client secret is something else.",
        )
    for operator in settings.operator_ids:
        if not _SNOWFLAKE.fullmatch(str(operator)):
            yield Diagnosis(
                Severity.WARNING,
                f"OPERATOR_IDS holds {operator}, which is no id of a Discord user.",
                _USER_ID_PLACE,
            )
    if not settings.operator_ids:
        yield Diagnosis(Severity.NOTE, "OPERATOR_IDS is empty: nobody may use /admin.", _USER_ID_PLACE)
    if settings.discord_public_key and not _PUBLIC_KEY.fullmatch(settings.discord_public_key):
        yield Diagnosis(
            Severity.PROBLEM,
            "DISCORD_PUBLIC_KEY has not the form of a public key (64 characters, 0-9 and a-f).",
            "Developer portal > your application > General Information > Public Key.",
        )


def _of_spotify(client_id: str) -> Iterator[Diagnosis]:
    if not _SPOTIFY_ID.fullmatch(client_id):
        yield Diagnosis(
            Severity.WARNING,
            "SPOTIFY_CLIENT_ID has not the form of a client id (32 characters, 0-9 and a-f).",
            "Spotify developer dashboard > your app > Settings > Client ID.",
        )


def _of_keys(settings: Settings) -> Iterator[Diagnosis]:
    try:
        key_ring(settings)
    except KeyRingError as error:
        yield Diagnosis(
            Severity.PROBLEM,
            f"TOKEN_KEYS can't be used: {error.problem}. A bot with a Spotify app does not start like this.",
            f"Make a key with `{PROGRAM} keys new` and keep a copy of it apart from the backups.",
        )
    else:
        yield Diagnosis(Severity.FINE, "TOKEN_KEYS can be used.")


def _of_redirect(settings: Settings) -> Iterator[Diagnosis]:
    address = redirect_of(settings)
    problem = _problem_of(address)
    if problem:
        yield Diagnosis(
            Severity.PROBLEM,
            f"Spotify refuses {address} as a redirect address: {problem}.",
            "Set PUBLIC_URL to an https address that leads to the login pages, or set PASTE_LOGIN.",
        )
        return
    yield Diagnosis(
        Severity.FINE,
        f"The redirect address is {address}; your Spotify app must list exactly this.",
    )
    if not settings.public_url and not settings.paste_login:
        yield Diagnosis(
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


def _of_proxies(settings: Settings) -> Iterator[Diagnosis]:
    cure = "Set TRUSTED_PROXIES to the address or network of your reverse proxy, as the bot sees it."
    try:
        networks = parse_networks(settings.trusted_proxies)
    except ValueError as error:
        yield Diagnosis(
            Severity.PROBLEM, f"TRUSTED_PROXIES can't be read: {error}. The pages can't be served.", cure
        )
        return
    has_pages = settings.spotify_client_id and not settings.paste_login
    if has_pages and not networks and urlsplit(settings.public_url or "").scheme == "https":
        yield Diagnosis(
            Severity.WARNING,
            "PUBLIC_URL is https, so a proxy stands before the pages, but TRUSTED_PROXIES is empty: all "
            "visitors count as one, and one of them can use up everybody's calls.",
            cure,
        )


def _of_health(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.health_port:
        return
    if holder_of(settings.health_host, settings.health_port) is Holder.OTHER:
        yield Diagnosis(
            Severity.WARNING,
            f"Another program has {settings.health_host}:{settings.health_port}: nobody could watch the bot.",
            "Set HEALTH_PORT to a free port, or to 0 if nobody is to watch.",
        )
    if settings.health_host not in {"127.0.0.1", "::1", "localhost"}:
        what = f"Health and metrics listen on {settings.health_host}, not on this machine alone."
        if any(mark.exists() for mark in _CONTAINER_MARKS):
            yield Diagnosis(
                Severity.NOTE, what, "Publish that port of the container to 127.0.0.1 alone, or not at all."
            )
        else:
            yield Diagnosis(
                Severity.WARNING,
                what,
                "Make sure that a firewall keeps that port from the internet, or set HEALTH_HOST=127.0.0.1.",
            )


def _is_bot_token(token: str) -> bool:
    first, *rest = token.split(".")
    try:
        decoded = base64.b64decode(first + "=" * (-len(first) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(rest) == 2 and decoded.isdigit()
