"""What the tests of charts share."""

from __future__ import annotations

import pytest

from services.charts.sheet import Sheet
from tests.unit.services.charts.legibility import assert_fits_a_phone


@pytest.fixture(autouse=True)
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Collect the sheets that are turned into pictures; each can be read on a phone."""
    seen: list[Sheet] = []
    finish = Sheet.png

    def png(sheet: Sheet) -> bytes:
        seen.append(sheet)
        assert_fits_a_phone(sheet)
        return finish(sheet)

    monkeypatch.setattr(Sheet, "png", png)
    return seen
