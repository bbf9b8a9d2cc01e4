"""Settings are read once, never printed, and explained in one line each."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.cli import main
from bot.config import ConfigNote, Settings, check_config, load_settings
from services.sealing import new_key
from tests.conftest import ROOT

SECRET = "hunter2-secret"
FULL = {
    "discord_token": SECRET,
    "discord_client_secret": SECRET,
    "spotify_client_id": "client",
    "spotify_client_secret": SECRET,
    "token_keys": SECRET,
    "public_url": "https://tastemap.example",
    "database_url": f"postgresql+psycopg://tastemap:{SECRET}@db.example/tastemap",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_file_as_it_is_means_the_defaults() -> None:
    example = load_settings(ROOT / ".env.example")
    assert example == Settings(_env_file=None)
    notes = {note.setting: note for note in check_config(example)}
    assert not notes["DISCORD_TOKEN"].present
    assert not notes["DISCORD_CLIENT_SECRET"].present


def test_nothing_is_needed_to_start() -> None:
    settings = load_settings()
    notes = {note.setting: note for note in check_config(settings)}
    assert settings.discord_token is None
    assert not notes["DISCORD_TOKEN"].present
    assert "`demo` and `analyze` work without it" in notes["DISCORD_TOKEN"].line
    assert notes["RECCOBEATS_URL"].present
    assert notes["DATABASE_URL"].present


def test_each_setting_gets_one_line_that_says_what_it_switches() -> None:
    for settings in (Settings(_env_file=None), Settings(_env_file=None, **FULL)):
        notes = check_config(settings)
        assert len({note.setting for note in notes}) == len(notes)
        for note in notes:
            assert "\n" not in note.line
            assert note.setting.lower() in Settings.model_fields
            assert len(note.line) > 2


def test_no_secret_is_ever_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(_env_file=None, **FULL)
    shown = repr(settings) + str(settings) + "".join(note.line for note in check_config(settings))
    # The address of the database is the one setting with a secret inside; it is never shown as a whole.
    assert SECRET not in shown.replace(FULL["database_url"], "")
    for name, value in FULL.items():
        monkeypatch.setenv(name.upper(), value)
    assert main(["check-config"]) == 0
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    assert "tastemap@db.example" in out


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_address_switches_a_source_off(empty: str) -> None:
    notes = {note.setting: note for note in check_config(Settings(_env_file=None, reccobeats_url=empty))}
    assert not notes["RECCOBEATS_URL"].present


def test_any_other_setting_that_is_left_empty_is_as_if_it_were_missing() -> None:
    left = dict.fromkeys(Settings.model_fields.keys() - {"reccobeats_url"}, " ")
    settings = Settings(_env_file=None, **left)
    assert settings == Settings(_env_file=None)
    assert (settings.web_host, settings.health_host) == ("127.0.0.1", "127.0.0.1"), "not every address"


def test_the_file_gives_way_to_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("WORKERS=3\nWEB_PORT=9000\nUNKNOWN=x\n", encoding="utf-8")
    monkeypatch.setenv("WORKERS", "5")
    settings = load_settings(file)
    assert (settings.workers, settings.web_port) == (5, 9000)


def test_settings_cannot_change_while_the_bot_runs() -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None).workers = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"), [("WORKERS", "0"), ("WORKERS", "many"), ("WEB_PORT", "99999"), ("LOG_LEVEL", "LOUD")]
)
def test_an_impossible_setting_is_named_and_costs_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["check-config"]) == 78
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{name}: ")
    assert err.count("\n") == 1


def test_run_without_a_token_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 78
    _, err = capsys.readouterr()
    assert "DISCORD_TOKEN is missing" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "values", "words"),
    [
        ("PUBLIC_URL", {"public_url": "https://map.example/"}, "register https://map.example/callback"),
        ("PUBLIC_URL", {"public_url": "http://map.example"}, "neither https nor this machine"),
        ("PUBLIC_URL", {"public_url": "http://127.0.0.1:8080"}, "register http://127.0.0.1:8080/callback"),
        ("PUBLIC_URL", {}, "only on this machine (http://127.0.0.1:8080)"),
        ("PUBLIC_URL", {"web_host": "0.0.0.0"}, "only on this machine (http://127.0.0.1:8080)"),
        ("PUBLIC_URL", {"web_host": "::"}, "only on this machine (http://[::1]:8080)"),
        ("PASTE_LOGIN", {"paste_login": True}, "no pages are served"),
        ("TRUSTED_PROXIES", {"trusted_proxies": "10.0.0.0/8, ::1"}, "believed from 10.0.0.0/8, ::1"),
        ("TRUSTED_PROXIES", {"trusted_proxies": "proxy.local"}, "neither an address nor a network"),
        ("SPOTIFY_CLIENT_SECRET", {}, "PKCE"),
    ],
)
def test_says_what_the_settings_of_the_login_mean(setting: str, values: dict[str, Any], words: str) -> None:
    notes = {note.setting: note for note in check_config(Settings(_env_file=None, **values))}
    assert words in notes[setting].line


def test_says_who_has_the_port_of_the_health_pages() -> None:
    def note(port: int) -> ConfigNote:
        noted = check_config(Settings(_env_file=None, health_port=port))
        return next(each for each in noted if each.setting == "HEALTH_PORT")

    class Alive(BaseHTTPRequestHandler):
        said = b"alive\n"

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.said)

        def log_message(self, *_arguments: object) -> None:
            pass

    assert not note(0).present
    with ThreadingHTTPServer(("127.0.0.1", 0), Alive) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert note(server.server_port).line.endswith("by a running Tastemap")
        Alive.said = b"It works!"
        assert note(server.server_port).unusable
        server.shutdown()
        port = server.server_port
    assert note(port).line == f"health and metrics at http://127.0.0.1:{port}"


def test_names_what_is_wrong_with_the_keys(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_KEYS", "not-a-key")
    assert main(["check-config"]) == 0
    assert "!!  TOKEN_KEYS: unusable: key 1 is not 32 bytes" in capsys.readouterr().out
    monkeypatch.setenv("TOKEN_KEYS", new_key())
    assert main(["check-config"]) == 0
    assert "ok  TOKEN_KEYS: set" in capsys.readouterr().out
