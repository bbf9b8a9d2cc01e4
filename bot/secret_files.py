"""Read secrets from files, as systemd credentials and container secrets come: NAME_FILE instead of NAME."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

SUFFIX = "_FILE"


@dataclass
class SecretFileError(Exception):
    """A file that a setting names can't be used."""

    setting: str
    problem: str


def named_files(names: Iterable[str], env_file: Path | None) -> Mapping[str, Path]:
    """List which of the settings come from a file.

    Raises
    ------
    SecretFileError
        A setting is given in both ways.
    """
    written = dotenv_values(env_file) if env_file else {}
    environment = {name.upper(): value for name, value in {**written, **os.environ}.items() if value}
    files = {}
    for name in names:
        variable = name.upper()
        if path := environment.get(variable + SUFFIX):
            if variable in environment:
                raise SecretFileError(variable, f"given twice, by {variable}{SUFFIX} too; empty one of them")
            files[name] = Path(path)
    return files


def read_secrets(files: Mapping[str, Path]) -> dict[str, str]:
    """Read each file; the line end that editors leave is no part of a secret.

    Raises
    ------
    SecretFileError
    """
    secrets = {}
    for name, path in files.items():
        try:
            secrets[name] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is no text"
            raise SecretFileError(f"{name.upper()}{SUFFIX}", f"{path} can't be read: {problem}") from error
        if not secrets[name]:
            raise SecretFileError(f"{name.upper()}{SUFFIX}", f"{path} is empty")
    return secrets
