"""Which rows of a playlist are the same music, how sure that is, and what may go."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence

from services.analysis.facts import leads_of
from services.analysis.titles import core_title, is_vague, joined_credits, lead_artist, version_tags
from services.domain.drafts import Certainty, Double, DoubleKind, Finding, Keeping
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track, valid_isrc
from services.domain.report import AnalysisReport, Duplicate, DuplicateKind, EnrichedTrack

SAME_LENGTH_MS = 5_000
"""Releases of one recording differ by up to 5 s of silence; 2 s would miss a sixth of the known pairs."""


def find_duplicates(tracks: Sequence[Track], leads: Sequence[str] = ()) -> tuple[Duplicate, ...]:
    """Find rows that are the same track, recording or song, and versions of one song.

    Each pair is reported once, at its strongest kind: the groups of a weaker kind hold one row (the one to
    keep) for each group of a stronger kind. Removing all but `keep` from every group except "other version"
    leaves one row per song. Untitled rows match by id and ISRC alone, and so do titles that say nothing
    ("Intro"). Runs in O(n).

    Parameters
    ----------
    leads : sequence of n str, optional
        What `leads_of` says of them, where that is known already.

    Returns
    -------
    tuple of Duplicate
        Strongest kind first, then in playlist order; `tracks` ascend and always hold at least two rows.
    """
    found: list[Duplicate] = []
    rows = list(range(len(tracks)))
    ids = [track.id or None for track in tracks]
    rows = _merge(tracks, rows, _grouped(rows, ids), DuplicateKind.SAME_ID, found)
    recordings = [valid_isrc(track.isrc) for track in tracks]  # files carry placeholders, too
    rows = _merge(tracks, rows, _grouped(rows, recordings), DuplicateKind.SAME_RECORDING, found)
    titles = [core_title(track.title) for track in tracks]
    songs = _under_one_credit(tracks, list(zip(titles, leads or leads_of(tracks), strict=True)))
    several = [
        group for group in _grouped(rows, songs) if songs[group[0]][1] and not is_vague(titles[group[0]])
    ]
    # Most songs are there once: only titles of the others are asked which version they are.
    tags = {row: version_tags(tracks[row].title) for group in several for row in group}
    alike = [
        part for group in several for version in _grouped(group, tags) for part in _by_length(tracks, version)
    ]
    rows = _merge(tracks, rows, alike, DuplicateKind.SAME_SONG, found)
    left = set(rows)
    versions = [[row for row in group if row in left] for group in several]
    _merge(tracks, rows, versions, DuplicateKind.OTHER_VERSION, found, tags=tags)
    return tuple(found)


def song_of(track: Track) -> tuple[str, str] | None:
    """Return core title and lead artist, or None where they name no song ("Intro", nobody credited)."""
    lead, core = lead_artist(track.artists), core_title(track.title)
    return None if not lead or is_vague(core) else (core, lead)


def _under_one_credit(tracks: Sequence[Track], songs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Let a song by "A & B" be that by ("A", "B"), where both are here; names are never split for it."""
    found = list(songs)
    several = [row for row, track in enumerate(tracks) if len(track.artists) > 1]
    written = {songs[row][0] for row in several}
    # Only these can be written both ways.
    single = [
        row for row, (title, _) in enumerate(songs) if title in written and len(tracks[row].artists) == 1
    ]
    shared = {songs[row][0] for row in single}
    joined = {
        (songs[row][0], joined_credits(tracks[row].artists)): songs[row]
        for row in several
        if songs[row][0] in shared
    }
    for row in single:
        found[row] = joined.get((songs[row][0], joined_credits(tracks[row].artists)), songs[row])
    return found


def _grouped(
    rows: Iterable[int], keys: Sequence[Hashable | None] | Mapping[int, Hashable]
) -> list[list[int]]:
    """Gather the rows that share their key with others; most of a list shares it with none."""
    first: dict[Hashable, int] = {}
    groups: dict[Hashable, list[int]] = {}
    for row in rows:
        key = keys[row]
        if key is not None and (earlier := first.setdefault(key, row)) != row:
            groups.setdefault(key, [earlier]).append(row)
    return list(groups.values())


