"""The picture of a server map: everybody is in it or in its text, and no name covers another."""

from __future__ import annotations

import numpy as np
import pytest

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
    assert named >= {3: 3, 12: 11, 40: 14, 200: 18}[count]
    assert len(chart.text.splitlines()) == count
    assert len(chart.alt_text) <= 1024
    assert len(chart.png) < 500_000
