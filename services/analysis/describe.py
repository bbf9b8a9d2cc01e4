"""Describe how a playlist sounds: groups, names, places on the map, what stands out, what is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import FEWEST_GROUPS, Partition, fit_clusters
from services.analysis.continuity import earlier_centres, keep_groups
from services.analysis.deciding import Guesses, Sound
from services.analysis.duplicates import find_duplicates
from services.analysis.editions import of_their_time
from services.analysis.facts import Facts
from services.analysis.genres import dressed
from services.analysis.grouping import Estimated, basis_of, group_by_style, middles
from services.analysis.matrix import FeatureTable
from services.analysis.name_rules import said_by
from services.analysis.naming import name_clusters, name_playlist
from services.analysis.outliers import find_outliers
from services.analysis.placement import confidence
from services.analysis.portrait import portrait_of
from services.analysis.projection import Projection, project
from services.analysis.reference import REFERENCE, REFERENCE_MEDIANS, TYPICAL
from services.analysis.scenes import grounded, scene_of
from services.analysis.subtitle import carries, subtitle_of
from services.analysis.tally import Tally
from services.analysis.traits import blurb, describe_traits, group_tempo, major_share, profile_of
from services.analysis.typical import top_artists, typical_tracks
from services.analysis.validity import Margins, agreement
from services.analysis.witness import ask, is_of_one_genre
from services.domain.analysis import AnalysisOptions
from services.domain.features import Coverage, Feature
from services.domain.group_names import GroupName, Mood
from services.domain.group_words import mood_words, name_words
from services.domain.grouping import Grouping
from services.domain.messages import Note
from services.domain.music import Playlist, Track
from services.domain.report import (
    AnalysisReport,
    Cluster,
    EnrichedTrack,
    Outlier,
    Placement,
    Structure,
    Subtitle,
    Trait,
    Verdict,
)
from services.domain.tempo import Tempo

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
        what earlier files, data sets and answers agree on for the rest. The tracks of the report stay as
        they came.
    """
    table = FeatureTable.of(tracks)
    typical = TYPICAL.normal_scores(table.raw)
    sound = Sound.of(table, tracks, typical)
    earlier = {lead: some for lead, some in earlier_genres.items() if lead not in artist_genres}
    came = [entry.track for entry in tracks]
    genres_of = {**earlier, **artist_genres}
    music = [dressed(track, genres_of) for track in came]
    facts = Facts.of(music)
    own = facts.take(sound.rows)
    deciding = of_their_time([music[row] for row in sound.rows.tolist()], own.leads)
    basis = basis_of(came, music, options, earlier)
    is_by_sound = basis.grouping is Grouping.SOUND
    partition = fit_clusters(
        sound.points,
        keys=own.keys,
        margins=Margins(sound.z, REFERENCE.projection),
        groups=options.groups if is_by_sound else None,
        previous_centres=earlier_centres(options.last_groups.groups, deciding, sound.points)
        if is_by_sound
        else None,
        placed_later=int((table.is_known & ~table.is_evidence).sum()),
        wants_groups=is_by_sound,
    )
    guesses = Guesses.of(table, partition if is_by_sound else None)
    grouped, structure = sound, _structure(partition, sound)
    if not is_by_sound:
        style = group_by_style(
            deciding,
            own,
            sound.z,
            Estimated(facts.take(guesses.rows), table.raw[guesses.rows], table.errors[guesses.rows]),
            sound=structure,
            basis=basis,
            options=options,
        )
        partition, basis, structure = style.partition, style.basis, style.structure
        grouped, guesses = replace(sound, points=style.points), guesses.placed(style.guesses)
    kept = keep_groups(partition, options.last_groups.groups, deciding)
    partition, guesses = kept.partition, replace(guesses, labels=kept.moved(guesses.labels))
    if is_by_sound:
        structure = _witnessed(structure, deciding, partition)
    genres = [track.genres for track in deciding]
    apart = _groups_and_rests(deciding, partition)
    given = [music[row] is not came[row] for row in sound.rows.tolist()]
    found = [subtitle_of(group, rest) for group, rest in apart]
    telling = [
        bool(found) and carries(track, found[label])
        for track, label in zip(deciding, partition.labels.tolist(), strict=True)
    ]
    subtitles = _of_whom(found, partition, telling, given)
    traits = [
        _traits(sound, partition.labels, index, said_by(name)) for index, name in enumerate(kept.called)
    ]
    called = name_clusters(
        sound.heard,
        sound.raw,
        partition.labels,
        traits,
        genres=genres,
        scenes=[scene_of(group, rest) for group, rest in apart],
        earlier=kept.called,
        tempi=_tempi(sound, partition),
    )
    called = grounded(called, apart, earlier=kept.called)
    names = tuple(map(name_words, called))
    examples = _typical(deciding, grouped, partition, telling)
    projection = project(
        sound.points, partition.labels, middles(sound.points, partition.labels, partition.k), sound.z
    )
    report = AnalysisReport(
        playlist=playlist,
        tracks=tuple(tracks),
        placements=_placements(len(tracks), grouped, guesses, partition, projection),
        clusters=kept.dressed(
            [
                _cluster(
                    tracks,
                    own.leads,
                    sound,
                    guesses,
                    partition,
                    index=index,
                    name=name,
                    traits=said,
                    typical=typical,
                    subtitle=subtitle,
                )
                for index, (name, said, typical, subtitle) in enumerate(
                    zip(names, traits, examples, subtitles, strict=True)
                )
            ],
            called,
        ),
        structure=structure,
        basis=basis,
        axes=projection.axes if projection else None,
        outliers=_outliers(deciding, own, sound, partition, given),
        duplicates=find_duplicates(came, facts.leads),
        coverage=coverage,
        mood=mood_words(_mood(sound, genres, partition, called, traits)) if len(sound.rows) else "",
        evidence=len(np.unique(own.keys)),
        estimate_agreement=_agreement_with_estimates(facts, sound, guesses, partition)
        if is_by_sound
        else None,
        notices=notices,
    )
    real = np.where(table.is_estimated, np.nan, typical)
    return replace(report, portrait=portrait_of(report, scores=real, leads=facts.leads))


