"""A report as readable text in a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.domain.report import AnalysisReport, DuplicateKind

_LETTERS = "ABCDEFGH"
_SHOWN = 8


def print_report(report: AnalysisReport, console: Console, *, charts: Path | None) -> None:
    """Print the summary: verdict, groups, what stands out, what is there twice, and how much is known."""
    playlist = report.playlist
    console.print(
        f"\n[bold]{escape(playlist.name)}[/bold]  {len(playlist.tracks):,} tracks · {escape(playlist.format)}"
    )
    console.print(f"{escape(report.sentence)}\n")
    if report.clusters:
        console.print(_groups(report))
    _print_findings(report, console)
    console.print(f"[dim]{escape(report.quality_line)}[/dim]")
    for entry in playlist.skipped:
        examples = f" ({escape(', '.join(entry.examples[:3]))})" if entry.examples else ""
        console.print(f"[dim]Left out: {entry.count:,} × {escape(entry.reason.value)}{examples}[/dim]")
    for line in (*playlist.notes, *report.notices):
        console.print(f"[dim]{escape(line)}[/dim]")
    if charts:
        console.print(f"Charts are in {escape(str(charts))}")


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
        table.add_row(
            _LETTERS[index],
            escape(cluster.name),
            f"{cluster.size:,}{likely} ({share:.0f} %)",
            escape(f"{traits}; {measures}" if measures else traits),
            escape(examples),
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
