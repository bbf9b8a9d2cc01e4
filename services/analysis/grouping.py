"""Group the tracks of a playlist by sound, or by style and era; the verdict about structure is about sound.

A test for structure is not valid in the space of style and era: years and artists come in lumps, so nearly
every list would be called clearly grouped there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.clustering import FEWEST_GROUPS, Partition, fit_clusters
from services.analysis.continuity import Continuity, earlier_centres, keep_groups
from services.analysis.facts import Facts, Rows, numbered
from services.analysis.genres import families, normal_words
from services.analysis.matrix import FeatureTable, Guesses, Music, Sound
from services.analysis.membership import assign, drawn_values
from services.analysis.reference import REFERENCE
from services.analysis.style import draw, packaged
from services.analysis.tally import decade_of, lower_end
from services.analysis.validity import MOST_OF_ALBUM, Margins, agreement
from services.domain.analysis import AnalysisOptions
from services.domain.grouping import Basis, Grouping, SceneKind, year_share
from services.domain.music import Track
from services.domain.report import FEWEST_TRACKS, Structure, Unit, Verdict

RELABELINGS, DEALT_AT_ONCE = 200, 20
SIGNIFICANCE = 0.01

FEWEST_OF_A_WORD, MOST_WORDS = 3, 40
"""Tracks that a word needs to be counted, and words that are: the commonest."""

MOST_TRACKS = 1500
"""Tracks that are asked: an even sample of more."""

ONE_KIND, SURELY = 2 / 3, 0.6
"""Share of a list that has to be of one genre, and its lower end, before the list may be called one mood."""


def ask(
    tracks: Sequence[Track], labels: ArrayLike, parts: int, *, years: Sequence[int | None] = ()
) -> tuple[SceneKind, ...]:
    """Return which of genre and decade go with the parts; nothing where too little is known of any part.

    A permutation test of the mutual information between the parts and the words of their tracks, against
    the same number of tracks dealt to parts of the same sizes. The same for any order of the tracks. `years`
    are theirs where these are not to be those of the editions.
    """
    groups = np.asarray(labels, dtype=np.intp)
    order = sorted(range(len(tracks)), key=lambda row: (tracks[row].key, row))
    if len(order) > MOST_TRACKS:
        order = [order[row] for row in np.linspace(0, len(order) - 1, MOST_TRACKS).round().astype(int)]
    years = years or [track.release_year for track in tracks]
    readers: dict[SceneKind, Callable[[int], frozenset[str]]] = {
        SceneKind.GENRE: lambda row: normal_words(tracks[row].genres),
        SceneKind.DECADE: lambda row: decade_of(years[row]),
    }
    return tuple(
        kind
        for kind, read in readers.items()
        if _goes_with([read(row) for row in order], groups[order], parts)
    )


def is_of_one_genre(tracks: Sequence[Track], labels: ArrayLike, parts: int) -> bool:
    """Tell whether most tracks of every part, as far as tagged, are surely of one and the same genre."""
    groups = np.asarray(labels, dtype=np.intp)
    read = families(frozenset(track.genres for track in tracks))
    tagged = [(group, words) for track, group in zip(tracks, groups.tolist(), strict=True)
              if (words := read(track.genres))]  # fmt: skip
    of_part = Counter(group for group, _ in tagged)
    if len(tagged) < ONE_KIND * len(tracks) or any(of_part[part] < FEWEST_TAGGED for part in range(parts)):
        return False
    here = Counter((group, word) for group, words in tagged for word in words)
    everywhere = Counter(word for _, words in tagged for word in words)
    return any(
        count >= ONE_KIND * len(tagged)
        and lower_end(count, len(tagged)) >= SURELY
        and all(here[part, word] >= ONE_KIND * of_part[part] for part in range(parts))
        for word, count in everywhere.items()
    )


def _goes_with(words: Sequence[frozenset[str]], groups: NDArray[np.intp], parts: int) -> bool:
    known = np.array([bool(each) for each in words], dtype=np.bool_) & (groups >= 0)
    labels = groups[known]
    if parts < 2 or np.bincount(labels, minlength=parts).min() < FEWEST_TAGGED:
        return False
    of_tracks = [each for each, is_known in zip(words, known, strict=True) if is_known]
    counted = Counter(word for each in of_tracks for word in each)
    chosen = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_WORDS]
    chosen = [word for word in chosen if FEWEST_OF_A_WORD <= counted[word] < len(of_tracks)]
    if not chosen:
        return False
    has = np.array([[word in each for word in chosen] for each in of_tracks], dtype=np.float64)
    (observed,) = _information(has, labels[None], parts)
    rng = np.random.default_rng(0)
    above = 0
    for _ in range(RELABELINGS // DEALT_AT_ONCE):
        dealt = np.stack([rng.permutation(labels) for _ in range(DEALT_AT_ONCE)])
        above += int((_information(has, dealt, parts) >= observed - 1e-12).sum())
        if (1 + above) / (1 + RELABELINGS) >= SIGNIFICANCE:
            return False
    return True


def _information(has: NDArray[np.float64], labels: NDArray[np.intp], parts: int) -> NDArray[np.float64]:
    """Return the mutual information of part and word, summed over the words, in nats a track.

    Parameters
    ----------
    has : array of shape (n, words)
    labels : array of shape (labelings, n)
    """
    n = labels.shape[1]
    member = (labels[:, None] == np.arange(parts)[:, None]).astype(np.float64)
    sizes, totals = member.sum(axis=2)[:, :, None], has.sum(axis=0)
    inside = (member.reshape(-1, n) @ has).reshape(len(labels), parts, -1)
    information = np.zeros(len(labels))
    for cells, column in ((inside, totals), (sizes - inside, n - totals)):
        ratio = cells * n / (sizes * column)
        information += (cells * np.log(np.where(cells > 0, ratio, 1.0))).sum(axis=(1, 2))
    shared: NDArray[np.float64] = information / n
    return shared


Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimated:
    """Tracks whose sound is estimated: they are placed afterwards and decide nothing."""

    facts: Facts
    raw: Float
    """Shape (m, 9)."""
    errors: Float
    """Standard errors of the values, shape (m, 9)."""


@dataclass(frozen=True, slots=True)
class StyleGroups:
    """Groups by style and era."""

    partition: Partition
    points: Float
    """Tracks with evidence in the space of the groups, shape (n, 7)."""
    guesses: Float
    """Probability of each group for each estimated track, shape (m, k)."""
    basis: Basis
    structure: Structure
    """The verdict about sound, with the number of these groups."""


def basis_of(
    music: Music,
    options: AnalysisOptions,
    *,
    earlier: Mapping[str, tuple[str, ...]],
    common: Mapping[str, tuple[str, ...]],
) -> Basis:
    """Say what a grouping can rest on, and which one it is to be: by sound where too few years are known.

    Parameters
    ----------
    earlier
        Genres of artists that earlier files, data sets and answers gave, by lead artist.
    common
        Those that nothing else gave but what artists are commonly known for.
    """
    given = [row for row in music.bare if music.dressed[row] is not music.came[row]]
    leads = [music.facts.leads[row] for row in given]
    told, taken = [lead for lead in leads if lead in earlier], [lead for lead in leads if lead in common]
    count = max(len(music.came), 1)
    basis = Basis(
        years=year_share(music.came),
        genres=(len(music.came) - len(music.bare)) / count,
        remembered_genres=len(given) / count,
        earlier_genres=len(told) / count,
        earlier_artists=len(set(told)),
        common_genres=len(taken) / count,
        common_artists=len(set(taken)),
    )
    if options.by is not Grouping.STYLE:
        return basis
    if not basis.has_enough_years:
        return replace(basis, refused=True)
    return replace(basis, grouping=Grouping.STYLE, remembered=options.by_is_remembered)


def group_by_style(
    tracks: Sequence[Track],
    facts: Facts,
    scores: Float,
    estimated: Estimated,
    *,
    sound: Structure,
    basis: Basis,
    options: AnalysisOptions,
) -> StyleGroups:
    """Group tracks by sound, year, artist and genre words.

    Parameters
    ----------
    tracks, facts
        Those with evidence.
    scores : array of shape (n, 9)
        Their normal scores.
    sound : Structure
        What the sound alone says about structure.
    """
    guests = estimated.facts
    rules = packaged()
    base = rules.points(scores, facts.years)
    drawn, guests_drawn = draw(base, facts, guests)
    points = drawn.apply(base)
    partition = fit_clusters(
        points,
        keys=facts.keys,
        groups=options.groups,
        previous_centres=earlier_centres(options.last_groups.groups, tracks, points),
        placed_later=len(guests),
        tests_structure=False,
    )
    chances = np.zeros((len(guests), partition.k))
    for some, values in drawn_values(estimated.raw, estimated.errors):
        flat = REFERENCE.normal_scores(values.reshape(-1, values.shape[2])).reshape(values.shape)
        years = np.repeat(guests.years[some, None], values.shape[1], axis=1)
        placed = guests_drawn.of(some).apply(rules.points(flat, years))
        if partition.k:
            groups = assign(placed.reshape(-1, placed.shape[2]), partition.centres).reshape(placed.shape[:2])
            chances[some] = (groups[:, :, None] == np.arange(partition.k)).mean(axis=1)
    return StyleGroups(
        partition,
        points,
        chances,
        replace(basis, stability=partition.stability),
        replace(sound, k=partition.k, forced=options.groups is not None, asked=options.groups),
    )


def middles(points: Float, labels: Rows, groups: int) -> Float:
    """Return the mean of each group's points, shape (groups, d), where a map shows another space."""
    counts = np.maximum(np.bincount(labels[labels >= 0], minlength=groups), 1)
    sums = np.zeros((groups, points.shape[1]))
    np.add.at(sums, labels[labels >= 0], points[labels >= 0])
    return sums / counts[:, None]


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of the tracks that decide, and what they rest on."""

    kept: Continuity
    points: NDArray[np.float64]
    """Tracks with evidence in the space of the groups."""
    guesses: Guesses
    structure: Structure
    basis: Basis

    @property
    def partition(self) -> Partition:
        """The groups in the order of their letters."""
        return self.kept.partition


def group(table: FeatureTable, sound: Sound, music: Music, basis: Basis, options: AnalysisOptions) -> Groups:
    """Group by sound, or by style and era where `basis` says so; groups of an earlier report stay."""
    is_by_sound = basis.grouping is Grouping.SOUND
    earlier, (unit, albums) = options.last_groups.groups, _kept_apart(music)
    partition = fit_clusters(
        sound.points,
        keys=music.own.keys,
        margins=Margins(sound.z, REFERENCE.projection, albums),
        groups=options.groups if is_by_sound else None,
        previous_centres=earlier_centres(earlier, music.deciding, sound.points) if is_by_sound else None,
        placed_later=int((table.is_known & ~table.is_evidence).sum()),
        wants_groups=is_by_sound,
    )
    points, guesses = sound.points, Guesses.of(table, partition if is_by_sound else None)
    structure = _structure(partition, sound, unit)
    if not is_by_sound:
        rows = guesses.rows
        style = group_by_style(
            music.deciding,
            music.own,
            sound.z,
            Estimated(music.facts.take(rows), table.raw[rows], table.errors[rows]),
            sound=structure,
            basis=basis,
            options=options,
        )
        partition, points, guesses = style.partition, style.points, guesses.placed(style.guesses)
        structure, basis = style.structure, style.basis
    kept = keep_groups(partition, earlier, music.deciding, music.listing)
    if is_by_sound:
        structure = _witnessed(structure, music, kept.partition)
    guesses = replace(guesses, labels=kept.moved(guesses.labels))
    return Groups(kept, points, guesses, structure, basis)


def _kept_apart(music: Music) -> tuple[Unit, Rows | None]:
    """Tell albums of tracks apart, or artists where no albums are named and artists allow a test."""
    if 2 * sum(bool(track.album) for track in music.deciding) >= len(music.deciding):
        return Unit.ALBUM, numbered(music.albums)
    _, once = np.unique(music.own.keys, return_index=True)
    artists = numbered(music.own.artists)
    tested = np.minimum(np.bincount(artists[once]), MOST_OF_ALBUM).sum()
    if tested < FEWEST_TRACKS or 2 * sum(map(bool, music.own.leads)) < len(music.own):
        return Unit.UNKNOWN, None
    return Unit.ARTIST, artists


def _structure(partition: Partition, sound: Sound, unit: Unit) -> Structure:
    """Take the verdict of the fit, and call no groups clear that lean on estimates."""
    found = replace(partition.structure, estimated=sound.estimated, unit=unit)
    if found.verdict is Verdict.CLEAR and found.estimated:
        return replace(found, verdict=Verdict.LOOSE)
    return found


def _witnessed(structure: Structure, music: Music, partition: Partition) -> Structure:
    """Ask the second witness where the sound does not separate the groups."""
    if partition.k < FEWEST_GROUPS or structure.verdict not in {Verdict.NONE, Verdict.UNTESTABLE}:
        return structure
    witnesses = ask(music.deciding, partition.labels, partition.k, years=music.own_years)
    alike = not witnesses and is_of_one_genre(music.deciding, partition.labels, partition.k)
    return replace(structure, witnesses=witnesses, is_one_genre=alike)


def agreement_with_estimates(sound: Sound, music: Music, groups: Groups) -> float | None:
    """Fit the same number of groups to evidence and estimates together, and compare on the evidence."""
    partition, guesses = groups.partition, groups.guesses
    if not partition.k or not len(guesses.rows):
        return None
    trusting = fit_clusters(
        np.concatenate([sound.points, guesses.points]),
        keys=music.facts.keys[np.concatenate([sound.rows, guesses.rows])],
        groups=max(partition.k, 2),
        tests_structure=False,
    )
    return agreement(partition.labels, trusting.labels[: len(sound.rows)])
