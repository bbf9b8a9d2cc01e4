"""What runs in the worker processes for one person; see `group_tasks.py` for what several do together.

The gateway process names these functions but never runs them, so numpy's users and matplotlib are
imported inside the functions: only a worker pays for them.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from services.domain.analysis import Analysis, AnalysisOptions, EarlierSound, LookedUp
from services.domain.charts import Chart, ChartKind
from services.domain.drafts import Finding
from services.domain.features import AudioFeatures
from services.domain.known_tracks import Relative, TrackKeys, TrackWords, words_of
from services.domain.messages import Note, NoteKind, ReportWords
from services.domain.music import Playlist, Track
from services.domain.ordering import Goal, OrderOptions, OrderResult, Transition
from services.domain.portrait import Course, Stage, Summary
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import PlacedSound, SoundTags
from services.domain.stats import PlaylistStats

if TYPE_CHECKING:
    from services.workflows.list_export import DjFiles

PRELOAD = (
    "services.charts.render",
    "services.analysis.describe",
    "services.analysis.imputation",
    "services.analysis.ordering",
    "services.enrichment.coverage",
    "services.imports.upload",
    "services.storage.codec",
)
"""Modules that the fork server imports once for all workers.

What reads sound is not among them, and neither are SciPy and scikit-learn: they take seconds and 40 to 100
MB, and most processes never need them.
"""

PRELOAD_OF_A_BOT = (*PRELOAD, "sklearn.feature_extraction.text")
"""The same for workers that live long, sooner or later group by style and era, and begin while nobody waits.

It takes 0.7 s and 40 MB, once. If each worker imported it when it needs it, somebody would wait for that, and
two workers would hold 75 MB more than they do.
"""


def warm_up() -> None:
    """Do what costs the first piece of work more than those after it.

    The first chart of a fresh matplotlib costs several later ones, and the table of artists is read once.
    """
    from services.analysis.genres import commonly_known
    from services.charts.render import warm_up as warm_up_charts

    commonly_known(())
    warm_up_charts()


def read_upload(content: bytes, filename: str, wanted: str | None = None) -> tuple[Playlist, ...]:
    """Read an uploaded file into its playlists."""
    from services.imports.upload import read_upload as read

    return read(content, filename=filename, wanted=wanted)


def read_with_keys(
    content: bytes, filename: str, wanted: str | None = None
) -> tuple[tuple[Playlist, ...], dict[TrackWords, TrackKeys]]:
    """Read an uploaded file and make the keys that its analysis needs.

    They are needed where the file has one playlist, for the tracks whose features it does not have.
    """
    playlists = read_upload(content, filename, wanted)
    if len(playlists) > 1:
        return playlists, {}
    lacking = (t for each in playlists for t in each.tracks if not t.uploaded or None in t.uploaded.values)
    words = list(dict.fromkeys(map(words_of, lacking)))
    return playlists, dict(zip(words, track_keys(words), strict=True))


def unpack_sounds(archive: bytes) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """Unpack an archive into its sound files and its other files, each with its name."""
    from services.domain.sound import sound_kind
    from services.imports.archive import members, open_archive

    sounds: list[tuple[str, bytes]] = []
    others: list[tuple[str, bytes]] = []
    for member in members(open_archive(archive)):
        if member.content:
            (others if sound_kind(member.content) is None else sounds).append((member.name, member.content))
    return sounds, others


def measure_sound(filename: str, content: bytes) -> Track:
    """Read the tags of a sound file and measure its sound."""
    from services.audio.measuring import measure
    from services.audio.tags import read_tags, track_of

    tags, sound = read_tags(content), measure(content)
    return track_of(filename, tags, sound, _written(tags))


def read_sound_tags(filename: str, content: bytes) -> Track | None:
    """Read the tags of a sound file alone; None where they don't say which recording it is."""
    from services.audio.tags import is_told, read_tags, track_of

    tags = read_tags(content)
    return track_of(filename, tags, None, _written(tags)) if is_told(tags) else None


