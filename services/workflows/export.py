"""Reports as files for other programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from services.domain.features import Feature, PartlyKnown
from services.domain.group_words import outlier_words
from services.domain.messages import ReportWords
from services.domain.ordering import OrderResult, Transition
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import PlaylistStats

JSON_VERSION = 2
"""Of a report's document: one more where a field goes or means something else, none where one is added."""

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
"""A spreadsheet runs a cell that begins so, many after trimming blanks and some after folding full-width
signs; a quote in front keeps it text (OWASP, CSV injection)."""
_TRIMMED = "".join(map(chr, (*range(33), 127, 0x85, 0xA0, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F,
    0x205F, 0x2060, 0x3000, 0x3164, 0x2800, 0x115F, 0x1160, 0xFFA0, 0xFEFF)))  # fmt: skip
"""Control characters, blanks and what looks like one."""


def fields_of(value: object, *names: str) -> dict[str, Any]:
    """Write down some fields of a value under their own names."""
    return {name: getattr(value, name) for name in names}


def report_document(report: AnalysisReport, said: ReportWords) -> dict[str, Any]:
    """Turn a report into the document that `analyze --json` prints; docs/terminal.md lists its fields.

    `cluster` is an index into `clusters` or null; `features`, `origin` and `se` map feature names
    to values in the units of `AudioFeatures`. The `subtitle` of a group says what came with its tracks
    (`Subtitle`): empty or null where nothing distinguishes it. `tempo_bpm` is null where the tracks share no
    tempo; `tempo_range_bpm` then says where half of them lie, or is null too. `structure.estimated` lists
    the features that are estimated for a good part of the tracks that decide; `coverage.partly` says what is
    known of tracks that lack some features (they are among `imputed` and `unknown`), or is null.

    `by` is "sound" or "style"; `basis` says what the groups rest on, in shares of the tracks, and for groups
    by style and era their `stability`; `refused` where those were asked for and too few years are known.
    `verdict` and `structure` are about sound, whichever way the tracks are grouped.
    """
    outliers = {each.track: outlier_words(each, report.names) for each in report.outliers}
    return {
        "version": JSON_VERSION,
        "playlist": report.playlist.name,
        "format": report.playlist.format,
        "by": report.basis.grouping.value,
        "basis": fields_of(
            report.basis,
            *("years", "genres", "remembered_genres", "earlier_genres", "earlier_artists", "common_genres"),
            *("common_artists", "stability", "refused"),
        ),
        "verdict": report.structure.verdict.value,
        "sentence": said.verdict,
        "structure": {
            "groups": len(report.clusters),
            **fields_of(report.structure, "stability", "gap", "gap_z", "forced", "asked", "of_albums"),
            "unit": report.structure.unit.value,
            "estimated": [feature.value for feature in report.structure.estimated],
        },
        "tracks": [
            _track_document(report, index, outliers.get(index)) for index in range(len(report.tracks))
        ],
        "clusters": [
            {
                "name": cluster.name,
                "blurb": words.blurb,
                "subtitle": fields_of(
                    cluster.subtitle,
                    *("genres", "genre_share", "decade", "decade_share"),
                    *("artist", "artist_share", "of_artists", "album", "album_share"),
                ),
                "tempo_bpm": cluster.tempo_bpm,
                "tempo_range_bpm": cluster.tempo_range_bpm and list(cluster.tempo_range_bpm),
                "size": cluster.size,
                "likely": len(cluster.likely),
                "traits": [
                    {
                        "feature": trait.feature.value,
                        "words": said_of_it,
                        "numbers": numbers,
                        **fields_of(trait, "value", "typical", "z", "contrast"),
                    }
                    for trait, (said_of_it, numbers) in zip(cluster.traits, words.traits, strict=True)
                ],
                "typical": [report.tracks[track].track.label for track in cluster.typical],
                "top_artists": [[artist, count] for artist, count in cluster.top_artists],
            }
            for cluster, words in zip(report.clusters, said.groups, strict=True)
        ],
        "coverage": {
            **fields_of(
                report.coverage,
                *("total", "measured", "heard", "uploaded", "borrowed", "imputed", "unknown"),
            ),
            "partly": _partly_document(report.coverage.partly),
            "by_source": dict(report.coverage.by_source),
            "by_feature": {feature.value: count for feature, count in report.coverage.by_feature.items()},
            "line": said.quality,
        },
        "skipped": [
            {"reason": entry.reason.value, "count": entry.count, "examples": list(entry.examples)}
            for entry in report.playlist.skipped
        ],
        "duplicates": [
            {"kind": duplicate.kind.value, "tracks": list(duplicate.tracks), "keep": duplicate.keep}
            for duplicate in report.duplicates
        ],
        "notices": list(said.notices),
    }


