"""Walls that import-linter (`make lint`) does not see."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.app import build
from bot.config import Settings
from services.domain.jobs import _TYPES
from services.domain.requests import JobKind
from tests.conftest import ROOT
from tests.depth import at_night


def test_the_gateway_process_never_imports_the_heavy_libraries() -> None:
    script = (
        "import sys, bot.app, bot.commands.run, services.workflows.tasks\n"
        "print(sorted({'sklearn', 'matplotlib', 'scipy', 'numpy', 'pandas', 'alembic'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@at_night
def test_a_worker_starts_without_what_most_work_never_needs() -> None:
    script = (
        "import importlib, sys\nfrom services.workflows.tasks import PRELOAD, PRELOAD_OF_A_BOT\n"
        "for names in (PRELOAD, PRELOAD_OF_A_BOT):\n"
        "    [importlib.import_module(name) for name in names]\n"
        "    print(sorted({'sklearn', 'scipy', 'discord', 'sqlalchemy', 'soundfile'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == ["[]", "['scipy', 'sklearn']"]


async def test_every_kind_of_work_can_be_asked_for_done_and_shown(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with build(settings) as app, app.new_bot() as bot:
        assert set(bot.performer.kinds) == set(JobKind) == set(_TYPES)


def test_no_tracked_file_names_a_package_registry_or_a_lock_of_one() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        return
    names = tracked.stdout.split()
    assert not {"uv.lock", "poetry.lock", "package-lock.json", "Pipfile.lock", "pylock.toml"} & set(names)
    for name in names:
        if name.startswith("requirements"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert "://" not in text
            assert "--hash=sha256:" in text


Calls = set[tuple[str, str]]


def _annotated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """Name the types of arguments that are annotated with one class, or with one class or None."""
    args = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    types = {}
    for each in args:
        names = [node.id for node in ast.walk(each.annotation or ast.Pass()) if isinstance(node, ast.Name)]
        if len(names) == 1:
            types[each.arg] = names[0]
    return types


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def long_methods(source: str) -> Calls:
    """List the methods that report progress, by class: what does that takes long."""
    return {
        (node.name, method.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.AsyncFunctionDef) and "OnProgress" in _annotated(method).values()
    }


def calls_of(source: str) -> Calls:
    """List what is called of what was handed in, as class and method."""
    tree = ast.parse(source)
    types = {name: kind for function in _functions(tree) for name, kind in _annotated(function).items()}
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = getattr(owner, "attr", getattr(owner, "id", "")).lstrip("_")
            if name in types:
                called.add((types[name], node.attr))
    return called


def _sources(room: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / room).rglob("*.py"))]


def test_a_command_accepts_long_work_and_does_none() -> None:
    takes_long = set().union(*map(long_methods, _sources("services/workflows")))
    called = set().union(*map(calls_of, _sources("cogs/commands")))
    assert ("AnalyzeWorkflow", "analyze") in takes_long
    assert ("PlaylistReader", "look_at") in called
    assert takes_long & called == set()


def test_a_command_that_does_long_work_would_be_found() -> None:
    workflow = (
        "class W:\n    async def run(self, say: OnProgress = quiet): ...\n    async def look(self): ..."
    )
    command = (
        "class C:\n    def __init__(self, *, flow: W | None): self._flow = flow\n"
        "    async def f(self): await self._flow.run()"
    )
    assert long_methods(workflow) & calls_of(command) == {("W", "run")}


def test_the_domain_needs_the_standard_library_alone() -> None:
    imported = {
        name.partition(".")[0]
        for source in _sources("services/domain")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [each.name for each in node.names] if isinstance(node, ast.Import) else [str(node.module)]
        )
        if not name.startswith("services.domain")
    }
    assert imported - sys.stdlib_module_names == set()


@at_night
def test_commands_and_work_call_each_other_one_way() -> None:
    # What a command asks for runs in other tasks, so a call back would stand in its way of reading the code.
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.paths"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "/analyze playlist:" in result.stdout
    both_ways = [line for line in result.stdout.splitlines() if "both ways" in line]
    assert [line for line in both_ways if "cogs/" in line] == []


_HOOKS = {
    "setup_hook",
    "on_interaction",
    "interaction_check",
    "handle_error",
    "process_bind_param",
    "process_result_value",
    "cog_load",
    "cog_unload",
    "from_custom_id",
}
"""Methods that discord.py, aiohttp and SQLAlchemy look for by their names."""
_PLAIN = ("staticmethod", "classmethod", "property", "contextmanager", "asynccontextmanager", "lru_cache")
"""Decorators that call nothing by themselves; a function under another one is in the hands of a framework."""


def _names(file: Path) -> Iterator[str]:
    """Yield what a file defines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if all(ast.unparse(each).startswith(_PLAIN) for each in node.decorator_list):
                    yield name
            case ast.ClassDef(name=name):
                yield name
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def test_nothing_in_the_rooms_is_there_for_tests_alone() -> None:
    files = [file for room in ("bot", "cogs", "services") for file in (ROOT / room).rglob("*.py")]
    words = Counter(word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8")))
    defined = [
        (name, file)
        for file in files
        if "versions" not in file.parts  # of migrations: alembic calls them
        for name in _names(file)
        if name not in _HOOKS and not name.startswith("__")
    ]
    times = Counter(name for name, _ in defined)  # several stores may define what nobody calls
    unused = {f"{file.relative_to(ROOT)}: {name}" for name, file in defined if words[name] <= times[name]}
    assert unused == set()


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    files = [file for room in ("bot", "cogs", "services", "tests") for file in (ROOT / room).rglob("*.py")]
    lines = {file: file.read_text(encoding="utf-8").count("\n") for file in files}
    assert not {f"{file.relative_to(ROOT)}: {count}" for file, count in lines.items() if count > 400}
