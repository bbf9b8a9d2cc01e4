"""Reports, comparisons and blends as readable text in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cogs.words.comparison import comparison_sentence, meaning_words, pair_reasons, score_words
from cogs.words.grouping import basis_line, measures, subtitle, trait_numbers, trait_words
from cogs.words.messages import note_lines
from cogs.words.people import award_title, award_words
from cogs.words.portrait import type_line
from cogs.words.quality import quality
from cogs.words.report import format_words, notices, verdict
from cogs.words.sound import key_words, tempo_words
from cogs.words.stats import duplicate_words, finding, number_lines, sound_line
from cogs.words.text import SKIPPED, join_words, letter_of, plural
from services.domain.charts import Chart
from services.domain.comparison import Comparison, Pair, Participant, PersonKey
from services.domain.features import Feature
from services.domain.group_words import outlier_words
from services.domain.groups import Blend
from services.domain.report import AnalysisReport, DuplicateKind
from services.domain.stats import PlaylistStats

_DOUBLES_SHOWN = 8
_PAIRS_SHOWN = 12
_NAMES_SHOWN = 10


def print_report(report: AnalysisReport, console: Console, *, charts: Path | None) -> None:
    """Print the summary: verdict, groups, what stands out, what is there twice, and how much is known."""
    playlist = report.playlist
    console.print(
        f"\n[bold]{escape(playlist.name)}[/bold]  {plural(len(playlist.tracks), 'track')} · "
        f"{escape(format_words(playlist))}"
    )
    for line in (verdict(report), type_line(report.portrait)):
        if line:
            console.print(escape(line))
    console.print()
    if report.clusters:
        console.print(_groups(report))
    if any(entry.track.sound for entry in report.tracks):
        console.print(_sounds(report))
    _print_findings(report, console)
    if report.clusters:
        console.print(f"[dim]{escape(basis_line(report.basis))}[/dim]")
    console.print(f"[dim]{escape(quality(report))}[/dim]")
    for entry in playlist.skipped:
        examples = f" ({escape(', '.join(entry.examples[:3]))})" if entry.examples else ""
        console.print(f"[dim]Left out: {entry.count:,} × {escape(SKIPPED[entry.reason])}{examples}[/dim]")
    for line in notices(report):
        console.print(f"[dim]{escape(line)}[/dim]")
    if charts:
        console.print(f"Charts are in {escape(str(charts))}")


def print_numbers(report: AnalysisReport, stats: PlaylistStats, chart: Chart, console: Console) -> None:
    """Print what a playlist is made of, and how it sounds beside typical music."""
    console.print(f"\n[bold]{escape(report.playlist.name)}[/bold]  {escape(format_words(report.playlist))}")
    console.print(f"{escape(finding(stats))}\n")
    for head, line in number_lines(stats, report.playlist.source):
        console.print(f"[bold]{head}[/bold]  {escape(line)}")
    console.print(f"\n{escape(chart.text)}")
    for line in (sound_line(stats), quality(report)):
        if line:
            console.print(f"[dim]{escape(line)}[/dim]")


def _groups(report: AnalysisReport) -> Table:
    evidence = sum(cluster.size for cluster in report.clusters)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "Group", "Tracks", "What it sounds like", "For example"):
        table.add_column(heading, justify="right" if heading == "Tracks" else "left", overflow="fold")
    for index, cluster in enumerate(report.clusters):
        share = 100 * cluster.size / evidence
        likely = f" +{len(cluster.likely)}?" if cluster.likely else ""
        traits = "; ".join(f"{trait_words(trait)}: {trait_numbers(trait)}" for trait in cluster.traits[:2])
        # How it sounds as a whole would repeat the traits in other words.
        is_tempo_told = Feature.TEMPO in [trait.feature for trait in cluster.traits[:2]]
        measured = measures(cluster, with_tempo=not is_tempo_told)
        examples = "\n".join(report.tracks[track].track.label for track in cluster.typical)
        known = subtitle(cluster)
        table.add_row(
            letter_of(report.clusters, index),
            escape(f"{cluster.name}\n{known}" if known else cluster.name),
            f"{cluster.size:,}{likely} ({share:.0f}%)",
            escape(f"{traits}; {measured}" if measured else traits),
            escape(examples),
        )
    return table


def _sounds(report: AnalysisReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Track", "Tempo", "Key", "LUFS", "Length"):
        table.add_column(heading, overflow="fold")
    for entry in report.tracks:
        if entry.track.sound is not None:
            reading = entry.track.sound.reading
            minutes, seconds = divmod(round(reading.length_s), 60)
            table.add_row(
                escape(entry.track.label),
                tempo_words(reading.tempo) if reading.tempo else "none",
                key_words(reading.key) if reading.key else "none",
                f"{reading.loudness_lufs:.1f}",
                f"{minutes}:{seconds:02d}",
            )
    return table


def _print_findings(report: AnalysisReport, console: Console) -> None:
    if report.outliers:
        console.print("\n[bold]Stands out most[/bold]")
        for outlier in report.outliers:
            said = outlier_words(outlier, report.names)
            console.print(f"  {escape(report.tracks[outlier.track].track.label)}: {escape(said)}")
    doubles = [entry for entry in report.duplicates if entry.kind is not DuplicateKind.OTHER_VERSION]
    if doubles:
        console.print("\n[bold]Duplicates[/bold]")
        for entry in doubles[:_DOUBLES_SHOWN]:
            places = ", ".join(f"#{track + 1}" for track in entry.tracks)
            label = escape(report.tracks[entry.keep].track.label)
            console.print(f"  {label} at {places} ({duplicate_words(entry)})")
        if len(doubles) > _DOUBLES_SHOWN:
            console.print(f"  … and {len(doubles) - _DOUBLES_SHOWN:,} more")
    console.print()


def print_comparison(found: Comparison, console: Console, *, charts: Path | None) -> None:
    """Print the sentence, the matrix, each pair with its reasons, and the awards."""
    console.print(f"\n[bold]{escape(comparison_sentence(found))}[/bold]\n")
    console.print(_matrix(found))
    roles = (("Centre", found.centre), ("Lone wolf", found.lone_wolf), ("Bridge", found.bridge))
    for role, top in roles:
        if top is not None and top.is_sure:
            tie = ", too close to tell" if top.only is None else ""
            console.print(f"{role}: {escape(join_words(map(found.name, top.keys), 'or'))}{tie}")
    ranked = found.ranked(found.pairs)
    for pair in ranked[:_PAIRS_SHOWN]:
        _print_pair(found, pair, console)
    if len(ranked) > _PAIRS_SHOWN:
        console.print(f"\n… and {len(ranked) - _PAIRS_SHOWN:,} more pairs; --json has them all")
    if found.awards:
        console.print("\n[bold]Awards[/bold]")
    for award in found.awards:
        console.print(
            f"  {award_title(award)}: {escape(_names(found, award.keys))} ({award_words(found, award)})"
        )
    if charts:
        console.print(f"\nCharts are in {escape(str(charts))}")


def print_blend(found: Blend, console: Console) -> None:
    """Print the tracks with whom each serves, and how satisfied everybody is."""
    names = {person.key: person.name for person in found.people}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "Track", "From", "Serves"):
        table.add_column(heading, justify="right" if not heading else "left", overflow="fold")
    for number, track in enumerate(found.tracks, 1):
        table.add_row(
            str(number),
            escape(track.entry.track.label),
            escape(", ".join(names[key] for key in track.owners)),
            escape(", ".join(names[key] for key in track.serves)),
        )
    console.print(f"\n[bold]A {found.mode.value} blend for {escape(', '.join(names.values()))}[/bold]\n")
    if found.tracks:
        console.print(table)
        console.print()
        for person in found.people:
            console.print(
                f"{escape(person.name)}: satisfied {100 * person.satisfaction:.0f}%,"
                f" {plural(person.turns, 'turn')}, {person.owned} of their own songs,"
                f" {plural(person.foreign, 'foreign one')}"
            )
    for note in note_lines(found.notes):
        console.print(f"[dim]{escape(note)}[/dim]")


def _matrix(found: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for number in range(1, len(found.people) + 1):
        table.add_column(str(number), justify="right")
    for number, person in enumerate(found.people, 1):
        scores = [_cell(found, person, other) for other in found.people]
        table.add_row(f"{number} {escape(person.name)}", *scores)
    return table


def _cell(found: Comparison, one: Participant, other: Participant) -> str:
    """Say a score in the few letters of a table: a number, or the range alone."""
    if one is other:
        return "100" if one.is_scored else "–"
    pair = found.pair(one.key, other.key)
    if pair.score is None:
        return "–"
    return f"{pair.low:.0f}–{pair.high:.0f}" if found.is_rough(pair) else f"{pair.score:.0f}"


def _print_pair(found: Comparison, pair: Pair, console: Console) -> None:
    names = f"{found.name(pair.a)} and {found.name(pair.b)}"
    console.print(f"\n[bold]{escape(names)}: {score_words(found, pair)}[/bold]")
    if words := meaning_words(found, pair):
        console.print(f"  {escape(words[:1].upper() + words[1:])}.")
    for reason in pair_reasons(found, pair):
        console.print(f"  {escape(reason)}")
    if len(pair.shared_tracks) > 1:
        shown = [track.label for track in pair.shared_tracks[:_NAMES_SHOWN]]
        more = len(pair.shared_tracks) - len(shown)
        console.print(f"  [dim]{escape('; '.join(shown))}{f' … and {more:,} more' if more else ''}[/dim]")


def _names(found: Comparison, keys: Iterable[PersonKey]) -> str:
    return ", ".join(found.name(key) for key in keys)
