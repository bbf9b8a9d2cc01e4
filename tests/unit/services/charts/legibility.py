"""Whether the words of a picture can be read."""

from __future__ import annotations

from services.charts.labels import Box
from services.charts.sheet import Sheet


def assert_legible(sheet: Sheet) -> None:
    """Assert that no words leave the sheet, none touch others, and none are tiny."""
    bounds = Box(sheet.width / 2, sheet.height / 2, sheet.width, sheet.height)
    boxes = [Box(w.box.x, w.box.y, w.width, w.size) for w in sheet.writings]
    for index, box in enumerate(boxes):
        words = sheet.writings[index].words
        assert box.inside(bounds), words
        assert sheet.writings[index].size >= 9.5
        for other, writing in zip(boxes[index + 1 :], sheet.writings[index + 1 :], strict=True):
            assert not box.overlaps(other), (words, writing.words)
