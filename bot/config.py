"""Settings: read once from the environment or an `.env` file, in `bot.cli`, and nowhere else."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.ports import ANYWHERE, Holder, holder_of
from bot.process import Role, parse_shards
from bot.secret_files import named_files, read_secrets
from services.domain.errors.sources import KeyRingError
from services.domain.installation import PROGRAM
from services.sealing import KeyRing


def _by_comma(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


ENV_FILE = Path(".env")
"""Read from the folder in which a command is started."""

UserIds = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_by_comma)]
"""Ids of Discord users, separated by commas in the environment."""
_EMPTY_IS_OFF = "empty is off"
OrOff = Annotated[str, _EMPTY_IS_OFF]
"""A setting that is switched off by being left empty, where others are as if they were missing."""


class Settings(BaseSettings):
    """What an operator can set. Every field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file_encoding="utf-8")

    discord_token: SecretStr | None = Field(
        None, description="Token of the bot, from Discord's developer portal."
    )
    discord_client_secret: SecretStr | None = Field(
        None, description="Client secret of the Discord application: lets the login page check who opened it."
    )
    spotify_client_id: str | None = Field(None, description="Client ID of your Spotify app.")
    spotify_client_secret: SecretStr | None = Field(None, description="Client secret of your Spotify app.")
    token_keys: SecretStr | None = Field(
        None, description="Keys that encrypt stored tokens, newest first, comma-separated."
    )
    public_url: str | None = Field(
        None, description="Address under which people reach the login pages, with https."
    )
    web_host: str = Field("127.0.0.1", description="Address that the login pages listen on.")
    web_port: int = Field(8080, ge=0, le=65535, description="Port that the login pages listen on.")
    trusted_proxies: str = Field(
        "", description="Networks of your reverse proxies, whose X-Forwarded-For is believed."
    )
    paste_login: bool = Field(
        False,
        description="Log in without pages, by pasting an address into Discord, where no page can be reached.",
    )
    spotify_seats: int = Field(5, ge=1, description="People that your Spotify app may serve.")
    spotify_daily_calls: int = Field(
        500, ge=10, description="Calls to Spotify in 24 hours, over all people, before we stop by ourselves."
    )
    database_url: str = Field(
        "sqlite+aiosqlite:///data/tastemap.db",
        description="Where results are kept: a SQLite file, or postgresql+psycopg://user@host/name.",
    )
    database_connections: int = Field(
        5, ge=2, le=50, description="Connections that one process keeps to a PostgreSQL server."
    )
    discord_public_key: str | None = Field(
        None, description="Public key of the Discord application, to take its signed commands at PUBLIC_URL."
    )
    discord_api_url: str = Field(
        "https://discord.com/api/v10", description="Address of Discord's API, or of a proxy before it."
    )
    shards: str | None = Field(
        None, description="Share of a gateway: 0-15/64, or any 16/64 for free ones. Empty for all of them."
    )
    role: Role = Field(
        Role.ALL, description="What this process does: all, or gateway, web or worker beside others."
    )
    reccobeats_url: OrOff = Field(
        "https://api.reccobeats.com/v1", description="Address of ReccoBeats. Empty switches it off."
    )
    reccobeats_clips: bool = Field(
        True,
        description="Offer to send clips of people's own sound to ReccoBeats, after a press each time.",
    )
    listenbrainz_url: str = Field(
        "", description="Address of ListenBrainz: names become recordings, people's public lists can be read."
    )
    listenbrainz_labs_url: str = Field(
        "", description="Address of ListenBrainz' labs host, which finds Spotify ids by name."
    )
    musicbrainz_tags: bool = Field(
        True,
        description="Take genres of MusicBrainz along with names (CC BY-NC-SA: no commercial use).",
    )
    reccobeats_search: bool = Field(
        False,
        description="Look for titles at ReccoBeats where nothing else finds a track; needs its address.",
    )
    lastfm_url: str = Field("https://ws.audioscrobbler.com/2.0/", description="Address of Last.fm.")
    lastfm_api_key: SecretStr | None = Field(
        None, description="Key of Last.fm's API, with which people can name their account there."
    )
    spotify_api_url: str = Field("https://api.spotify.com/v1", description="Address of Spotify's Web API.")
    spotify_accounts_url: str = Field(
        "https://accounts.spotify.com", description="Address of Spotify's login."
    )
    spotify_audio_features: bool = Field(
        False, description="Try Spotify's own audio features, which are closed to nearly every app."
    )
    contact_url: str | None = Field(
        None, description="Page or address that the User-Agent names, so that a service can reach you."
    )
    privacy_url: str | None = Field(None, description="Address of your privacy policy, for /privacy.")
    workers: int = Field(2, ge=1, le=16, description="Worker processes for analysis and drawing.")
    report_days: int = Field(30, ge=1, le=365, description="Days for which results are kept.")
    operator_ids: UserIds = Field(
        (), description="Discord ids of those who may use /admin, separated by commas."
    )
    health_host: str = Field("127.0.0.1", description="Address of /healthz, /readyz and /metrics.")
    health_port: int = Field(8081, ge=0, le=65535, description="Their port; 0 switches them off.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON for programs.")

    @field_validator("shards")
    @classmethod
    def _shards(cls, value: str | None) -> str | None:
        if value is not None:
            parse_shards(value)
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _left_empty(cls, value: object, info: ValidationInfo) -> object:
        """Take a setting that is left empty, as in `.env.example`, for one that is missing.

        An empty host above all would be every address of the machine.
        """
        if not isinstance(value, str) or value.strip():
            return value
        field = cls.model_fields[info.field_name or ""]
        return "" if _EMPTY_IS_OFF in field.metadata else field.default

    @property
    def discord_token_text(self) -> str | None:
        """The token in the clear, for whoever connects, or makes keys of it."""
        return self.discord_token.get_secret_value() if self.discord_token else None

    @property
    def pages_url(self) -> str:
        """Where people reach the login pages, without a slash at the end."""
        host = ANYWHERE.get(self.web_host, self.web_host)
        host = f"[{host}]" if ":" in host else host
        return (self.public_url or f"http://{host}:{self.web_port}").rstrip("/")

    def secrets(self) -> tuple[str, ...]:
        """List every secret value, for whoever has to keep them out of something."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


FROM_FILES = (
    "discord_token",
    "discord_client_secret",
    "spotify_client_secret",
    "token_keys",
    "lastfm_api_key",
    "database_url",
)
"""Settings that may hold a secret: each may also be the content of the file that NAME_FILE names."""


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the settings.

    Raises
    ------
    pydantic.ValidationError
        A value is not what it should be; the error names it.
    SecretFileError
        A file that should hold a secret does not.
    """
    secrets: dict[str, Any] = dict(read_secrets(named_files(FROM_FILES, env_file)))
    return Settings(_env_file=env_file, **secrets)


