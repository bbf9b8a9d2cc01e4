"""A smaller picture is still the same picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from services.charts.render import shrink


def png(width: int, height: int) -> bytes:
    picture = Image.new("RGB", (width, height), (20, 30, 40))
    picture.paste((250, 200, 100), (0, 0, width // 2, height))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=0)
    return out.getvalue()


def test_half_the_size_with_the_same_colours_at_the_same_places() -> None:
    small = shrink(png(400, 200))
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (200, 100)
        left, right = (picture.convert("RGB").getpixel(place) for place in ((20, 50), (180, 50)))
    assert (left, right) == ((250, 200, 100), (20, 30, 40))
    assert len(small) < len(png(400, 200)) / 10


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 1)])
def test_nothing_is_shrunk_away(size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(shrink(png(*size)))) as picture:
        assert picture.width >= 1
        assert picture.height >= 1
