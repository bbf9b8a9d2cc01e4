"""Reports and lists of tracks as files for other programs: JSON, CSV and plain links."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.domain.features import Feature
from services.domain.music import Track
from services.domain.ordering import OrderResult, Transition
from services.domain.report import AnalysisReport

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so; a quote in front keeps it text (OWASP, CSV injection)."""
_LIST_COLUMNS = (
    "Playlist name", "Position", "Track name", "Artist name(s)", "Album name", "ISRC", "Spotify ID", "Link",
)  # fmt: skip
"""Names that programs which import playlists look for."""


def report_document(report: AnalysisReport) -> dict[str, Any]:
    """Turn a report into the document that `analyze --json` prints.

    `cluster` is an index into `clusters` or null; `features`, `origin` and `se` map feature names
    to values in the units of `AudioFeatures`.
    """
    outliers = {outlier.track: outlier.reason for outlier in report.outliers}
    return {
        "playlist": report.playlist.name,
        "format": report.playlist.format,
        "verdict": report.structure.verdict.value,
        "sentence": report.sentence,
        "structure": {
            "groups": len(report.clusters),
            "stability": report.structure.stability,
            "gap": report.structure.gap,
            "gap_z": report.structure.gap_z,
            "forced": report.structure.forced,
        },
        "tracks": [
            _track_document(report, index, outliers.get(index)) for index in range(len(report.tracks))
        ],
        "clusters": [
            {
                "name": cluster.name,
                "blurb": cluster.blurb,
                "size": cluster.size,
                "likely": len(cluster.likely),
                "traits": [
                    {
                        "feature": trait.feature.value,
                        "words": trait.words,
                        "numbers": trait.numbers,
                        "value": trait.value,
                        "typical": trait.typical,
                        "z": trait.z,
                        "contrast": trait.contrast,
                    }
                    for trait in cluster.traits
                ],
                "typical": [report.tracks[track].track.label for track in cluster.typical],
                "top_artists": [[artist, count] for artist, count in cluster.top_artists],
            }
            for cluster in report.clusters
        ],
        "coverage": {
            "total": report.coverage.total,
            "measured": report.coverage.measured,
            "uploaded": report.coverage.uploaded,
            "borrowed": report.coverage.borrowed,
            "imputed": report.coverage.imputed,
            "unknown": report.coverage.unknown,
            "by_source": dict(report.coverage.by_source),
            "by_feature": {feature.value: count for feature, count in report.coverage.by_feature.items()},
            "line": report.quality_line,
        },
        "skipped": [
            {"reason": entry.reason.value, "count": entry.count, "examples": list(entry.examples)}
            for entry in report.playlist.skipped
        ],
        "duplicates": [
            {"kind": duplicate.kind.value, "tracks": list(duplicate.tracks), "keep": duplicate.keep}
            for duplicate in report.duplicates
        ],
        "notices": [*report.playlist.notes, *report.notices],
    }


def _track_document(report: AnalysisReport, index: int, outlier: str | None) -> dict[str, Any]:
    entry = report.tracks[index]
    placement = report.placements[index]
    errors = entry.standard_errors
    return {
        "id": entry.track.id,
        "title": entry.track.title,
        "artists": list(entry.track.artists),
        "cluster": placement.cluster,
        "likely": placement.likely,
        "probability": placement.probability,
        "origin": {
            feature.value: provenance.origin.value for feature, provenance in entry.provenance.items()
        },
        "source": {feature.value: provenance.source for feature, provenance in entry.provenance.items()},
        "features": {feature.value: entry.features.get(feature) for feature in Feature},
        "se": None if errors is None else {feature.value: errors.get(feature) for feature in errors.known},
        "outlier": outlier,
    }


def report_json(report: AnalysisReport) -> bytes:
    """Write the document of a report as UTF-8 JSON."""
    return json.dumps(report_document(report), ensure_ascii=False, separators=(",", ":")).encode()


def order_document(
    report: AnalysisReport, result: OrderResult, transitions: Sequence[Transition]
) -> dict[str, Any]:
    """Turn an order into the document that `optimize --json` prints.

    `order` holds the Spotify ids, or `row:N` (counted from 1 in the file) for a track without one.
    Costs are means of a step.
    """
    costs = result.costs
    return {
        "playlist": report.playlist.name,
        "goal": result.goal.value,
        "seed": result.seed,
        "exact": result.exact,
        "order": [report.tracks[row].track.id or f"row:{row + 1}" for row in result.order],
        "rows": [row + 1 for row in result.order],
        "cost": {
            "original": costs.original,
            "random_mean": costs.random_mean,
            "optimized": costs.optimized,
            "lower_bound": costs.lower_bound,
        },
        "before": asdict(result.before),
        "after": asdict(result.after),
        "transitions": [
            {
                **asdict(step),
                "position": step.position + 1,
                "before": report.tracks[step.before].track.label,
                "after": report.tracks[step.after].track.label,
            }
            for step in transitions
        ],
    }


def order_json(report: AnalysisReport, result: OrderResult, transitions: Sequence[Transition]) -> bytes:
    """Write the document of an order as UTF-8 JSON."""
    document = order_document(report, result, transitions)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def report_csv(report: AnalysisReport) -> bytes:
    """Write one row per track as CSV that spreadsheets open as text, never as formulas."""
    columns = [feature.value for feature in Feature]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["position", "id", "title", "artists", "album", "group", "likely", "outlier", *columns, "origins"]
    )
    outliers = {outlier.track: outlier.reason for outlier in report.outliers}
    for index, entry in enumerate(report.tracks):
        placement = report.placements[index]
        track = entry.track
        group = "" if placement.cluster is None else report.clusters[placement.cluster].name
        origins = sorted({provenance.origin.value for provenance in entry.provenance.values()})
        writer.writerow(
            [
                index + 1,
                track.id or "",
                _cell(track.title),
                _cell(";".join(track.artists)),
                _cell(track.album or ""),
                group,
                "yes" if placement.likely else "",
                _cell(outliers.get(index, "")),
                *("" if (value := entry.features.get(feature)) is None else value for feature in Feature),
                "+".join(origins),
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def lists_csv(lists: Sequence[tuple[str, Sequence[Track]]]) -> bytes:
    """Write named lists of tracks as one CSV, in their order, for programs that make playlists of it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_LIST_COLUMNS)
    for name, tracks in lists:
        for position, track in enumerate(tracks, start=1):
            writer.writerow(
                [
                    _cell(name),
                    position,
                    _cell(track.title),
                    _cell(", ".join(track.artists)),
                    _cell(track.album or ""),
                    _cell(track.isrc or ""),
                    track.id or "",
                    _link(track),
                ]
            )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def lists_links(lists: Sequence[tuple[str, Sequence[Track]]]) -> bytes:
    """Write the links of named lists of tracks, one a line, ready to be pasted into a playlist.

    A track without an id has no link; its name stands there instead.
    """
    parts = []
    for name, tracks in lists:
        heading = [f"# {' '.join(name.split())}"] if len(lists) > 1 else []
        parts.append("\n".join([*heading, *(_link(track) or f"# {track.label}" for track in tracks)]))
    return ("\n\n".join(parts) + "\n").encode()


def _link(track: Track) -> str:
    return f"https://open.spotify.com/track/{track.id}" if track.id else ""


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
