"""Draw a playlist as a poster: its mood in large letters, its groups as lands, their artists beneath."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from services.charts import theme
from services.charts.lettering import drawable, missing_scripts
from services.charts.map import positions_of
from services.charts.map_frame import known
from services.charts.poster_page import FORMATS, Format, Hero, Row, Words, draw_lands, draw_marks, draw_page
from services.charts.sheet import Sheet
from services.charts.theme import Look, choose_look, land_colours
from services.charts.words import cluster_name, count, describe, listed, playlist_name
from services.domain.charts import Chart
from services.domain.features import Feature
from services.domain.music import PlaylistSource
from services.domain.report import AnalysisReport, Verdict
from services.domain.vocabulary import FEATURE_WORDS

_HEROES = 3
"""Artists named with a group."""
_MOST_DOTS = 500
_LEVELS = ((0.12, 0.16), (0.4, 0.24), (1.0, 0.34), (1.55, 0.5))
"""What `draw_lands` fills."""
_ORIGIN_LENGTH = 38
"""Characters that a line of the foot has room for."""
_WORTH_SAYING = 0.05
"""Share of estimated tracks from which a poster says so."""
_OUTLINES = {Verdict.CLEAR: "solid", Verdict.LOOSE: "dashed"}


def render_posters(report: AnalysisReport, drawn_on: date | None = None) -> tuple[Chart, ...]:
    """Draw both sizes; the numbers are those of the report."""
    return tuple(render_poster(form, report, drawn_on) for form in FORMATS)


def render_poster(form: Format, report: AnalysisReport, drawn_on: date | None = None) -> Chart:
    """Draw one size."""
    look = choose_look(_median(report, Feature.ENERGY), _median(report, Feature.VALENCE))
    colours = land_colours(look, [_median(report, Feature.ENERGY, each.members) for each in report.clusters])
    words = _words(report, colours, drawn_on)

    def hero(sheet: Sheet, room: Hero) -> None:
        _draw_groups(sheet, report, look, colours, room)

    page = draw_page(form, look, words, hero)
    return page.chart(
        form.kind, f"Poster of {playlist_name(report)}", _alt_text(report, drawn_on), _twin(report, drawn_on)
    )


def _draw_groups(
    sheet: Sheet, report: AnalysisReport, look: Look, colours: Sequence[str], room: Hero
) -> None:
    """Draw the groups as lands with their letters; a list without groups is one land."""
    members = [cluster.members for cluster in report.clusters] or [tuple(range(len(report.tracks)))]
    lands = colours or land_colours(look, [_median(report, Feature.ENERGY)])
    outline = _OUTLINES.get(report.firmness) if len(report.clusters) > 1 else None
    raw = positions_of(report)
    positions = draw_lands(sheet, raw, members, lands, room, levels=_LEVELS, outline=outline)
    dots = [known(positions, each) for each in members]
    if len(report.tracks) <= _MOST_DOTS:
        for each in dots:
            sheet.dots(each[:, 0], each[:, 1], marker="o", size=3.0, colour=look.ink, alpha=0.75)
    if len(report.clusters) > 1:
        middles = {index: np.median(each, axis=0) for index, each in enumerate(dots) if len(each)}
        letters = [theme.cluster_style(report.clusters, index).letter for index in range(len(colours))]
        draw_marks(sheet, middles, letters, colours, room)


def _words(report: AnalysisReport, colours: Sequence[str], drawn_on: date | None) -> Words:
    name = drawable(playlist_name(report, 60))
    mood = report.mood[:1].upper() + report.mood[1:]
    rows = _group_rows(report, colours) if len(report.clusters) > 1 else _artist_rows(report)
    return Words(
        kicker=name or count(len(report.tracks), "track"),
        headline=mood or name or "Songs without a known sound",
        rows=rows,
        one_more="more group" if len(report.clusters) > 1 else "",
        claim=_claim(report),
        foot=(origin_line(report), _signature(report, drawn_on)),
        band=tuple((colours[index], float(report.clusters[index].size)) for index in range(len(colours))),
    )


def _claim(report: AnalysisReport) -> str:
    """Say the percentile that sets the list apart most; nothing where no margin is large enough."""
    if report.portrait is None or not report.portrait.standings:
        return ""
    first = report.portrait.standings[0]
    words = FEATURE_WORDS[first.feature]
    said = words.more if first.is_more else words.less
    return f"{said[:1].upper()}{said[1:]} than ~{first.percent}% of playlists"


def _group_rows(report: AnalysisReport, colours: Sequence[str]) -> tuple[Row, ...]:
    evidence = sum(cluster.size for cluster in report.clusters)
    rows = [
        (
            cluster.size,
            Row(
                words=drawable(cluster_name(cluster, 60)),
                number=f"{100 * cluster.size / evidence:.0f}%" if evidence else "",
                beneath=tuple(_heroes(_artists_of(report, index))),
                mark=theme.cluster_style(report.clusters, index).letter,
                colour=colours[index],
            ),
        )
        for index, cluster in enumerate(report.clusters)
    ]
    rows.sort(key=lambda each: -each[0])
    return tuple(row for _, row in rows)


def _artists_of(report: AnalysisReport, index: int) -> list[str]:
    """List the artists of a group who have no more tracks in another one: a hero stands for one land."""
    most: dict[str, int] = {}
    for cluster in report.clusters:
        for artist, tracks in cluster.top_artists:
            most[artist] = max(tracks, most.get(artist, 0))
    return [artist for artist, tracks in report.clusters[index].top_artists if tracks == most[artist]]


def _artist_rows(report: AnalysisReport) -> tuple[Row, ...]:
    """Name the artists of a list without groups, those with most tracks first."""
    tracks = Counter(entry.track.artists[0] for entry in report.tracks if entry.track.artists)
    ranked = sorted(tracks.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Row(words=name) for name in _heroes([artist for artist, _ in ranked]))


def _heroes(artists: Sequence[str]) -> list[str]:
    """Return the first artists as they can be drawn; a name in a script without letters here says which."""
    names = [drawable(artist) or missing_scripts(artist) for artist in artists]
    return list(dict.fromkeys(name for name in names if name))[:_HEROES]


def origin_line(report: AnalysisReport) -> str:
    """Say what the sound was taken from, as "96 tracks, 81 measured, 15 estimated"."""
    known = report.coverage
    total = known.total or len(report.tracks)
    parts = (
        (known.measured + known.heard, "measured"),
        (known.uploaded, "from the file"),
        (known.borrowed, "borrowed"),
        (known.imputed if known.imputed > _WORTH_SAYING * total else 0, "estimated"),
        (known.unknown, "unknown"),
    )
    said = [(number, words) for number, words in parts if number]
    whole = count(total, "track")
    if len(said) == 1 and said[0][0] == total:
        return f"{whole}, {'all ' if total > 1 else ''}{said[0][1]}"
    line = ", ".join([whole, *(f"{number:,} {words}" for number, words in said)])
    if len(line) <= _ORIGIN_LENGTH:
        return line
    unsure = known.imputed + known.unknown
    doubt = "not measured" if known.imputed and known.unknown else "unknown" if known.unknown else "estimated"
    return f"{whole}, {100 * unsure / total:.0f}% {doubt}" if unsure else whole


def _signature(report: AnalysisReport, drawn_on: date | None) -> str:
    day = f"{drawn_on.day} {drawn_on:%b %Y}" if drawn_on else ""
    whose = "Data from Spotify" if report.playlist.source is PlaylistSource.SPOTIFY else ""
    return " · ".join(part for part in ("Tastemap", day, whose) if part)


def _median(report: AnalysisReport, feature: Feature, rows: Sequence[int] | None = None) -> float | None:
    """Return the median of what is real, of all tracks or of some; None where nothing is."""
    tracks = report.tracks if rows is None else [report.tracks[row] for row in rows]
    values = [
        value
        for entry in tracks
        if (value := entry.features.get(feature)) is not None and not entry.is_imputed(feature)
    ]
    return float(np.median(values)) if values else None


def _alt_text(report: AnalysisReport, drawn_on: date | None) -> str:
    return describe(
        (f"Poster of {playlist_name(report)}.", *(f"{line}." for line in _twin(report, drawn_on)))
    )


def _twin(report: AnalysisReport, drawn_on: date | None) -> list[str]:
    evidence = sum(cluster.size for cluster in report.clusters) or 1
    lines = [report.mood[:1].upper() + report.mood[1:]] if report.mood else []
    lines += [claim] if (claim := _claim(report)) else []
    for index, cluster in enumerate(report.clusters):
        letter = theme.cluster_style(report.clusters, index).letter
        artists = listed(_artists_of(report, index)[:_HEROES])
        share = f"{100 * cluster.size / evidence:.0f}%"
        lines.append(f"{letter}, {cluster_name(cluster)}, {share}" + (f": {artists}" if artists else ""))
    return [*lines, origin_line(report), _signature(report, drawn_on)]
