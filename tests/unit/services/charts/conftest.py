"""What the tests of charts share."""

from __future__ import annotations

import pytest

from services.charts.sheet import Sheet


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Collect the sheets that are turned into pictures."""
    seen: list[Sheet] = []
    finish = Sheet.png

    def png(sheet: Sheet) -> bytes:
        seen.append(sheet)
        return finish(sheet)

    monkeypatch.setattr(Sheet, "png", png)
    return seen
