"""The picture of a server map: everybody is in it or in its text, and no name covers another."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.lines import Line2D

from services.analysis.server_map import arrange
from services.charts.server_map import render_server_map
from services.charts.sheet import Sheet
from services.domain.server_map import ServerMap, SoundSummary


def people(count: int) -> ServerMap:
    rng = np.random.default_rng(count)
    names = [f"Person {number} 春 \N{DANCER} _x_" for number in range(count)]
    sounds = [
        SoundSummary(40, tuple(map(float, rng.normal(0, 0.6, 9))), (0.1,) * 9, (0.1,) * 6) for _ in names
    ]
    found = arrange(names, sounds)
    assert found is not None
    return found


@pytest.mark.parametrize("count", [3, 12, 40, 200])
def test_names_stay_inside_and_apart(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: list[Sheet] = []
    draw = Sheet.png
    monkeypatch.setattr(Sheet, "png", lambda sheet: sheets.append(sheet) or draw(sheet))
    found = people(count)
    chart = render_server_map(found, 0)
    (sheet,) = sheets
    boxes = [writing.box for writing in sheet.writings]
    for place, box in enumerate(boxes):
        assert box.x - box.width / 2 >= 0
        assert box.x + box.width / 2 <= sheet.width
        assert 0 <= box.y - box.height / 2 <= box.y + box.height / 2 <= sheet.height
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
    named = sum(writing.words.startswith("Person") for writing in sheet.writings)
    assert named >= {3: 3, 12: 11, 40: 14, 200: 12}[count]
    dots = (each for each in sheet.figure.get_children() if isinstance(each, Line2D) and each.get_marker())
    marks = [place for each in dots for place in each.get_xydata()]
    assert len(marks) >= count
    hiding = [
        box
        for box, writing in zip(boxes, sheet.writings, strict=True)
        if writing.words.startswith("Person")
        and sum(abs(x - box.x) * 2 < box.width and abs(y - box.y) * 2 < box.height for x, y in marks) > 0
    ]
    assert len(hiding) <= 4 + 3 + len(found.awards), "whoever looks, four near them, who stands out"
    assert len(chart.text.splitlines()) == count
    assert len(chart.alt_text) <= 1024
    assert len(chart.png) < 500_000
