"""A report as readable text in a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cogs.words.grouping import basis_line
from cogs.words.portrait import type_line
from cogs.words.report import notices, quality, subtitle, verdict
from cogs.words.sound import tempo_words
from cogs.words.stats import finding, number_lines, sound_line
from cogs.words.text import letter_of
from services.domain.charts import Chart
from services.domain.report import AnalysisReport, DuplicateKind
from services.domain.stats import PlaylistStats

_SHOWN = 8


def print_report(report: AnalysisReport, console: Console, *, charts: Path | None) -> None:
    """Print the summary: verdict, groups, what stands out, what is there twice, and how much is known."""
    playlist = report.playlist
    console.print(
        f"\n[bold]{escape(playlist.name)}[/bold]  {len(playlist.tracks):,} tracks · {escape(playlist.format)}"
    )
    console.print(escape(verdict(report)))
    console.print(f"{escape(type_line(report.portrait))}\n")
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
        console.print(f"[dim]Left out: {entry.count:,} × {escape(entry.reason.value)}{examples}[/dim]")
    for line in notices(report):
        console.print(f"[dim]{escape(line)}[/dim]")
    if charts:
        console.print(f"Charts are in {escape(str(charts))}")


def print_numbers(report: AnalysisReport, stats: PlaylistStats, chart: Chart, console: Console) -> None:
    """Print what a playlist is made of, and how it sounds beside typical music."""
    console.print(f"\n[bold]{escape(report.playlist.name)}[/bold]  {escape(report.playlist.format)}")
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
        traits = "; ".join(f"{trait.words}: {trait.numbers}" for trait in cluster.traits[:2])
        # The first part of the blurb repeats the traits in other words.
        measures = cluster.blurb.partition(" · ")[2]
        examples = "\n".join(report.tracks[track].track.label for track in cluster.typical)
        known = subtitle(cluster)
        table.add_row(
            letter_of(report.clusters, index),
            escape(f"{cluster.name}\n{known}" if known else cluster.name),
            f"{cluster.size:,}{likely} ({share:.0f} %)",
            escape(f"{traits}; {measures}" if measures else traits),
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
                reading.key.words if reading.key else "none",
                f"{reading.loudness_lufs:.1f}",
                f"{minutes}:{seconds:02d}",
            )
    return table


def _print_findings(report: AnalysisReport, console: Console) -> None:
    if report.outliers:
        console.print("\n[bold]Stands out most[/bold]")
        for outlier in report.outliers:
            console.print(f"  {escape(report.tracks[outlier.track].track.label)}: {escape(outlier.reason)}")
    doubles = [entry for entry in report.duplicates if entry.kind is not DuplicateKind.OTHER_VERSION]
    if doubles:
        console.print("\n[bold]There more than once[/bold]")
        for entry in doubles[:_SHOWN]:
            places = ", ".join(f"#{track + 1}" for track in entry.tracks)
            console.print(
                f"  {escape(report.tracks[entry.keep].track.label)} at {places} ({entry.kind.value})"
            )
        if len(doubles) > _SHOWN:
            console.print(f"  … and {len(doubles) - _SHOWN:,} more")
    console.print()