def _partly_document(partly: PartlyKnown | None) -> dict[str, Any] | None:
    if partly is None:
        return None
    return {
        **fields_of(partly, "tracks", "estimated", "unknown", "deciding"),
        "known": {feature.value: count for feature, count in partly.known.items()},
    }


def _track_document(report: AnalysisReport, index: int, outlier: str | None) -> dict[str, Any]:
    entry = report.tracks[index]
    placement = report.placements[index]
    errors = entry.standard_errors
    return {
        "id": entry.track.id,
        "title": entry.track.title,
        "artists": list(entry.track.artists),
        **fields_of(placement, "cluster", "likely", "probability"),
        "origin": {
            feature.value: provenance.origin.value for feature, provenance in entry.provenance.items()
        },
        "source": {feature.value: provenance.source for feature, provenance in entry.provenance.items()},
        "features": {feature.value: entry.features.get(feature) for feature in Feature},
        "se": None if errors is None else {feature.value: errors.get(feature) for feature in errors.known},
        "outlier": outlier,
        **({"location": entry.track.location} if entry.track.location is not None else {}),
        **({"sound": _sound_document(entry)} if entry.track.sound is not None else {}),
    }


def _sound_document(entry: EnrichedTrack) -> dict[str, Any]:
    """Write down what was measured from the file of a track, and what other sources say beside it."""
    sound = entry.track.sound
    if sound is None:
        return {}
    reading, tempo, key = sound.reading, sound.reading.tempo, sound.reading.key
    return {
        "kind": sound.kind.value,
        "source": reading.source,
        "length_s": round(reading.length_s, 3),
        "loudness_lufs": reading.loudness_lufs,
        "true_peak_dbtp": reading.true_peak_db,
        "tempo": tempo
        and {
            "bpm": tempo.bpm,
            "other_bpm": tempo.other_bpm,
            "other_share": round(tempo.other_share, 3),
            "confidence": round(tempo.confidence, 3),
        },
        "key": key and {"name": key.name, "relative": key.relative.name, "margin": round(key.margin, 4)},
        "clips": sound.clips
        and {
            "answered": sound.clips.answered,
            "sent": sound.clips.sent,
            "features": {each.value: sound.clips.features.get(each) for each in sound.clips.features.known},
            "spread": {each.value: sound.clips.spread.get(each) for each in sound.clips.spread.known},
        },
        "musicbrainz_recording": entry.track.recording_id,
        "other_sources": [
            {
                "origin": provenance.origin.value,
                "source": provenance.source,
                "features": {each.value: features.get(each) for each in features.known},
            }
            for features, provenance in entry.others
        ],
    }


def report_json(report: AnalysisReport, said: ReportWords) -> bytes:
    """Write the document of a report as UTF-8 JSON."""
    return json.dumps(report_document(report, said), ensure_ascii=False, separators=(",", ":")).encode()


