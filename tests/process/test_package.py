"""The package: a wheel that holds all that it needs, and a command that runs anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import bot
from bot.__main__ import cure_for
from bot.config import Settings
from sandbox.playlists import PLAYLISTS
from services.domain.installation import install, started_as
from tests.conftest import ROOT
from tests.depth import at_night

ROOMS = ("bot", "cogs", "services", "sandbox")
_DEADLINE_S = 120
_DOWNLOADS_S = 900


def environment(**more: str) -> dict[str, str]:
    """This one without settings of ours and without a way to the checkout."""
    ours = {*(name.upper() for name in Settings.model_fields), "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    return {**kept, "RECCOBEATS_URL": "", "COLUMNS": "200", **more}


def run(command: Sequence[str | Path], folder: Path, *, deadline_s: float = _DEADLINE_S, **more: str) -> str:
    """Run a command in a folder, and return what it printed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout by the build backend itself, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    (built,) = folder.glob("*.whl")
    return built


def use(command: Sequence[str | Path], folder: Path, **more: str) -> None:
    """Do with an installed Tastemap what needs its tables, templates, migrations and pictures."""
    version = run([*command, "--version"], folder, **more)
    assert version == f"tastemap {bot.__version__}\n"
    playlist = folder / "list.csv"
    playlist.write_bytes(PLAYLISTS[0].path.read_bytes())
    said = run([*command, "analyze", playlist, "--offline"], folder, **more)
    assert "All 96 tracks from the file." in said
    assert not (folder / "data").exists(), "an analysis keeps nothing"
    assert "are up to date: new" in run([*command, "migrate"], folder, **more)
    token = f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{'x' * 38}"
    examined = run([*command, "doctor"], folder, DISCORD_TOKEN=token, **more)
    assert "is sound" in examined
    assert "Run `tastemap backup`" in examined, "a sentence names the command that was typed"


def test_a_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert set(tracked) <= packed
    assert {name.partition("/")[0] for name in packed} == {*ROOMS, f"tastemap-{bot.__version__}.dist-info"}


@at_night
def test_an_installed_tastemap_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    library, folder = tmp_path / "library", tmp_path / "elsewhere"
    folder.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*pip, "--target", library, wheel], tmp_path)
    use([library / "bin" / "tastemap"], folder, PYTHONPATH=str(library))


@at_night
@pytest.mark.timeout(1_200)
def test_a_bare_environment_needs_nothing_but_the_wheel(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=True)
    pip = [tmp_path / "bare" / "bin" / "pip", "install", "--quiet", "--no-compile"]
    run([*pip, f"{wheel}[demo]"], tmp_path, deadline_s=_DOWNLOADS_S)
    command = tmp_path / "bare" / "bin" / "tastemap"
    use([command], tmp_path)
    demo = subprocess.Popen(
        [command, "demo"],
        cwd=tmp_path,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    with demo:
        assert any("Open this page" in line for line in demo.stdout)
        demo.send_signal(signal.SIGINT)


def test_without_packages_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    for arguments, code, said in (
        (["analyze", "list.csv"], 78, "Tastemap needs the package "),
        (["--version"], 0, f"tastemap {bot.__version__}"),
    ):
        done = subprocess.run(
            [sys.executable, "-S", "-m", "bot", *arguments],
            cwd=ROOT,
            env=environment(PYTHONNOUSERSITE="1"),
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        assert done.returncode == code
        assert (done.stdout + done.stderr).startswith(said)
        assert (done.stdout + done.stderr).count("\n") == 1


@pytest.mark.parametrize(
    ("missing", "cure"),
    [
        ("pydantic", "`make demo`, which installs all that it needs in .venv, or `python -m pip install .`"),
        ("simcord", "`python -m pip install '.[demo]'`"),
        ("psycopg", "here: run `python -m pip install '.[postgres]'`"),
        ("playwright", "here: run `python -m pip install '.[pictures]'` in a virtual environment"),
    ],
)
def test_what_is_missing_is_named_with_its_cure(missing: str, cure: str) -> None:
    assert f"package {missing}, which is not installed here" in cure_for(missing)
    assert cure in cure_for(missing)


def test_sentences_name_the_command_that_was_typed() -> None:
    assert started_as("/home/mika/.local/bin/tastemap") == "tastemap"
    assert started_as("C:\\Scripts\\tastemap.exe".replace("\\", "/")) == "tastemap"
    assert started_as("/srv/tastemap/bot/__main__.py") == "python -m bot"
    there = install(
        "postgres", program="tastemap", python="/home/mika/env/bin/python", prefix="/home/mika/env"
    )
    assert there == "/home/mika/env/bin/python -m pip install 'tastemap[postgres]'"


@pytest.mark.parametrize(
    ("mark", "command"),
    [
        ("pipx_metadata.json", "pipx runpip tastemap install 'tastemap[demo]'"),
        ("uv-receipt.toml", "uv pip install --python /x/python 'tastemap[demo]'"),
    ],
)
def test_an_environment_without_a_pip_is_completed_by_what_made_it(
    mark: str, command: str, tmp_path: Path
) -> None:
    (tmp_path / "tastemap").mkdir()
    (tmp_path / "tastemap" / mark).touch()
    said = install("demo", program="tastemap", python="/x/python", prefix=str(tmp_path / "tastemap"))
    assert said == command