@dataclass(frozen=True, slots=True)
class ConfigNote:
    """One line of `check-config`."""

    setting: str
    present: bool
    line: str
    unusable: bool = False
    """Whether this value is no good."""


def _switch(setting: str, is_on: bool, on: str, off: str) -> ConfigNote:
    return ConfigNote(setting, is_on, on if is_on else off)


def check_config(settings: Settings) -> tuple[ConfigNote, ...]:
    """Say what each optional setting switches on or off, one line each."""
    return (
        _switch(
            "DISCORD_TOKEN",
            settings.discord_token is not None,
            "the bot can connect to Discord",
            "missing: `run` can't connect to Discord (`demo` and `analyze` work without it)",
        ),
        _switch(
            "SPOTIFY_CLIENT_ID",
            bool(settings.spotify_client_id),
            f"set: up to {settings.spotify_seats} people can connect Spotify",
            "missing: people can't connect Spotify; uploaded files work",
        ),
        _switch(
            "SPOTIFY_CLIENT_SECRET",
            settings.spotify_client_secret is not None,
            "set",
            "missing: logins go by PKCE alone, which is enough for an app without a secret",
        ),
        _switch(
            "DISCORD_CLIENT_SECRET",
            settings.discord_client_secret is not None,
            "set: the login page checks the Discord account itself",
            "missing: a login is confirmed with a code in Discord instead",
        ),
        _keys_note(settings),
        ConfigNote("PUBLIC_URL", bool(settings.public_url), _pages_line(settings)),
        _switch(
            "PASTE_LOGIN",
            settings.paste_login,
            "on: no pages are served, people paste the address that their browser ended at",
            "off: people log in through the pages",
        ),
        _proxies_note(settings),
        _switch(
            "RECCOBEATS_URL",
            bool(settings.reccobeats_url),
            f"features are fetched from {settings.reccobeats_url}",
            "empty: features come from files, the cache and estimation only",
        ),
        *_name_notes(settings),
        ConfigNote(
            "RECCOBEATS_CLIPS",
            settings.reccobeats_clips,
            "on: people may send clips of their own sound to ReccoBeats, each time with a press"
            if settings.reccobeats_clips and settings.reccobeats_url
            else "off: no sound ever leaves this machine",
        ),
        _health_note(settings),
        ConfigNote("DATABASE_URL", True, f"results are kept in {_without_password(settings.database_url)}"),
        _role_note(settings),
        _public_key_note(settings),
    )


