"""Whether the words of a picture can be read."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image

from services.charts import poster_page
from services.charts.labels import Box
from services.charts.sheet import Sheet
from services.domain.charts import Chart
from tests.unit.services.charts.test_theme import contrast

IN_A_CARD = 263.0
"""CSS pixels that a card leaves for its picture on a phone whose screen is 390 wide."""
HIGHEST = 500.0
"""CSS pixels that a picture may be high there, so that its card fits one screen."""
LEAST_CONTRAST = 4.4
"""4.5, and what choosing 256 colours costs."""
LEAST = 11.0
"""CSS pixels of a letter that can be read there."""
_contrast = cache(contrast)


def assert_fits_a_phone(sheet: Sheet) -> None:
    """Assert that a card with the picture fits a phone, and all letters can be read there.

    Posters are made to be posted, and seen larger.
    """
    if sheet.width != poster_page.WIDTH:
        assert sheet.height * IN_A_CARD / sheet.width <= HIGHEST
        small = [each.words for each in sheet.writings if each.size * IN_A_CARD / sheet.width < LEAST]
        assert not small


def assert_legible(sheet: Sheet) -> None:
    """Assert that no words leave the sheet, none touch others, and none are tiny."""
    assert_fits_a_phone(sheet)
    bounds = Box(sheet.width / 2, sheet.height / 2, sheet.width, sheet.height)
    boxes = [Box(w.box.x, w.box.y, w.width, w.size) for w in sheet.writings]
    for index, box in enumerate(boxes):
        words = sheet.writings[index].words
        assert box.inside(bounds), words
        for other, writing in zip(boxes[index + 1 :], sheet.writings[index + 1 :], strict=True):
            assert not box.overlaps(other), (words, writing.words)


def assert_contrast(chart: Chart, sheet: Sheet) -> None:
    """Assert that all words stand out from what is most of what they are written on (WCAG 1.4.3)."""
    picture = Image.open(io.BytesIO(chart.png))
    palette, entries = np.unique(np.reshape(picture.getpalette(), (-1, 3)), axis=0, return_inverse=True)
    colours = [tuple(colour / 255) for colour in palette]
    pixels = entries.ravel()[np.asarray(picture)]
    for writing in sheet.writings:
        top, bottom = (writing.y + side * 0.55 * writing.size for side in (-1, 1))
        rows, columns = (
            slice(max(int(start * sheet.density), 0), int(end * sheet.density))
            for start, end in ((top, bottom), (writing.left, writing.right))
        )
        counts = np.bincount(pixels[rows, columns].ravel())
        ratios = {index: _contrast(writing.colour, colours[index]) for index in np.flatnonzero(counts)}
        behind = max((counts[index], ratio) for index, ratio in ratios.items() if ratio > 1.2)
        assert behind[1] > LEAST_CONTRAST, writing


def assert_poster_legible(sheet: Sheet, form: poster_page.Format) -> None:
    """Assert besides that all words of a poster are large enough, and where apps leave them uncovered."""
    assert_legible(sheet)
    for writing in sheet.writings:
        assert writing.size >= poster_page.SMALLEST
        assert form.top <= writing.y - writing.size / 2, writing.words
        assert writing.y + writing.size / 2 <= form.bottom, writing.words
        assert writing.left >= poster_page.MARGIN - 1, writing.words
        assert writing.right <= poster_page.WIDTH - poster_page.MARGIN + 1, writing.words
