"""Draw how a list sounded over time: map after map, or by when its tracks were added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.charts import theme
from services.charts.lettering import drawable, plain
from services.charts.sheet import Sheet
from services.charts.words import count, describe, in_unit, listed
from services.domain.charts import Chart, ChartKind
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.portrait import Change, Course, Summary
from services.domain.vocabulary import FEATURE_WORDS

_TOP, _HEAD, _PLOT, _GAP, _FOOT = 36.0, 30.0, 66.0, 8.0, 62.0
_LEFT, _RIGHT = 40.0, 360.0
_PANELS = 3
_USUAL = (Feature.TEMPO, Feature.ENERGY, Feature.VALENCE)
"""Drawn where nothing changed for certain."""
_LEAST_RANGE = 1.0
"""Spreads from bottom to top, so that little differences look little."""
_INTERVAL = 1.96
_Point = tuple[date, Summary]


def render_course(course: Course) -> tuple[Chart, ...]:
    """Draw the maps of a list one after the other, and its eras; each where there are two or more."""
    charts = []
    if len(course.stages) > 1:
        points = [(stage.at.date(), stage.summary) for stage in course.stages]
        changes = course.since.changes if course.since else ()
        charts.append(_render(course, ChartKind.DRIFT, "Map by map", points, changes))
    if course.eras:
        points = [(era.first, era.summary) for era in course.eras]
        charts.append(_render(course, ChartKind.ERAS, "By date added", points, course.era_changes))
    return tuple(charts)


def _render(
    course: Course, kind: ChartKind, title: str, points: Sequence[_Point], changes: Sequence[Change]
) -> Chart:
    features = _features(points, changes)
    panel = _HEAD + _PLOT
    sheet = Sheet(_TOP + len(features) * (panel + _GAP) + _FOOT)
    room = sheet.width - 2 * theme.MARGIN
    name, suffix = drawable(plain(course.name, 60)), f", {title[0].lower()}{title[1:]}"
    if name:
        name = sheet.shorten(name, room - sheet.measure(suffix, theme.SIZE, bold=True), theme.SIZE, bold=True)
    sheet.write(theme.MARGIN, 19, f"{name}{suffix}" if name else title, bold=True, room=room)
    certain = {change.feature for change in changes}
    for row, feature in enumerate(features):
        top = _TOP + row * (panel + _GAP)
        sheet.panel(6, top, sheet.width - 12, panel)
        _draw_feature(sheet, feature, points, top, is_certain=feature in certain)
    _draw_foot(sheet, points, _TOP + len(features) * (panel + _GAP))
    return sheet.chart(
        kind,
        title,
        _alt_text(course, title, points, changes, features),
        (_line(point, kind) for point in points),
    )


def _features(points: Sequence[_Point], changes: Sequence[Change]) -> list[Feature]:
    """Choose what is drawn: what changed for certain first, then what people ask for."""
    known = [f for f in SOUND_FEATURES if sum(f in summary.means for _, summary in points) > 1]
    wanted = dict.fromkeys([*(change.feature for change in changes), *_USUAL, *SOUND_FEATURES])
    return [feature for feature in wanted if feature in known][:_PANELS]


def _draw_feature(
    sheet: Sheet, feature: Feature, points: Sequence[_Point], top: float, *, is_certain: bool
) -> None:
    measured = [(day, summary.means[feature]) for day, summary in points if feature in summary.means]
    low = min(mean.spreads - _INTERVAL * mean.error for _, mean in measured)
    high = max(mean.spreads + _INTERVAL * mean.error for _, mean in measured)
    room = max(high - low, _LEAST_RANGE)
    middle, bottom, height = (low + high) / 2, top + _HEAD + _PLOT - 8, _PLOT - 16
    first, last = points[0][0], points[-1][0]

    def y_of(spreads: float) -> float:
        return bottom - height * ((spreads - middle) / room + 0.5)

    def x_of(day: date) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (day - first).days / max((last - first).days, 1)

    words = FEATURE_WORDS[feature]
    before, now = (
        in_unit(feature, mean.value).replace("about ", "~") for _, mean in (measured[0], measured[-1])
    )
    sheet.write(16, top + 16, words.name, bold=True)
    sheet.write(sheet.width - 16, top + 16, f"{before} → {now}", align="right")
    xs, ys = [x_of(day) for day, _ in measured], [y_of(mean.spreads) for _, mean in measured]
    colour = theme.ACCENT if is_certain else theme.MUTED
    sheet.line(xs, ys, colour=colour, width=2.0, alpha=0.6)
    for x, (_, mean) in zip(xs, measured, strict=True):
        ends = [y_of(mean.spreads - _INTERVAL * mean.error), y_of(mean.spreads + _INTERVAL * mean.error)]
        sheet.line([x, x], ends, colour=colour, width=3.0, alpha=0.45)
    sheet.dots(xs, ys, marker="o" if is_certain else "s", size=10, colour=colour, edge=1.5)


def _draw_foot(sheet: Sheet, points: Sequence[_Point], top: float) -> None:
    ends = _ends(points)
    sheet.write(16, top + 8, ends[0], colour=theme.MUTED)
    sheet.write(sheet.width - 16, top + 8, ends[1], colour=theme.MUTED, align="right")
    sheet.dots([22], [top + 34], marker="o", size=10, colour=theme.ACCENT, edge=1.5)
    sheet.write(34, top + 34, "certain")
    sheet.dots([122], [top + 34], marker="s", size=10, colour=theme.MUTED, edge=1.5)
    sheet.write(134, top + 34, "may be chance")
    sheet.line([288, 288], [top + 25, top + 43], colour=theme.MUTED, width=3.0, alpha=0.6)
    sheet.write(298, top + 34, "margin")


def _ends(points: Sequence[_Point]) -> tuple[str, str]:
    """Say when it begins and ends: the months, and the days where that is one month."""
    first, last = points[0][0], points[-1][0]
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} {first:%b %Y}", f"{last.day} {last:%b %Y}"
    return f"{first:%b %Y}", f"{last:%b %Y}"


def _line(point: _Point, kind: ChartKind) -> str:
    day, summary = point
    means = [
        f"{FEATURE_WORDS[feature].name.lower()} {in_unit(feature, mean.value)}"
        for feature, mean in summary.means.items()
    ]
    whole = sum(size for _, size in summary.groups) or 1
    groups = [f"{plain(name, 40)} {100 * size / whole:.0f}%" for name, size in summary.groups]
    since = "from " if kind is ChartKind.ERAS else ""
    return "; ".join(
        part
        for part in (
            f"{since}{day.day} {day:%b %Y}: {count(summary.tracks, 'track')}",
            ", ".join(means) or "no real values",
            f"groups: {', '.join(groups)}" if groups else "",
        )
        if part
    )


def _alt_text(
    course: Course,
    title: str,
    points: Sequence[_Point],
    changes: Sequence[Change],
    features: Sequence[Feature],
) -> str:
    name = plain(course.name, 60) or "an untitled list"
    moved = [
        f"{FEATURE_WORDS[change.feature].name.lower()} from {in_unit(change.feature, change.before)} "
        f"to {in_unit(change.feature, change.now)}"
        for change in changes
    ]
    drawn = listed(FEATURE_WORDS[feature].name.lower() for feature in features)
    stretch = f"from {' to '.join(_ends(points))}"
    return describe(
        (
            f"{title}: means of {drawn} in {name}, {len(points)} points {stretch}.",
            f"Certain changes: {listed(moved)}." if moved else "No change is certain.",
            "A line through each point is the range of its mean.",
        )
    )
