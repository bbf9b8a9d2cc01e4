"""The walls between the rooms hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_gateway_process_never_imports_the_heavy_libraries() -> None:
    script = (
        "import sys, bot.app, bot.commands.run, services.workflows.tasks\n"
        "print(sorted({'sklearn', 'matplotlib', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


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