def _name_notes(settings: Settings) -> tuple[ConfigNote, ...]:
    """Say what becomes of lists that hold names and no ids."""
    return (
        _switch(
            "LISTENBRAINZ_LABS_URL",
            bool(settings.listenbrainz_labs_url),
            f"tracks without ids are found by name at {settings.listenbrainz_labs_url}, which gets titles, "
            "artists and albums",
            "empty: lists of names (Apple Music, YouTube, DJ programs) get no measured features",
        ),
        _switch(
            "LISTENBRAINZ_URL",
            bool(settings.listenbrainz_url),
            f"lengths, ISRCs and people's public lists come from {settings.listenbrainz_url}",
            "empty: `from: listenbrainz:NAME` can't be read, and fewer names are found",
        ),
        _switch(
            "MUSICBRAINZ_TAGS",
            settings.musicbrainz_tags,
            "on: genres of MusicBrainz come with names; their licence (CC BY-NC-SA) forbids commercial use",
            "off: no genres are taken from MusicBrainz",
        ),
        _switch(
            "RECCOBEATS_SEARCH",
            settings.reccobeats_search,
            "on: titles that nothing else finds are sent to ReccoBeats, 20 of a list at most",
            "off: no title is sent to ReccoBeats",
        ),
        _switch(
            "LASTFM_API_KEY",
            settings.lastfm_api_key is not None,
            "set: people can name their Last.fm account (`from: lastfm:NAME`)",
            "missing: `from: lastfm:NAME` can't be read; a key is free at last.fm/api",
        ),
    )


def _keys_note(settings: Settings) -> ConfigNote:
    if settings.token_keys is None:
        line = "missing: no Spotify token can be stored, so nobody can connect Spotify"
        return ConfigNote("TOKEN_KEYS", False, line)
    try:
        KeyRing.parse(settings.token_keys.get_secret_value())
    except KeyRingError as error:
        line = f"unusable: {error.problem}; nobody can connect Spotify (`{PROGRAM} keys new` makes a key)"
        return ConfigNote("TOKEN_KEYS", True, line, unusable=True)
    return ConfigNote("TOKEN_KEYS", True, "set")


def _pages_line(settings: Settings) -> str:
    if not settings.public_url:
        return f"missing: login pages only on this machine ({settings.pages_url})"
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1"}:
        return f"{settings.public_url} is neither https nor this machine: Spotify refuses it as a redirect"
    address = settings.pages_url
    return f"login pages at {address}; register {address}/callback as redirect address at Spotify"


def _proxies_note(settings: Settings) -> ConfigNote:
    networks = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    if not networks:
        line = "empty: X-Forwarded-For is not believed; behind a proxy all visitors count as one"
        return ConfigNote("TRUSTED_PROXIES", False, line)
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            line = f"{network!r} is neither an address nor a network: the pages can't be served"
            return ConfigNote("TRUSTED_PROXIES", True, line, unusable=True)
    return ConfigNote("TRUSTED_PROXIES", True, f"X-Forwarded-For is believed from {', '.join(networks)}")


def _health_note(settings: Settings) -> ConfigNote:
    if not settings.health_port:
        return ConfigNote("HEALTH_PORT", False, "0: nobody can ask how the bot is")
    where = f"{settings.health_host}:{settings.health_port}"
    holder = holder_of(settings.health_host, settings.health_port)
    if holder is Holder.OTHER:
        line = f"{where} is taken by {holder}: the bot would run, but nobody could watch it"
        return ConfigNote("HEALTH_PORT", True, line, unusable=True)
    line = f"health and metrics at http://{where}"
    return ConfigNote("HEALTH_PORT", True, f"{line}, by {holder}" if holder is Holder.TASTEMAP else line)


def role_problem(settings: Settings) -> str | None:
    """Say why a process of this role can't run with these settings; None where it can."""
    if settings.role.is_one_of_many and not settings.database_url.startswith("postgres"):
        return "needs PostgreSQL: processes that share the work meet there, and a file has one bot"
    if settings.shards and not settings.role.is_one_of_many:
        return "connects all shards: SHARDS belongs to gateways that stand beside each other"
    return None


def _public_key_note(settings: Settings) -> ConfigNote:
    if settings.discord_public_key is None:
        line = "missing: commands arrive over the gateway alone"
        if settings.role is Role.WEB:
            line = "missing: this process serves the login pages alone, and no command arrives here"
        return ConfigNote("DISCORD_PUBLIC_KEY", False, line)
    if not re.fullmatch("[0-9a-fA-F]{64}", settings.discord_public_key):
        line = "unusable: it has 64 hexadecimal digits (General Information in the developer portal)"
        return ConfigNote("DISCORD_PUBLIC_KEY", True, line, unusable=True)
    line = f"set: Discord may send commands to {settings.pages_url}/interactions"
    return ConfigNote("DISCORD_PUBLIC_KEY", True, line)


def _role_note(settings: Settings) -> ConfigNote:
    problem = role_problem(settings)
    line = f"{settings.role}: {problem or settings.role.explained}"
    return ConfigNote("ROLE", True, line, unusable=problem is not None)


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    if not at:
        return url
    scheme, slashes, user = head.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}@{tail}"
