"""Render the charts of a comparison: the door of this room for people."""

from __future__ import annotations

from services.charts.compatibility import render_compatibility
from services.charts.people_map import render_people_map
from services.charts.people_profiles import render_people_profiles
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison
from services.domain.scoring import ScoreRules

COMPARISON_KINDS: tuple[ChartKind, ...] = (
    ChartKind.COMPATIBILITY,
    ChartKind.PEOPLE_MAP,
    ChartKind.PEOPLE_PROFILES,
)


def render_comparison(kind: ChartKind, found: Comparison, rules: ScoreRules) -> Chart:
    """Draw one chart of a comparison.

    Parameters
    ----------
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
            return render_people_map(found)
        case ChartKind.PEOPLE_PROFILES:
            return render_people_profiles(found)
        case _:
            raise ValueError(f"{kind.value} is drawn for one playlist: use render")