def _by_length(tracks: Sequence[Track], group: list[int]) -> list[list[int]]:
    """Split a group so that known lengths within a part differ by at most `SAME_LENGTH_MS`.

    Rows of unknown length join where there is one part only; with several nobody can tell which.
    """
    if len(group) == 1:
        return [group]
    unknown = [row for row in group if not tracks[row].duration_ms]
    parts: list[list[int]] = []
    shortest = 0
    for length, row in sorted((length, row) for row in group if (length := tracks[row].duration_ms)):
        if not parts or length - shortest > SAME_LENGTH_MS:
            parts.append([])
            shortest = length
        parts[-1].append(row)
    if len(parts) > 1:
        return [*parts, *([row] for row in unknown)]
    return [[*(parts[0] if parts else []), *unknown]]


def _merge(
    tracks: Sequence[Track],
    rows: Iterable[int],
    groups: Iterable[list[int]],
    kind: DuplicateKind,
    found: list[Duplicate],
    *,
    tags: Mapping[int, frozenset[str]] | None = None,
) -> list[int]:
    """Report every group of two or more, and return the rows without those that another stands for."""
    dropped: set[int] = set()
    reported: list[Duplicate] = []
    for group in groups:
        if len(group) == 1:
            continue
        # Of several versions the one without tags is the song itself.
        keep = min(group, key=lambda row: (len(tags[row]) if tags else 0, *_worth(tracks[row]), row))
        dropped.update(row for row in group if row != keep)
        reported.append(Duplicate(kind=kind, tracks=tuple(sorted(group)), keep=keep))
    found += sorted(reported, key=lambda duplicate: duplicate.tracks)
    return [row for row in rows if row not in dropped]


def _worth(track: Track) -> tuple[int, int, int, int, str]:
    """Rank a row for keeping, smallest first.

    A row that can be opened again (it has an id), then the one that brings its own feature values, the most
    popular release (the one services keep), the most complete row, the one added first.
    """
    carried = len(SOUND_FEATURES) - track.uploaded.sound.count(None) if track.uploaded else 0
    complete = sum(
        value not in (None, "", ())
        for value in (
            track.title,
            track.artists,
            track.album,
            track.isrc,
            track.duration_ms,
            track.release_year,
        )
    )
    return (not track.id, -carried, -(track.popularity or 0), -complete, track.added_at or "9999")


_KEEPING = (
    Keeping.PLAYABLE, Keeping.MORE_SOUND, Keeping.MORE_POPULAR, Keeping.MORE_COMPLETE, Keeping.EARLIER,
)  # fmt: skip
"""One reason for each place of `_worth`."""


def keeping_reason(keep: Track, other: Track, *, is_original: bool = False) -> Keeping:
    """Say why one of two doubles is suggested for keeping.

    Parameters
    ----------
    keep, other
        The suggested row, and one that it stands for.
    is_original
        Whether it is the song itself and the other a version of it.
    """
    if is_original:
        return Keeping.ORIGINAL
    mine, theirs = _worth(keep), _worth(other)
    # The first place in which they differ has decided.
    return next(
        (reason for place, reason in enumerate(_KEEPING) if mine[place] != theirs[place]), Keeping.FIRST
    )


_EDITIONS = (
    ("remaster", re.compile(r"\bre-?master|\bremaste?ri[sz]|リマスター", re.IGNORECASE)),
    ("mono mix", re.compile(r"[(\[-][^(\[-]*\bmono\b", re.IGNORECASE)),
)
"""What release wording tells of the sound: a title with one of them may be another recording."""
_TOLERANCES = {
    Feature.ENERGY: 0.1,
    Feature.DANCEABILITY: 0.1,
    Feature.ACOUSTICNESS: 0.25,
    Feature.TEMPO: 0.04,
}
"""How far two measurements of one recording lie apart at most; of tempo as a share of it."""
_PULSES = (1.0, 2.0, 3 / 2, 4 / 3)
"""Ratios in which trackers hear one and the same tempo."""
_FEWEST_DIFFERING = 2
_SURE = {
    DuplicateKind.SAME_ID: DoubleKind.SAME_TRACK,
    DuplicateKind.SAME_RECORDING: DoubleKind.SAME_RECORDING,
    DuplicateKind.SAME_SONG: DoubleKind.SAME_SONG,
}


