"""New playlists are told apart by the ends of their names, however long the list is named."""

from __future__ import annotations

import pytest

from services.domain.writes import MAX_NAME, name_with_end


@pytest.mark.parametrize("length", [1, 50, 90, 100, 300])
def test_a_name_keeps_its_end(length: int) -> None:
    names = {name_with_end("x" * length, end) for end in ("Slow nights", "Fast mornings", "tidied")}
    assert len(names) == 3
    assert all(len(name) <= MAX_NAME for name in names)
    assert all(name.endswith(("Slow nights", "Fast mornings", "tidied")) for name in names)
