"""Describe how a playlist sounds: groups, names, places on the map, what stands out, what is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import Partition
from services.analysis.duplicates import find_duplicates
from services.analysis.facts import numbered
from services.analysis.genres import commonly_known, has_genre
from services.analysis.grounding import grounded
from services.analysis.grouping import Groups, agreement_with_estimates, basis_of, group, middles
from services.analysis.matrix import FeatureTable, Music, Sound
from services.analysis.membership import confidence, top_artists, typical_tracks
from services.analysis.name_rules import faint_words, said_by
from services.analysis.naming import name_clusters, name_playlist
from services.analysis.outliers import find_outliers
from services.analysis.portrait import portrait_of
from services.analysis.projection import Projection, project
from services.analysis.reference import REFERENCE_MEDIANS, TYPICAL, audible
from services.analysis.scenes import scene_of
from services.analysis.tally import carriers, groups_and_rests, subtitle_of
from services.analysis.titles import lead_artist
from services.analysis.traits import (
    HeardGroup,
    describe_traits,
    levels,
    major_share,
    profile_of,
)
from services.domain.analysis import AnalysisOptions
from services.domain.features import Coverage
from services.domain.group_words import mood_words, name_words
from services.domain.grouping import Grouping, GroupName, Mood
from services.domain.messages import Note
from services.domain.music import Playlist
from services.domain.portrait import Outlier
from services.domain.report import (
    ONE_ALBUM,
    AnalysisReport,
    Cluster,
    EnrichedTrack,
    Placement,
    Subtitle,
    Trait,
)

FEWEST_OF_ALBUM = 5
"""Tracks of one album from which a group is called that album."""

_NOWHERE = Placement(cluster=None, confidence=None, likely=False, probability=None, x=None, y=None)


def describe(
    playlist: Playlist,
    tracks: Sequence[EnrichedTrack],
    coverage: Coverage,
    *,
    options: AnalysisOptions,
    notices: tuple[Note, ...] = (),
    artist_genres: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    earlier_genres: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> AnalysisReport:
    """Analyse a playlist whose tracks are enriched.

    Only tracks with evidence decide anything: all nine sound features known, one estimated at most. Other
    tracks are placed afterwards, with the probability of the guess. Deterministic: the same tracks give the
    same groups in any order.

    Parameters
    ----------
    artist_genres, earlier_genres
        Genres by lead artist, for tracks that come without any: what came with the names of this list, and
        what earlier files, data sets and answers agree on for the rest. Of whom neither speaks, what they are
        commonly known for counts. The tracks of the report stay as they came.
    """
    table = FeatureTable.of(tracks)
    typical = TYPICAL.normal_scores(table.raw)
    sound = Sound.of(table, tracks, typical)
    came = [entry.track for entry in tracks]
    earlier = {lead: some for lead, some in earlier_genres.items() if lead not in artist_genres}
    told = {**earlier, **artist_genres}
    bare = [row for row, track in enumerate(came) if not has_genre(track)]
    common = commonly_known(lead_artist(came[row].artists) for row in bare)
    common = {lead: some for lead, some in common.items() if lead not in told}
    music = Music.of(came, sound.rows, {**common, **told}, bare)
    basis = basis_of(music, options, earlier=earlier, common=common)
    groups = group(table, sound, music, basis, options)
    is_major = [tracks[row].is_major for row in sound.rows.tolist()]
    words = _call(sound, music, groups, is_major)
    projection = _project(sound, groups.partition)
    clusters = [
        _cluster(sound, music, groups, words, is_major, index=index) for index in range(groups.partition.k)
    ]
    report = AnalysisReport(
        playlist=playlist,
        tracks=tuple(tracks),
        placements=_placements(len(tracks), sound.rows, groups, projection),
        clusters=groups.kept.dressed(clusters, words.called),
        structure=groups.structure,
        basis=groups.basis,
        axes=projection.axes if projection else None,
        outliers=_outliers(sound, music, groups.partition),
        duplicates=find_duplicates(music.came, music.facts.leads),
        coverage=coverage,
        mood=mood_words(_mood(sound, music, groups.partition, words, is_major)) if len(sound.rows) else "",
        evidence=len(np.unique(music.own.keys)),
        estimate_agreement=agreement_with_estimates(sound, music, groups)
        if groups.basis.grouping is Grouping.SOUND
        else None,
        notices=notices,
    )
    real = np.where(table.is_estimated, np.nan, typical)
    portrait = portrait_of(report, scores=real, facts=music.facts, dates=music.years)
    return replace(report, portrait=portrait)


@dataclass(frozen=True, slots=True)
class _Words:
    """What groups are called, and what is told of each."""

    called: Sequence[GroupName]
    heard: Sequence[HeardGroup]
    traits: Sequence[tuple[Trait, ...]]
    subtitles: Sequence[Subtitle]
    typical: Sequence[tuple[int, ...]]
    """Rows of the tracks with evidence."""


def _call(sound: Sound, music: Music, groups: Groups, is_major: Sequence[bool | None]) -> _Words:
    """Find names, traits, subtitles and typical tracks."""
    partition, earlier = groups.partition, groups.kept.called
    apart = groups_and_rests(music.listing, partition.labels, partition.k)
    found = [subtitle_of(group, rest) for group, rest in apart]
    telling = np.zeros(len(partition.labels), dtype=np.bool_)
    for index, subtitle in enumerate(found):
        telling |= (partition.labels == index) & carriers(music.listing, subtitle)
    heard = [_heard(sound, partition.labels, index) for index in range(partition.k)]
    traits = [
        describe_traits(own, REFERENCE_MEDIANS, said=said_by(name))
        for own, name in zip(heard, earlier, strict=True)
    ]
    called = name_clusters(
        sound.heard,
        sound.raw,
        partition.labels,
        traits,
        genres=[track.genres for track in music.deciding],
        scenes=[scene_of(group, rest) for group, rest in apart],
        earlier=earlier,
        tempi=[own.tempo for own in heard],
        is_major=is_major,
        shown=[{level.feature for level in levels(own)} for own in heard],
    )
    faint = [faint_words(audible(sound.heard[partition.labels == index])) for index in range(partition.k)]
    return _Words(
        called=grounded(called, apart, faint=faint, earlier=earlier),
        heard=heard,
        traits=traits,
        subtitles=_with_albums(_of_whom(found, partition, telling, music), partition, music),
        typical=_typical(music, groups, telling),
    )


def _project(sound: Sound, partition: Partition) -> Projection | None:
    centres = middles(sound.points, partition.labels, partition.k)
    return project(sound.points, partition.labels, centres, sound.z)


def _of_whom(
    subtitles: Sequence[Subtitle], partition: Partition, telling: NDArray[np.bool_], music: Music
) -> tuple[Subtitle, ...]:
    """Say of each subtitle whether most of its genres were given to tracks without any."""
    given = np.array(music.given, dtype=np.bool_)
    shares = [given[telling & (partition.labels == index)] for index in range(len(subtitles))]
    return tuple(
        replace(subtitle, of_artists=bool(2 * own.sum() > len(own)))
        for subtitle, own in zip(subtitles, shares, strict=True)
    )


def _with_albums(subtitles: Sequence[Subtitle], partition: Partition, music: Music) -> tuple[Subtitle, ...]:
    """Say from which album most of each group is, where most of that album is in it."""
    labels, albums = partition.labels, numbered(music.albums)
    found = list(subtitles)
    for index, subtitle in enumerate(subtitles):
        rows = np.flatnonzero(labels == index)
        album = int(np.bincount(albums[rows]).argmax())
        whole = np.flatnonzero(albums == album).tolist()
        count = int((albums[rows] == album).sum())
        titles = Counter(title.strip() for row in whole if (title := music.deciding[row].album))
        if titles and count >= max(FEWEST_OF_ALBUM, ONE_ALBUM * max(len(rows), len(whole))):
            title = min(titles, key=lambda title: (-titles[title], title))
            found[index] = replace(subtitle, album=title, album_share=count / len(rows))
    return tuple(found)


def _typical(music: Music, groups: Groups, telling: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    if not groups.partition.k:
        return ()
    return typical_tracks(
        groups.points,
        groups.partition.labels,
        groups.partition.centres,
        [track.artists for track in music.deciding],
        titles=[track.title for track in music.deciding],
        telling=telling,
    )


def _heard(sound: Sound, labels: NDArray[np.intp], index: int) -> HeardGroup:
    return HeardGroup.of(sound.heard, sound.timed, labels, index, corrected=sound.corrected)


def _mood(
    sound: Sound, music: Music, partition: Partition, words: _Words, is_major: Sequence[bool | None]
) -> Mood:
    whole = describe_traits(_heard(sound, np.zeros(len(sound.rows), dtype=np.intp), 0), REFERENCE_MEDIANS)
    genres = [track.genres for track in music.deciding]
    parts = list(zip(words.called, words.traits, strict=True))
    return name_playlist(
        sound.heard,
        sound.raw,
        whole,
        genres=genres,
        is_major=is_major,
        labels=partition.labels,
        parts=parts,
    )


def _cluster(
    sound: Sound,
    music: Music,
    groups: Groups,
    words: _Words,
    is_major: Sequence[bool | None],
    *,
    index: int,
) -> Cluster:
    labels, guesses = groups.partition.labels, groups.guesses
    own = np.flatnonzero(labels == index)
    rows = sound.rows[own].tolist()
    tempo = words.heard[index].tempo
    modes = [mode for row in own.tolist() if (mode := is_major[row]) is not None]
    return Cluster(
        name=name_words(words.called[index]),
        levels=levels(words.heard[index]),
        members=tuple(rows),
        likely=tuple(guesses.rows[guesses.labels == index].tolist()),
        traits=words.traits[index],
        typical=tuple(int(sound.rows[row]) for row in words.typical[index]),
        top_artists=top_artists(
            [music.came[row].artists for row in rows], leads=[music.facts.leads[row] for row in rows]
        ),
        centre=tuple(float(value) for value in groups.partition.centres[index]),
        profile=dict(profile_of(sound.heard, labels, index)),
        subtitle=words.subtitles[index],
        tempo_bpm=tempo.bpm if tempo else None,
        tempo_range_bpm=tempo.range_bpm if tempo else None,
        major_share=major_share(modes),
        modes_known=len(modes),
    )


def _placements(
    count: int, rows: NDArray[np.intp], groups: Groups, projection: Projection | None
) -> tuple[Placement, ...]:
    placements = [_NOWHERE] * count
    partition, guesses = groups.partition, groups.guesses
    grouped = partition.k > 0
    if projection is None:
        return tuple(placements)
    sure = confidence(groups.points, partition.centres) if grouped else np.zeros(len(rows))
    # lists of plain numbers: element by element an array takes three times as long
    for row, label, certainty, (x, y) in zip(
        rows.tolist(), partition.labels.tolist(), sure.tolist(), projection.xy.tolist(), strict=True
    ):
        placements[row] = Placement(
            cluster=label if grouped else None,
            confidence=certainty if grouped else None,
            likely=False,
            probability=None,
            x=x,
            y=y,
        )
    for row, label, chance, (x, y) in zip(
        guesses.rows.tolist(),
        guesses.labels.tolist(),
        guesses.probabilities.tolist(),
        projection.place(guesses.points).tolist(),
        strict=True,
    ):
        placements[row] = Placement(
            cluster=label if grouped else None,
            confidence=None,
            likely=True,
            probability=chance if grouped else None,
            x=x,
            y=y,
        )
    return tuple(placements)


def _outliers(sound: Sound, music: Music, partition: Partition) -> tuple[Outlier, ...]:
    if not partition.k:
        return ()
    # Years of editions that may be younger than their music say nothing here.
    years = np.array([year or np.nan for year in music.own_years], dtype=np.float64)
    ranked = find_outliers(
        sound.points,
        sound.heard,
        partition.labels,
        music=music.deciding,
        facts=replace(music.own, years=years),
        given=music.given,
    )
    named: dict[str, Outlier] = {}  # a song that is there twice stands out once
    for found in ranked:
        said = music.deciding[found.track].words_key
        row = int(sound.rows[found.track])
        named.setdefault(said, replace(found, track=row))
    return tuple(named.values())