def find_tidying(report: AnalysisReport) -> tuple[Finding, ...]:
    """List what could be tidied: what is there twice for certain, what may be, and what stands out.

    Each row is asked about once. Of a group of doubles every row but the suggested keeper is a
    finding; live, remixed and remastered versions are a "maybe", and so are rows of one title that
    were measured differently, of which one is clean, or whose lengths nobody knows. A double that
    also stands out is asked about as a double.
    """
    found: list[Finding] = []
    asked: set[int] = set()
    for duplicate in report.duplicates:
        for row in duplicate.tracks:
            if row != duplicate.keep and row not in asked:
                asked.add(row)
                found.append(_double(report.tracks, duplicate, row))
    found += [
        Finding(row=outlier.track, certainty=Certainty.OPINION, reason=outlier)
        for outlier in report.outliers
        if outlier.track not in asked
    ]
    order = list(Certainty)
    return tuple(sorted(found, key=lambda finding: order.index(finding.certainty)))


def _double(entries: Sequence[EnrichedTrack], duplicate: Duplicate, row: int) -> Finding:
    entry, kept = entries[row], entries[duplicate.keep]
    track, keeper = entry.track, kept.track
    is_version = duplicate.kind is DuplicateKind.OTHER_VERSION
    doubt = _version(track, keeper) if is_version else None
    if duplicate.kind is DuplicateKind.SAME_SONG:
        doubt = _doubt(entry, kept)
    return Finding(
        row=row,
        certainty=Certainty.SURE if doubt is None else Certainty.MAYBE,
        reason=doubt or Double(_SURE[duplicate.kind]),
        keeper=duplicate.keep,
        keeper_reason=keeping_reason(
            keeper, track, is_original=is_version and not version_tags(keeper.title)
        ),
    )


def _doubt(entry: EnrichedTrack, kept: EnrichedTrack) -> Double | None:
    """Return why two rows of one title and artist may be different music; None where they seem one."""
    track, keeper = entry.track, kept.track
    if edition := _differing_edition(track, keeper):
        return edition
    if differing := _differing_sound(entry, kept):
        feature, own, other = differing
        return Double(DoubleKind.SOUNDS_DIFFERENT, feature=feature, values=(own, other))
    if None not in (track.explicit, keeper.explicit) and track.explicit != keeper.explicit:
        return Double(DoubleKind.CLEAN, is_this=not track.explicit)
    if not track.duration_ms and not keeper.duration_ms:
        return Double(DoubleKind.LENGTHS_UNKNOWN)
    return None


def _differing_sound(entry: EnrichedTrack, kept: EnrichedTrack) -> tuple[Feature, float, float] | None:
    """Return the first of the measured features that differ, where two do; estimates prove nothing."""
    differing = []
    for feature, tolerance in _TOLERANCES.items():
        own, other = entry.features.get(feature), kept.features.get(feature)
        if own is None or other is None or entry.is_imputed(feature) or kept.is_imputed(feature):
            continue
        if feature is Feature.TEMPO:
            differs = not _is_one_pulse(own, other)
        else:
            differs = abs(own - other) > tolerance + 1e-9
        if differs:
            differing.append((feature, own, other))
    return differing[0] if len(differing) >= _FEWEST_DIFFERING else None


def _is_one_pulse(one: float, other: float) -> bool:
    return any(
        abs(math.log2(one / other * ratio)) <= math.log2(1 + _TOLERANCES[Feature.TEMPO])
        for step in _PULSES
        for ratio in (step, 1 / step)
    )


def _version(track: Track, keeper: Track) -> Double:
    """Return in which way a track is another version than its keeper."""
    own, others = version_tags(track.title), version_tags(keeper.title)
    for tags, is_this in ((own - others, True), (others - own, False)):
        if named := sorted(tag for tag in tags if ":" not in tag and tag != "version"):
            return Double(DoubleKind.VERSION, named[0], is_this=is_this)
    edition = _differing_edition(track, keeper) if own == others else None
    return edition or Double(DoubleKind.VERSION)


def _differing_edition(track: Track, keeper: Track) -> Double | None:
    """Return which of two releases is a remaster or a mono mix, where one of them alone is."""
    for tag, pattern in _EDITIONS:
        own, other = bool(pattern.search(track.title)), bool(pattern.search(keeper.title))
        if own != other:
            return Double(DoubleKind.VERSION, tag, is_this=own)
    return None
