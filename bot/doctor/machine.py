"""Look at the machine: who can read the secrets, whether the clock can be right, what the fonts can draw."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.charts.lettering import unarranged_scripts, undrawable_scripts
from services.storage.connections import parse_address
from services.storage.doctor import Diagnosis, Severity

WRITTEN_ON = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock is right that shows a day before this program was written."""
_DRIFT = timedelta(minutes=2)


def examine_machine(
    *, url: str, env_file: Path | None, secret_files: Mapping[str, Path], now: datetime
) -> Iterator[Diagnosis]:
    """Look at files with secrets, at the clock, and at the fonts."""
    files = [*([env_file] if env_file else []), *secret_files.values()]
    for file in files:
        yield _readable_by_others(file)
    yield _clock(url, now)
    yield _fonts(undrawable_scripts())
    if unarranged := unarranged_scripts():
        yield _order_of_letters(unarranged)


def _readable_by_others(file: Path) -> Diagnosis:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "nt" or not mode & 0o077:
        return Diagnosis(Severity.FINE, f"Only its owner can read {file}.")
    return Diagnosis(
        Severity.WARNING,
        f"Other users of this machine can read the secrets in {file} (mode {mode:o}).",
        f"chmod 600 {file}",
    )


def _fonts(missing: Sequence[str]) -> Diagnosis:
    """Name the scripts whose titles the charts have to do without."""
    if not missing:
        return Diagnosis(Severity.FINE, "Charts can draw the titles of every script that is looked for.")
    return Diagnosis(
        Severity.NOTE,
        f"No font draws {', '.join(missing)}: charts name a track with such a title by its number.",
        "On Debian: `apt install fonts-noto-cjk fonts-noto-core`, then restart the bot.",
    )


def _order_of_letters(scripts: Sequence[str]) -> Diagnosis:
    return Diagnosis(
        Severity.NOTE,
        f"FriBiDi is not installed, so {', '.join(scripts)} can't be written in the order of their letters: "
        "charts name a track with such a title by its number.",
        "On Debian: `apt install libfribidi0`, then restart the bot.",
    )


def _clock(url: str, now: datetime) -> Diagnosis:
    """Compare the clock with what is certainly past: this program, and the database's last change."""
    cure = "Let the machine keep time (`timedatectl set-ntp true`): logins and limits depend on it."
    if now < WRITTEN_ON:
        return Diagnosis(
            Severity.PROBLEM, f"The clock shows {now:%Y-%m-%d %H:%M} UTC, which is long past.", cure
        )
    file = parse_address(url).file
    if file is not None and file.exists():
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        if changed > now + _DRIFT:
            return Diagnosis(
                Severity.WARNING,
                f"The clock shows {now:%Y-%m-%d %H:%M} UTC, but the database was changed at "
                f"{changed:%Y-%m-%d %H:%M}: one of them was wrong.",
                cure,
            )
    return Diagnosis(Severity.FINE, f"The clock shows {now:%Y-%m-%d %H:%M} UTC.")
