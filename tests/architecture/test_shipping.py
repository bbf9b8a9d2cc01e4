"""What ships agrees with the code: the image holds every room, and the exit codes mean the same."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.cli import EXIT_CONFIG, EXIT_DATA
from bot.config import FROM_FILES, Settings
from bot.lifetime import DRAIN_S
from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "tastemap.service").read_text(encoding="utf-8")


def test_the_image_holds_every_room_that_runs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = set(project["tool"]["importlinter"]["root_packages"])
    assert set(re.findall(r"^COPY (\w+) /app/", DOCKERFILE, re.MULTILINE)) == rooms
    context = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("!") for line in context if line.startswith("!")} == rooms | {
        "requirements.txt"
    }


def test_the_image_installs_nothing_without_a_hash_and_runs_as_nobody_special() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "USER 10001:10001" in DOCKERFILE
    assert 'ENTRYPOINT ["python", "-m", "bot"]' in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE
    assert "VOLUME /data" in DOCKERFILE
    assert f"EXPOSE {Settings.model_fields['web_port'].default}" in DOCKERFILE


@pytest.mark.parametrize(
    "grace_s",
    [
        float(re.findall(r"stop_grace_period: (\d+)s", COMPOSE)[0]),
        float(re.findall(r"TimeoutStopSec=(\d+)", UNIT)[0]),
    ],
    ids=["compose", "systemd"],
)
def test_whoever_stops_the_bot_waits_for_its_work(grace_s: float) -> None:
    assert grace_s >= DRAIN_S + 5


def test_the_unit_does_not_start_again_what_needs_a_person() -> None:
    assert f"RestartPreventExitStatus={EXIT_DATA} {EXIT_CONFIG}\n" in UNIT


def test_the_unit_names_only_settings_that_exist() -> None:
    known = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in FROM_FILES}
    named = set(re.findall(r"\b([A-Z][A-Z_]+)=", UNIT)) - {"MPLCONFIGDIR"}
    assert named <= known
