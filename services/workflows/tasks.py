"""What runs in the worker processes.

The gateway process names these functions but never runs them, so scikit-learn and matplotlib are
imported inside the functions: only a worker pays for them.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Sequence

from services.domain.blend import Blend, BlendMode
from services.domain.charts import Chart, ChartKind
from services.domain.company import KnownTrack, Relative, TrackKeys
from services.domain.comparison import Comparison, Person
from services.domain.features import Coverage
from services.domain.music import Playlist, Track
from services.domain.ordering import Goal, OrderOptions, OrderResult, Transition
from services.domain.report import AnalysisOptions, AnalysisReport, EnrichedTrack
from services.domain.tidying import Finding

PRELOAD = (
    "services.charts.render",
    "services.analysis.describe",
    "services.analysis.ordering",
    "services.imports.upload",
)
"""Modules that the fork server imports once for all workers."""


def warm_up() -> None:
    """Draw something small: the first chart of a fresh matplotlib costs several later ones."""
    from services.charts.render import warm_up as warm_up_charts

    warm_up_charts()


def read_upload(content: bytes, filename: str, wanted: str | None = None) -> tuple[Playlist, ...]:
    """Read an uploaded file into its playlists."""
    from services.imports.upload import read_upload as read

    return read(content, filename=filename, wanted=wanted).playlists


def read_links(text: str, name: str) -> Playlist:
    """Read the track links in a text."""
    from services.imports.links import read_links as read

    return read(text, name=name)


def known_tracks(tracks: Sequence[Track]) -> list[KnownTrack]:
    """Make the keys under which tracks find their company."""
    from services.analysis.titles import core_title, lead_artist

    def keys(track: Track) -> TrackKeys:
        lead = lead_artist(track.artists)
        album = track.album_id or (f"{lead}|{track.album.casefold()}" if lead and track.album else "")
        return TrackKeys(lead_artist=lead, core_title=core_title(track.title), album=album)

    return [KnownTrack(track, keys(track)) for track in tracks]


def estimate(tracks: Sequence[EnrichedTrack], relatives: Sequence[Relative]) -> tuple[EnrichedTrack, ...]:
    """Borrow or estimate what is missing; a track without any relation stays unknown rather than average."""
    from services.analysis.imputation import Company, Relation, estimate_gaps
    from services.analysis.imputation.twins import Member

    company = Company()
    company.extend(Member(relative.track, relative.features, relative.source) for relative in relatives)
    return tuple(
        before if estimate.relation is Relation.NONE else estimate.track
        for before, estimate in zip(tracks, estimate_gaps(tracks, company), strict=True)
    )


def describe(
    playlist: Playlist,
    tracks: Sequence[EnrichedTrack],
    coverage: Coverage,
    options: AnalysisOptions,
    notices: tuple[str, ...],
) -> AnalysisReport:
    """Analyse a playlist whose tracks are enriched."""
    from services.analysis.describe import describe as run

    return run(playlist, tracks, coverage, options=options, notices=notices)


def find_tidying(report: AnalysisReport) -> tuple[Finding, ...]:
    """List what could be tidied in a playlist."""
    from services.analysis.tidying import find_tidying as find

    return find(report)


def order(tracks: Sequence[EnrichedTrack], options: OrderOptions) -> OrderResult:
    """Put tracks in another order."""
    from services.analysis.ordering import find_order

    return find_order(tracks, options)


def describe_transitions(
    tracks: Sequence[EnrichedTrack], rows: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe every step of an order."""
    from services.analysis.ordering import describe_transitions as run

    return run(tracks, rows, goal)


def draw(kinds: Sequence[ChartKind], report: AnalysisReport) -> tuple[Chart, ...]:
    """Draw charts of a report."""
    from services.charts.render import render

    return tuple(render(kind, report) for kind in kinds)


def draw_cluster(report: AnalysisReport, index: int) -> Chart:
    """Draw the profile of one group."""
    from services.charts.render import render_cluster

    return render_cluster(report, index)


def draw_order(report: AnalysisReport, result: OrderResult) -> Chart:
    """Draw the way of a playlist before and after."""
    from services.charts.order import render_order

    return render_order(report, result)


def shrink(png: bytes) -> bytes:
    """Make a picture smaller."""
    from services.charts.shrink import shrink as run

    return run(png)


def compare(people: Sequence[Person]) -> Comparison:
    """Compare people: every pair, everybody together, and who stands where."""
    from services.analysis.comparison.compare import compare as run

    return run(people)


def blend(people: Sequence[Person], size: int, mode: BlendMode) -> Blend:
    """Mix a playlist for several people."""
    from services.analysis.blending import blend as run

    return run(people, size=size, mode=mode)


def draw_comparison(kinds: Sequence[ChartKind], found: Comparison) -> tuple[Chart, ...]:
    """Draw charts of a comparison."""
    from services.analysis.comparison.constants import load_rules
    from services.charts.comparison import render_comparison

    return tuple(render_comparison(kind, found, load_rules()) for kind in kinds)