def stats_json(report: AnalysisReport, stats: PlaylistStats) -> bytes:
    """Write the numbers of a playlist as UTF-8 JSON, as `stats --json` prints them.

    `known` stands beside each number: the tracks with a real, an estimated and no value. Medians, quartiles
    and percentiles are of real values alone, and null where there is none. `portrait` says what sets the list
    apart; its `percent` is of public playlists.
    """
    tempo = stats.tempo
    document = {
        "playlist": report.playlist.name,
        "tracks": stats.tracks,
        "length": {"ms": stats.length_ms, "known": asdict(stats.with_length)},
        "artists": {"count": dict(stats.artists), "known": asdict(stats.with_artist)},
        "decades": {"count": dict(stats.decades), "known": asdict(stats.with_year)},
        "genres": {"count": dict(stats.genres), "known": asdict(stats.with_genres)},
        "explicit": {"count": stats.explicit, "known": asdict(stats.with_explicit)},
        "tempo": {
            "bpm": None if tempo is None else tempo.bpm,
            "range_bpm": None if tempo is None else [tempo.low_bpm, tempo.high_bpm],
            "known": asdict(stats.with_tempo),
        },
        "keys": {
            "count": {key.code: count for key, count in stats.keys.most_common(len(stats.keys.counts))},
            "major_share": stats.keys.major_share,
            "modes_known": stats.keys.modes_known,
            "known": asdict(stats.with_key),
        },
        "features": {
            each.feature.value: {
                "own": each.own and asdict(each.own),
                "typical": asdict(each.typical),
                "percentiles": each.percentiles and asdict(each.percentiles),
                "known": asdict(each.known),
            }
            for each in stats.features
        },
        "portrait": asdict(stats.portrait),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def order_document(
    report: AnalysisReport,
    result: OrderResult,
    transitions: Sequence[Transition],
    words: Callable[[Transition], str],
) -> dict[str, Any]:
    """Turn an order into the document that `optimize --json` prints.

    `order` holds the Spotify ids, or `row:N` (counted from 1 in the file) for a track without one.
    Costs are means of a step.
    """
    return {
        "playlist": report.playlist.name,
        "goal": result.goal.value,
        "seed": result.seed,
        "exact": result.exact,
        "order": [report.tracks[row].track.id or f"row:{row + 1}" for row in result.order],
        "rows": [row + 1 for row in result.order],
        "cost": fields_of(result.costs, "original", "random_mean", "optimized", "lower_bound"),
        "before": asdict(result.before),
        "after": asdict(result.after),
        "transitions": [
            {
                **asdict(step),
                "words": words(step),
                "position": step.position + 1,
                "before": report.tracks[step.before].track.label,
                "after": report.tracks[step.after].track.label,
            }
            for step in transitions
        ],
    }


def order_json(
    report: AnalysisReport,
    result: OrderResult,
    transitions: Sequence[Transition],
    words: Callable[[Transition], str],
) -> bytes:
    """Write the document of an order as UTF-8 JSON."""
    document = order_document(report, result, transitions, words)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def report_csv(report: AnalysisReport) -> bytes:
    """Write one row per track as CSV that spreadsheets open as text, never as formulas."""
    columns = [feature.value for feature in Feature]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["position", "id", "title", "artists", "album", "group", "likely", "outlier", *columns, "origins"]
    )
    outliers = {each.track: outlier_words(each, report.names) for each in report.outliers}
    for index, entry in enumerate(report.tracks):
        placement = report.placements[index]
        track = entry.track
        group = "" if placement.cluster is None else report.clusters[placement.cluster].name
        origins = sorted({provenance.origin.value for provenance in entry.provenance.values()})
        writer.writerow(
            [
                index + 1,
                track.id or "",
                csv_text(track.title),
                csv_text(";".join(track.artists)),
                csv_text(track.album or ""),
                group,
                "yes" if placement.likely else "",
                csv_text(outliers.get(index, "")),
                *("" if (value := entry.features.get(feature)) is None else value for feature in Feature),
                "+".join(origins),
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def csv_text(text: str) -> str:
    """Return text so that no spreadsheet takes it for a formula."""
    begins_as_formula = text.startswith(_BREAKS) or text.lstrip(_TRIMMED).startswith(_FORMULA_STARTS)
    return f"'{text}" if begins_as_formula else text
