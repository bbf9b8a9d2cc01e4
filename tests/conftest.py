"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A gate gives the same answer for the same commit; elsewhere each run tries something new.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("gate" if os.environ.get("CI") else "search")

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests on the measured playlists where those are not at hand."""
    folder = shared_data_folder()
    if folder.is_dir():
        return
    skip = pytest.mark.skip(reason=f"the measured playlists are not at {folder} (set TASTEMAP_SHARED_DATA)")
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(skip)


def shared_data_folder() -> Path:
    """Return where the measured playlists would be."""
    return Path(os.environ.get("TASTEMAP_SHARED_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the measured playlists; use together with the `shared_data` marker."""
    return shared_data_folder()
