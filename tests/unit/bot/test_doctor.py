"""The doctor's diagnoses about settings, and what services say of them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import doctor as of_settings
from bot.commands.doctor import examine_online
from bot.config import Settings
from bot.doctor import _fonts, _order_of_letters, examine_settings
from services.charts.lettering import undrawable_scripts
from services.sealing import new_key
from services.storage.doctor import Severity

SPOTIFY = {"spotify_client_id": "0123456789abcdef" * 2, "spotify_client_secret": "invented-secret"}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **{"token_keys": new_key(), **values})


@pytest.mark.parametrize(
    ("values", "severity", "words"),
    [
        ({}, "problem", "DISCORD_TOKEN: missing: `run` can't connect"),
        ({"discord_public_key": "12"}, "problem", "DISCORD_PUBLIC_KEY has not the form"),
        ({"discord_token": "a-client-secret"}, "problem", "DISCORD_TOKEN has not the form"),
        ({"operator_ids": "12"}, "warning", "OPERATOR_IDS holds 12"),
        ({**SPOTIFY, "token_keys": "short"}, "problem", "TOKEN_KEYS can't be used: key 1"),
        ({**SPOTIFY, "spotify_client_id": "me"}, "warning", "SPOTIFY_CLIENT_ID has not the form"),
        ({**SPOTIFY, "public_url": "http://t.example"}, "problem", "http is allowed for 127.0.0.1 and [::1]"),
        ({**SPOTIFY, "public_url": "http://localhost:8080"}, "problem", "localhost is not allowed"),
        ({**SPOTIFY, "public_url": "t.example"}, "problem", "it names no host"),
        ({**SPOTIFY, "public_url": "https://t.example/"}, "fine", "is https://t.example/callback;"),
        ({**SPOTIFY, "paste_login": True}, "fine", "is http://127.0.0.1:8888/callback;"),
        (SPOTIFY, "warning", "PUBLIC_URL is missing"),
        ({**SPOTIFY, "public_url": "https://t.example"}, "warning", "TRUSTED_PROXIES is empty"),
        ({"trusted_proxies": "proxy.local"}, "problem", "TRUSTED_PROXIES can't be read: 'proxy.local'"),
        ({"health_port": 0}, "note", "HEALTH_PORT: 0: nobody can ask"),
    ],
)
def test_names_what_is_wrong_with_the_settings(values: dict[str, Any], severity: str, words: str) -> None:
    diagnoses = [each for each in examine_settings(settings(**values)) if words in each.what]
    assert [each.severity for each in diagnoses] == [Severity(severity)]
    if severity != "fine":
        assert diagnoses[0].cure
    assert "invented-secret" not in str(diagnoses)


@pytest.mark.parametrize("switched_on", [False, True])
def test_each_line_that_is_not_fine_says_what_to_do_next(switched_on: bool) -> None:
    few = Settings(_env_file=None, **dict.fromkeys(("reccobeats_url", "lastfm_url"), ""), health_port=0)
    many = settings(**SPOTIFY, discord_token="no", discord_public_key="no", shards="0-1/2", role="web")
    found = [each for each in examine_settings(many if switched_on else few) if each.severity != "fine"]
    assert len(found) > 5
    assert not [each.what for each in found if not each.cure.endswith((".", "elsewhere"))]


def test_scripts_that_no_font_draws_are_named_with_the_fonts_that_do() -> None:
    assert _fonts(()).severity is Severity.FINE
    diagnosis = _fonts(("Chinese", "Thai"))
    assert "No font draws Chinese, Thai: charts name a track" in diagnosis.what
    assert "fonts-noto-cjk fonts-noto-core" in diagnosis.cure
    assert not {"Greek", "Cyrillic", "Arabic", "Hebrew"} & set(undrawable_scripts()), "DejaVu Sans has them"


def test_letters_that_cannot_be_put_in_order_are_named_with_what_does_it() -> None:
    diagnosis = _order_of_letters(("Arabic", "Hebrew"))
    assert diagnosis.severity is Severity.NOTE
    assert "FriBiDi is not installed, so Arabic, Hebrew can't be written" in diagnosis.what
    assert "libfribidi0" in diagnosis.cure


def test_where_health_listens_in_a_container_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[Severity]:
        diagnoses = examine_settings(settings(health_host="0.0.0.0"))
        return [each.severity for each in diagnoses if "metrics listen on" in each.what]

    mark = tmp_path / ".dockerenv"
    monkeypatch.setattr(of_settings, "_CONTAINER_MARKS", (mark,))
    assert found() == [Severity.WARNING]
    mark.touch()
    assert found() == [Severity.NOTE]


def test_a_port_that_another_program_has_is_named_before_the_bot_runs_unwatched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        threading.Thread(target=hang_up_once, args=(other,), daemon=True).start()
        (diagnosis,) = (
            each for each in examine_settings(settings(health_port=port)) if "Another" in each.what
        )
        assert diagnosis.severity is Severity.WARNING
        assert f"127.0.0.1:{port}: nobody could watch" in diagnosis.what
    assert not [each for each in examine_settings(settings(health_port=port)) if "Another" in each.what]


def hang_up_once(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            listening.accept()[0].close()


def test_a_whole_set_of_settings_is_fine() -> None:
    whole = settings(
        **SPOTIFY,
        discord_token=f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{'x' * 38}",
        public_url="https://t.example",
        trusted_proxies="10.0.0.0/8",
        operator_ids="123456789012345678",
    )
    assert {each.severity for each in examine_settings(whole)} <= {Severity.FINE, Severity.NOTE}


@pytest.fixture
async def services(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """Discord, Spotify and ReccoBeats in one, with the status that each answers."""
    said: dict[str, Any] = {"discord": 200, "spotify": 200, "reccobeats": 400, "at": NOW}

    def answer(who: str) -> Any:
        async def handler(_request: web.Request) -> web.Response:
            date = f"{said['at']:%a, %d %b %Y %H:%M:%S} GMT"
            return web.json_response({}, status=said[who], headers={"Date": date})

        return handler

    app = web.Application()
    app.router.add_get("/discord/users/@me", answer("discord"))
    app.router.add_post("/api/token", answer("spotify"))
    app.router.add_get("/audio-features", answer("reccobeats"))
    async with TestServer(app) as server:
        base = str(server.make_url("/")).rstrip("/")
        monkeypatch.setattr(discord.http.Route, "BASE", f"{base}/discord")
        said["settings"] = settings(
            **SPOTIFY, discord_token="x" * 40, spotify_accounts_url=base, reccobeats_url=base
        )
        yield said


async def test_all_is_well_when_everybody_takes_the_settings(services: dict[str, Any]) -> None:
    found = [each async for each in examine_online(services["settings"], now=NOW)]
    assert [each.severity for each in found] == [Severity.FINE] * 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"discord": 401}, "Discord refuses DISCORD_TOKEN"),
        ({"discord": 503}, "Discord answered HTTP 503"),
        ({"spotify": 400}, "Spotify refuses SPOTIFY_CLIENT_ID"),
        ({"reccobeats": 403}, "ReccoBeats turns us away"),
        ({"at": NOW + timedelta(minutes=7)}, "off by 420 s"),
    ],
)
async def test_says_what_a_service_does_not_take(
    services: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    services.update(change)
    found = [each async for each in examine_online(services["settings"], now=NOW)]
    (bad,) = (each for each in found if each.severity is not Severity.FINE)
    assert words in bad.what
    assert bad.cure


async def test_says_who_can_not_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9")
    nobody = settings(
        **SPOTIFY,
        discord_token="x" * 40,
        spotify_accounts_url="http://127.0.0.1:9",
        reccobeats_url="http://127.0.0.1:9",
    )
    found = [each async for each in examine_online(nobody, now=NOW)]
    assert [each.what.partition(" can't be reached")[0] for each in found] == [
        "Discord",
        "Spotify",
        "ReccoBeats",
    ]
