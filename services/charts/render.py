"""Render the charts of a report or a comparison by their kind."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial

from PIL import Image

from services.charts.card import render_card
from services.charts.compatibility import render_compatibility
from services.charts.distributions import render_distributions
from services.charts.journey import render_journey
from services.charts.lettering import drawable
from services.charts.map import render_map
from services.charts.people_map import render_people_map
from services.charts.people_poster import render_people_poster
from services.charts.people_profiles import render_people_profiles
from services.charts.poster_page import FORMATS
from services.charts.profiles import render_profiles
from services.charts.sheet import Sheet
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison
from services.domain.groups import Blend
from services.domain.messages import ComparisonWords
from services.domain.report import AnalysisReport
from services.domain.scoring import ScoreRules

RENDERERS: Mapping[ChartKind, Callable[[AnalysisReport], Chart]] = {
    ChartKind.MAP: render_map,
    ChartKind.CARD: render_card,
    ChartKind.PROFILES: render_profiles,
    ChartKind.JOURNEY: render_journey,
    ChartKind.DISTRIBUTIONS: render_distributions,
    ChartKind.TEMPO: partial(render_distributions, on_card=True),
}
"""What `render` draws; a cluster profile needs to know which group."""


def render(kind: ChartKind, report: AnalysisReport) -> Chart:
    """Draw one chart of a playlist.

    Raises
    ------
    ValueError
        `kind` is about one group.
    """
    if kind not in RENDERERS:
        raise ValueError(f"{kind.value} is drawn for one group")
    return RENDERERS[kind](report)


def warm_up() -> None:
    """Load fonts and draw something small, so that the first real chart is as fast as the next."""
    sheet = Sheet(60.0)
    # one character beyond the shipped font makes the search for other fonts happen now
    sheet.head("Tastemap", drawable("warming up 1 ½ · é – 音"))
    sheet.write(20, 50, "A", bold=True)
    sheet.dots([200], [50], marker="o", size=8, colour="#ffffff")
    sheet.png()


def render_comparison(kind: ChartKind, found: Comparison, said: ComparisonWords, rules: ScoreRules) -> Chart:
    """Draw one chart of a comparison.

    Parameters
    ----------
    said
        What is said of it.
    rules
        What the score of a pair is held against.

    Raises
    ------
    ValueError
        `kind` is not about people.
    """
    match kind:
        case ChartKind.COMPATIBILITY:
            return render_compatibility(found, rules)
        case ChartKind.PEOPLE_MAP:
            return render_people_map(found, said)
        case ChartKind.PEOPLE_PROFILES:
            return render_people_profiles(found)
        case ChartKind.POSTER_FEED | ChartKind.POSTER_STORY:
            form = next(form for form in FORMATS if form.kind is kind)
            return render_people_poster(form, found, said)
        case _:
            raise ValueError(f"{kind.value} is drawn for one playlist: use render")


def render_blend_posters(found: Comparison, said: ComparisonWords, blend: Blend) -> tuple[Chart, ...]:
    """Draw the playlist that was mixed for people as a poster, in both sizes."""
    return tuple(render_people_poster(form, found, said, blend) for form in FORMATS)


_SMALL_COLOURS = 64
"""Charts have few colours; what suffers is the softness of lettering."""


def shrink(png: bytes) -> bytes:
    """Return the picture at half the width and height in few colours: about a tenth of the bytes."""
    with Image.open(io.BytesIO(png)) as picture:
        half = picture.convert("RGB").resize((max(picture.width // 2, 1), max(picture.height // 2, 1)))
    out = io.BytesIO()
    half.quantize(_SMALL_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
