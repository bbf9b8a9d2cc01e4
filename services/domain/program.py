"""What a person types to start or complete Tastemap, for sentences that name a command to run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

INSTALLED_NAME = "tastemap"
FROM_CHECKOUT = "python -m bot"


def started_as(path: str) -> str:
    """Return what was typed, from the path of the program that runs: the installed command or the module."""
    return INSTALLED_NAME if Path(path).stem == INSTALLED_NAME else FROM_CHECKOUT


PROGRAM = started_as(sys.argv[0])
"""As this process was started; worker processes inherit it."""


def install(
    extra: str = "", *, program: str = PROGRAM, python: str = sys.executable, prefix: str = sys.prefix
) -> str:
    """Return the command that installs what is missing, all of it or one extra.

    `prefix` is the folder of the environment; one that pipx or uv made may be without a pip of its own.
    """
    # An installed Tastemap is completed where it is (with pipx an environment that nobody sees), and pip asks
    # nobody for it by name; a checkout is the folder itself, in whichever environment is active.
    package, interpreter = (INSTALLED_NAME, python) if program == INSTALLED_NAME else (".", "python")
    what = f"'{package}[{extra}]'" if extra else package
    if program == INSTALLED_NAME and Path(prefix, "pipx_metadata.json").is_file():
        return f"pipx runpip {shlex.quote(Path(prefix).name)} install {what}"
    if program == INSTALLED_NAME and Path(prefix, "uv-receipt.toml").is_file():
        return f"uv pip install --python {shlex.quote(python)} {what}"
    return f"{shlex.quote(interpreter)} -m pip install {what}"
