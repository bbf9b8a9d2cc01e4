"""`doctor`: examine database, settings and machine, and print each diagnosis with its cure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from bot.commands import EXIT_FAILED, EXIT_OK
from bot.config import ENV_FILE, FROM_FILES, Settings
from bot.doctor.online import examine_online
from bot.doctor.settings import examine_machine, examine_settings
from bot.secret_files import named_files
from services.domain.errors.storage import UnsupportedDatabaseUrlError
from services.sources.clock import utc_now
from services.storage.backups import default_folder
from services.storage.doctor import Diagnosis, Severity, diagnose

_MARKS = {
    Severity.FINE: "[green]ok     [/green]",
    Severity.NOTE: "[cyan]note   [/cyan]",
    Severity.WARNING: "[yellow]WARNING[/yellow]",
    Severity.PROBLEM: "[bold red]PROBLEM[/bold red]",
}


async def examine(settings: Settings, *, online: bool) -> int:
    """Print what was found; the exit code is 1 if anything keeps the bot from working."""
    console = Console(highlight=False, soft_wrap=True)
    now = utc_now()
    parts: dict[str, list[Diagnosis]] = {
        "Database": await asyncio.to_thread(_database, settings),
        "Settings": list(examine_settings(settings)),
        "Machine": await asyncio.to_thread(_machine, settings, now),
    }
    if online:
        parts["Services"] = [diagnosis async for diagnosis in examine_online(settings, now=now)]
    for number, (title, diagnoses) in enumerate(parts.items()):
        console.print(f"{chr(10) if number else ''}[bold]{title}[/bold]")
        _print_diagnoses(diagnoses, console)
    everything = [diagnosis for diagnoses in parts.values() for diagnosis in diagnoses]
    problems = sum(diagnosis.severity is Severity.PROBLEM for diagnosis in everything)
    warnings = sum(diagnosis.severity is Severity.WARNING for diagnosis in everything)
    console.print(f"\n{_count(problems, 'problem').capitalize()}, {_count(warnings, 'warning')}.")
    if not online:
        console.print("[dim]`doctor --online` also asks Discord, Spotify and ReccoBeats.[/dim]")
    return EXIT_FAILED if problems else EXIT_OK


def _database(settings: Settings) -> list[Diagnosis]:
    try:
        folder = default_folder(settings.database_url)
    except UnsupportedDatabaseUrlError:
        folder = None  # `diagnose` says so better than a failure here
    return diagnose(settings.database_url, backups=folder)


def _machine(settings: Settings, now: datetime) -> list[Diagnosis]:
    env_file = ENV_FILE if ENV_FILE.is_file() else None
    try:
        return list(
            examine_machine(
                url=settings.database_url,
                env_file=env_file,
                secret_files=named_files(FROM_FILES, env_file),
                now=now,
            )
        )
    except UnsupportedDatabaseUrlError:
        return []


def _print_diagnoses(diagnoses: Iterable[Diagnosis], console: Console) -> None:
    for diagnosis in diagnoses:
        console.print(f"{_MARKS[diagnosis.severity]} {escape(diagnosis.what)}")
        if diagnosis.cure:
            console.print(f"        → {escape(diagnosis.cure)}")


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