def _written(tags: SoundTags) -> AudioFeatures:
    from services.imports.keys import read_key

    key = read_key(tags.key or "")
    return AudioFeatures(tempo=tags.tempo_bpm, key=key.key, mode=key.mode)


def cut_clips(content: bytes, lengths_s: Mapping[str, float]) -> tuple[str, tuple[bytes, ...]] | None:
    """Cut the clips of a sound file, if it is one of those that were measured: their lengths by digest."""
    from services.audio.measuring import cut_clips as cut
    from services.audio.measuring import digest_of

    digest = digest_of(content)
    return cut(content, lengths_s[digest]) if digest in lengths_s else None


def shrink_clip(wav: bytes) -> bytes:
    """Write a clip as a tenth of the bytes."""
    from services.audio.measuring import shrink_clip as run

    return run(wav)


def read_links(text: str, name: str) -> Playlist:
    """Read the track links in a text."""
    from services.imports.links import read_links as read

    return read(text, name=name)


def read_lines(text: str, name: str) -> Playlist | None:
    """Read lines that say `Artist - Title`; None where most say something else."""
    from services.imports.lines import read_lines as read
    from services.imports.tally import Budget

    return read(text, name, Budget())


def track_keys(words: Iterable[TrackWords]) -> list[TrackKeys]:
    """Make the keys under which tracks find their relatives."""
    from services.analysis.titles import core_title, lead_artist

    def keys(title: str, artists: tuple[str, ...], album: str | None, album_id: str | None) -> TrackKeys:
        lead = lead_artist(artists)
        album = album_id or (f"{lead}|{album.casefold()}" if lead and album else "")
        return TrackKeys(lead_artist=lead, core_title=core_title(title), album=album)

    return [keys(*each) for each in words]


def estimate(tracks: Sequence[EnrichedTrack], relatives: Sequence[Relative]) -> tuple[EnrichedTrack, ...]:
    """Borrow or estimate what is missing; a track without any relation stays unknown rather than average."""
    from services.analysis.from_sound import estimate_from_sound
    from services.analysis.imputation import RelatedTracks, Relation, estimate_gaps
    from services.analysis.imputation.recordings import Member

    related_tracks = RelatedTracks()
    related_tracks.extend(
        Member(relative.track, relative.features, relative.source) for relative in relatives
    )
    return estimate_from_sound(
        [
            before if estimate.relation is Relation.NONE else estimate.track
            for before, estimate in zip(tracks, estimate_gaps(tracks, related_tracks), strict=True)
        ]
    )


def analyze(
    playlist: Playlist,
    found: LookedUp,
    options: AnalysisOptions,
    kinds: Sequence[ChartKind] = (),
) -> Analysis:
    """Estimate what is missing, describe the playlist, draw what is wanted at once, and encode the report."""
    from services.analysis.describe import describe
    from services.analysis.drift import since_last, summary_of
    from services.enrichment.assembly import corrected, without_guesses
    from services.enrichment.coverage import compute_coverage
    from services.storage.codec import encode_report

    tracks = found.tracks
    if found.relatives is not None:
        tracks = estimate(tracks, found.relatives)
    if found.tempo_factors:
        tracks = corrected(tracks, found.tempo_factors)
    if options.measured_only:
        tracks = without_guesses(tracks)
    coverage = compute_coverage(tracks)
    notices = found.notices
    source, earlier_source = coverage.main_source, options.last_groups.source
    if earlier_source and source and _whose(source) != _whose(earlier_source):
        notices = (*notices, Note(NoteKind.OTHER_VALUES, names=(source, earlier_source)))
    report = describe(
        playlist,
        tracks,
        coverage,
        options=options,
        notices=notices,
        artist_genres=found.artist_genres,
        earlier_genres=found.earlier_genres,
    )
    if options.last_sound is not None:
        report = replace(report, since=since_last(report, options.last_sound))
    return Analysis(report, encode_report(report), draw(kinds, report), summary_of(report))