def _structure(partition: Partition, sound: Sound) -> Structure:
    """Take the verdict of the fit, and call no groups clear that lean on estimates."""
    found = replace(partition.structure, estimated=sound.estimated)
    if found.verdict is Verdict.CLEAR and found.estimated:
        return replace(found, verdict=Verdict.LOOSE)
    return found


def _agreement_with_estimates(
    facts: Facts, sound: Sound, guesses: Guesses, partition: Partition
) -> float | None:
    """Fit the same number of groups to evidence and estimates together, and compare on the evidence."""
    if not partition.k or not len(guesses.rows):
        return None
    trusting = fit_clusters(
        np.concatenate([sound.points, guesses.points]),
        keys=facts.keys[np.concatenate([sound.rows, guesses.rows])],
        groups=max(partition.k, 2),
        tests_structure=False,
    )
    return agreement(partition.labels, trusting.labels[: len(sound.rows)])


def _groups_and_rests(music: Sequence[Track], partition: Partition) -> list[tuple[Tally, Tally]]:
    """Count the deciding tracks of each group, and those of all the others."""
    rows = [np.flatnonzero(partition.labels == index).tolist() for index in range(partition.k)]
    groups = [Tally.of([music[row] for row in own]) for own in rows]
    whole = Tally.together(groups)
    return [(group, whole.without(group)) for group in groups]


def _of_whom(
    subtitles: Sequence[Subtitle], partition: Partition, telling: Sequence[bool], given: Sequence[bool]
) -> tuple[Subtitle, ...]:
    """Say of each subtitle whether most of its genres were given to tracks without any."""
    counted = Counter(
        (label, was_given)
        for label, tells, was_given in zip(partition.labels.tolist(), telling, given, strict=True)
        if tells
    )
    return tuple(
        replace(subtitle, of_artists=counted[index, True] > counted[index, False])
        for index, subtitle in enumerate(subtitles)
    )


def _typical(
    deciding: Sequence[Track], sound: Sound, partition: Partition, telling: Sequence[bool]
) -> tuple[tuple[int, ...], ...]:
    if not partition.k:
        return ()
    artists = [track.artists for track in deciding]
    titles = [track.title for track in deciding]
    return typical_tracks(
        sound.points, partition.labels, partition.centres, artists, titles=titles, telling=telling
    )


