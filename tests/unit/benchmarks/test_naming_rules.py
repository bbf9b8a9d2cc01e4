"""What names promise, on the real playlists."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.grouped_lists import real_playlists
from benchmarks.naming import count_rules
from tests.depth import IS_NIGHT


@pytest.mark.shared_data
def test_names_of_real_playlists_keep_every_rule(shared_data: Path) -> None:
    seen = count_rules(real_playlists(shared_data, most_tracks=1_200 if IS_NIGHT else 250))
    assert seen["groups"] > (40 if IS_NIGHT else 10)
    assert seen["says a trait"] == seen["groups"]
    for broken in ("denied", "wordy without rap", "mood of a part"):
        assert not seen[broken], broken
    # Two lists have a largest group that is ordinary in all that may be said plainly; none is wanted.
    assert seen["shrug leads"] <= 2
    assert seen["genre said"] >= 0.5 * seen["tagged"]
