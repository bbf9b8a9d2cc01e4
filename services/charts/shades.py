"""Colours for numbers: dark to light for more, and two hues for less and for more than typical."""

from __future__ import annotations

from services.charts import theme

_MORE = ("#2b2d42", "#3a4a86", "#3f7fb5", "#57b8b0", "#b4e08a", "#fdf6a5")
"""Dark to light, and on the way through hues that stay apart under the common colour deficiencies."""
_LESS_OR_MORE = ("#f0a35e", "#8a6242", theme.PANEL, "#40698f", "#7fb8f5")
"""Orange for less, blue for more: the two ends look different to all common kinds of sight."""


def shade_of_score(score: float) -> str:
    """Return the colour of a score, 0..100."""
    return _between(_MORE, score / 100)


def shade_of_level(level: float, reach: float) -> str:
    """Return the colour of a level in spreads, from -`reach` to `reach`."""
    return _between(_LESS_OR_MORE, (level / reach + 1) / 2)


def ink_on(colour: str) -> str:
    """Return the colour of letters on `colour`: pure black or white, one of which always has 4.5:1 (WCAG)."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def _between(stops: tuple[str, ...], part: float) -> str:
    place = min(max(part, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    share = place - index
    first, second = _channels(stops[index]), _channels(stops[index + 1])
    mixed = (round(255 * (one + (other - one) * share)) for one, other in zip(first, second, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
