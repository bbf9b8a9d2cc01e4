"""Prose is guarded: errors have sentences, settings are explained, commands are in the README."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
from pathlib import Path

import discord
import pytest

import services.domain.errors as errors_package
from bot.app import build
from bot.cli import parser
from bot.config import Settings
from cogs.sentences import UNEXPECTED, sentence
from services.domain.errors import TastemapError
from tests.conftest import ROOT


def concrete_errors() -> list[type[TastemapError]]:
    for module in pkgutil.iter_modules(errors_package.__path__):
        importlib.import_module(f"{errors_package.__name__}.{module.name}")

    def below(kind: type[TastemapError]) -> list[type[TastemapError]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    concrete = {
        kind
        for kind in below(TastemapError)
        if "__dataclass_fields__" in vars(kind)
        or (kind.__init__ is not Exception.__init__ and not kind.__subclasses__())
    }
    # Sorted: the order of subclasses is that of their imports, and every test process imports in its own.
    return sorted(concrete, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", concrete_errors(), ids=lambda kind: kind.__name__)
def test_every_error_class_has_a_sentence_of_its_own(kind: type[TastemapError]) -> None:
    handler = sentence.dispatch(kind)
    assert handler is not sentence.dispatch(Exception)
    assert handler is not sentence.dispatch(TastemapError), f"{kind.__name__} falls back to “{UNEXPECTED}”"


def test_every_setting_and_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name.upper() for name in Settings.model_fields} <= set(re.findall(r"`([A-Z_]+)`", readme))
    for command in _terminal_commands():
        assert f"python -m bot {command}" in readme, command


async def test_every_discord_command_is_in_the_readme(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with build(settings) as app, app.new_bot() as bot:
        await bot.setup_hook()
        for command in bot.tree.walk_commands():
            assert f"`/{command.qualified_name}" in readme
        for menu in bot.tree.get_commands(type=discord.AppCommandType.message):
            assert f"**{menu.name}**" in readme


def _terminal_commands() -> list[str]:
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return list(commands.choices)


def test_every_setting_is_explained_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))
    assert listed == {name.upper() for name in Settings.model_fields}


def test_example_defaults_are_the_real_defaults() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name, value in re.findall(r"^([A-Z_]+)=(.+)$", example, flags=re.MULTILINE):
        default = Settings.model_fields[name.lower()].default
        assert (str(default).lower() if isinstance(default, bool) else str(default)) == value
