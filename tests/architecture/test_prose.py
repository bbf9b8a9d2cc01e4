"""Prose is guarded: errors have sentences, settings are explained, commands are in the documentation."""

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
from cogs.words.errors import UNEXPECTED, sentence
from cogs.words.messages import note_line, progress_line
from cogs.words.quality import gap_words
from services.domain.errors import TastemapError
from services.domain.features import Gap, GapKind
from services.domain.messages import Activity, Note, NoteKind, Progress
from services.enrichment.coverage import _ISRC_COUNTRIES
from tests.conftest import ROOT


def concrete_errors() -> list[type[TastemapError]]:
    for module in pkgutil.iter_modules(errors_package.__path__):
        importlib.import_module(f"{errors_package.__name__}.{module.name}")

    def below(kind: type[TastemapError]) -> list[type[TastemapError]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    # What only holds others together has no fields, and is never raised itself.
    concrete = {
        kind
        for kind in below(TastemapError)
        if getattr(kind, "__dataclass_fields__", ()) or len(kind.__subclasses__()) < 2
    }
    # Sorted: the order of subclasses is that of their imports, and every test process imports in its own.
    return sorted(concrete, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", concrete_errors(), ids=lambda kind: kind.__name__)
def test_every_error_class_has_a_sentence_of_its_own(kind: type[TastemapError]) -> None:
    handler = sentence.dispatch(kind)
    assert handler is not sentence.dispatch(Exception)
    assert handler is not sentence.dispatch(TastemapError), f"{kind.__name__} falls back to “{UNEXPECTED}”"


@pytest.mark.parametrize("activity", Activity)
def test_everything_that_long_work_does_has_a_line(activity: Activity) -> None:
    assert progress_line(Progress(activity, 20, 1_000, "Walk", 40.0)).endswith("…")


@pytest.mark.parametrize("kind", NoteKind)
def test_every_note_is_said_in_whole_sentences(kind: NoteKind) -> None:
    said = note_line(Note(kind, 2, 1_000, 7.5, 60.0, ("Walk.", "a timeout")))
    assert said[0].isupper() or said[0].isdigit()
    assert said.endswith(".")


@pytest.mark.parametrize("country", sorted(_ISRC_COUNTRIES))
def test_every_country_of_recordings_has_a_name(country: str) -> None:
    assert country not in gap_words(Gap(GapKind.COUNTRY, country))


def page(name: str) -> str:
    """Return a page of the documentation."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_setting_and_command_is_in_the_documentation() -> None:
    explained = set(re.findall(r"`([A-Z_]+)`", page("settings.md")))
    assert {name.upper() for name in Settings.model_fields} <= explained
    for command in _terminal_commands():
        assert f"tastemap {command}" in page("terminal.md"), command


async def test_every_discord_command_is_in_the_documentation(tmp_path: Path) -> None:
    people = page("people.md")
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with build(settings) as app, app.new_bot() as bot:
        await bot.setup_hook()
        for command in bot.tree.walk_commands():
            assert f"`/{command.qualified_name}" in people
        for menu in bot.tree.get_commands(type=discord.AppCommandType.message):
            assert f"**{menu.name}**" in people


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