def _whose(source: str) -> str:
    """Tell sources apart as people do: whatever its format, a file is a file."""
    kind = source.partition(":")[0]
    return kind if kind == "file" else source


@dataclass(frozen=True, slots=True)
class AnalysisAnswer:
    """An analysis without the tracks that whoever asked for it has already."""

    analysis: Analysis
    changed: dict[int, EnrichedTrack]
    """By their place in the playlist."""

    def whole(self, playlist: Playlist, found: LookedUp) -> Analysis:
        """Return the analysis of what was asked about."""
        tracks = list(found.tracks)
        for row, track in self.changed.items():
            tracks[row] = track
        report = replace(self.analysis.report, playlist=playlist, tracks=tuple(tracks))
        return replace(self.analysis, report=report)


def answer_analysis(
    playlist: Playlist, found: LookedUp, options: AnalysisOptions, kinds: Sequence[ChartKind]
) -> AnalysisAnswer:
    """Analyse, and send back only what is new."""
    analysis = analyze(playlist, found, options, kinds)
    pairs = enumerate(zip(found.tracks, analysis.report.tracks, strict=True))
    changed = {row: after for row, (before, after) in pairs if after is not before}
    report = replace(analysis.report, playlist=replace(playlist, tracks=()), tracks=())
    return AnalysisAnswer(replace(analysis, report=report), changed)


def find_tidying(report: AnalysisReport) -> tuple[Finding, ...]:
    """List what could be tidied in a playlist."""
    from services.analysis.duplicates import find_tidying as find

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


def draw_posters(report: AnalysisReport, drawn_on: date) -> tuple[Chart, ...]:
    """Draw a playlist as a poster, in both sizes."""
    from services.charts.poster import render_posters

    return render_posters(report, drawn_on)


def place_sound(entry: EnrichedTrack, report: AnalysisReport | None) -> PlacedSound:
    """Put one sound file beside the reference and onto a map."""
    from services.analysis.from_sound import find_place, share_quieter
    from services.charts.card import render_place

    place = None if report is None else find_place(report, entry)
    chart = None if report is None or place is None else render_place(report, entry, place)
    return PlacedSound(share_quieter(entry), place, chart)


def count_numbers(report: AnalysisReport) -> tuple[PlaylistStats, Chart]:
    """Count what a playlist is made of, and draw it beside typical music."""
    from services.analysis.portrait import compute_stats
    from services.charts.features import render_stats

    stats = compute_stats(report)
    return stats, render_stats(report, stats)


def summarise(report: AnalysisReport) -> Summary:
    """Return what is remembered of a report."""
    from services.analysis.drift import summary_of

    return summary_of(report)


def look_back(
    name: str, report: AnalysisReport | None, stages: Sequence[Stage], first: EarlierSound | None
) -> tuple[Course, tuple[Chart, ...]]:
    """Say how a list sounded over time, and draw it."""
    from services.analysis.drift import course_of
    from services.charts.drift import render_course

    course = course_of(name, report, stages, first)
    return course, render_course(course)


def draw_cluster(report: AnalysisReport, index: int) -> Chart:
    """Draw the profile of one group."""
    from services.charts.features import render_cluster_profile

    return render_cluster_profile(report, index)


def draw_order(report: AnalysisReport, result: OrderResult, on_card: bool = False) -> Chart:
    """Draw the way of a playlist before and after."""
    from services.charts.order import render_order

    return render_order(report, result, on_card=on_card)


def export_report(report: AnalysisReport, said: ReportWords) -> tuple[bytes, bytes, DjFiles]:
    """Write a report as CSV and as JSON, and its groups for DJ programs."""
    from services.workflows.export import report_csv, report_json
    from services.workflows.list_export import dj_files, groups_of

    return report_csv(report), report_json(report, said), dj_files(groups_of(report))


def shrink(png: bytes) -> bytes:
    """Make a picture smaller."""
    from services.charts.render import shrink as run

    return run(png)