def _witnessed(structure: Structure, music: Sequence[Track], partition: Partition) -> Structure:
    """Ask the second witness where the sound does not separate the groups."""
    if partition.k < FEWEST_GROUPS or structure.verdict not in {Verdict.NONE, Verdict.UNTESTABLE}:
        return structure
    witnesses = ask(music, partition.labels, partition.k)
    alike = not witnesses and is_of_one_genre(music, partition.labels, partition.k)
    return replace(structure, witnesses=witnesses, is_one_genre=alike)


def _tempi(sound: Sound, partition: Partition) -> list[Tempo | None]:
    """Return how fast each group is."""
    groups = [partition.labels == index for index in range(partition.k)]
    return [group_tempo(sound.timed[own], sound.corrected[own]) for own in groups]


def _traits(
    sound: Sound, labels: NDArray[np.intp], index: int, said: Collection[Feature] = ()
) -> tuple[Trait, ...]:
    return describe_traits(
        sound.heard, sound.timed, labels, index, REFERENCE_MEDIANS, corrected=sound.corrected, said=said
    )


def _mood(
    sound: Sound,
    genres: Sequence[Sequence[str]],
    partition: Partition,
    names: Sequence[GroupName],
    traits: Sequence[tuple[Trait, ...]],
) -> Mood:
    whole = _traits(sound, np.zeros(len(sound.rows), dtype=np.intp), 0)
    parts = list(zip(names, traits, strict=True))
    return name_playlist(sound.heard, sound.raw, whole, genres=genres, labels=partition.labels, parts=parts)


def _cluster(
    tracks: Sequence[EnrichedTrack],
    leads: Sequence[str],
    sound: Sound,
    guesses: Guesses,
    partition: Partition,
    *,
    index: int,
    name: str,
    traits: tuple[Trait, ...],
    typical: tuple[int, ...],
    subtitle: Subtitle,
) -> Cluster:
    labels = partition.labels
    own = np.flatnonzero(labels == index)
    rows = sound.rows[own].tolist()
    members = [tracks[row] for row in rows]
    tempo = group_tempo(sound.timed[own], sound.corrected[own])
    modes = [entry.features.mode for entry in members if entry.features.mode is not None]
    major = major_share(modes)
    return Cluster(
        name=name,
        blurb=blurb(sound.heard, sound.timed, labels, index, corrected=sound.corrected, major_share=major),
        members=tuple(rows),
        likely=tuple(guesses.rows[guesses.labels == index].tolist()),
        traits=traits,
        typical=tuple(int(sound.rows[row]) for row in typical),
        top_artists=top_artists(
            [entry.track.artists for entry in members], leads=[leads[row] for row in own.tolist()]
        ),
        centre=tuple(float(value) for value in partition.centres[index]),
        profile=dict(profile_of(sound.heard, labels, index)),
        subtitle=subtitle,
        tempo_bpm=tempo.bpm if tempo else None,
        tempo_range_bpm=(tempo.low_bpm, tempo.high_bpm) if tempo else None,
        major_share=major,
    )


def _placements(
    count: int, sound: Sound, guesses: Guesses, partition: Partition, projection: Projection | None
) -> tuple[Placement, ...]:
    placements = [_NOWHERE] * count
    grouped = partition.k > 0
    if projection is None:
        return tuple(placements)
    sure = confidence(sound.points, partition.centres) if grouped else np.zeros(len(sound.rows))
    # lists of plain numbers: element by element an array takes three times as long
    for row, label, certainty, (x, y) in zip(
        sound.rows.tolist(), partition.labels.tolist(), sure.tolist(), projection.xy.tolist(), strict=True
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


def _outliers(
    deciding: Sequence[Track],
    facts: Facts,
    sound: Sound,
    partition: Partition,
    given: Sequence[bool],
) -> tuple[Outlier, ...]:
    if not partition.k:
        return ()
    # Years of editions that may be younger than their music say nothing here.
    years = np.array([track.release_year or np.nan for track in deciding], dtype=np.float64)
    named: dict[str, Outlier] = {}  # a song that is there twice stands out once
    ranked = find_outliers(
        sound.points,
        sound.heard,
        partition.labels,
        music=deciding,
        facts=replace(facts, years=years),
        given=given,
    )
    for found in ranked:
        said = deciding[found.track].words_key
        row = int(sound.rows[found.track])
        named.setdefault(said, replace(found, track=row))
    return tuple(named.values())
