"""Ask what came with the tracks about groups that the sound alone does not separate: a second witness.

Parts of a list may carry other genres, or come from other decades, although no test of their sound tells
them apart. Then it would be wrong to call the list one mood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.tally import decade_of, families, lower_end, words_of
from services.domain.grouping import SceneKind
from services.domain.music import Track

RELABELINGS, DEALT_AT_ONCE = 200, 20
SIGNIFICANCE = 0.01

FEWEST_OF_A_WORD, MOST_WORDS = 3, 40
"""Tracks that a word needs to be counted, and words that are: the commonest."""

MOST_TRACKS = 1500
"""Tracks that are asked: an even sample of more."""

ONE_KIND, SURELY = 2 / 3, 0.6
"""Share of a list that has to be of one genre, and its lower end, before the list may be called one mood."""


def ask(tracks: Sequence[Track], labels: ArrayLike, parts: int) -> tuple[SceneKind, ...]:
    """Return which of genre and decade go with the parts; nothing where too little is known of any part.

    A permutation test of the mutual information between the parts and the words of their tracks, against
    the same number of tracks dealt to parts of the same sizes. The same for any order of the tracks.
    """
    groups = np.asarray(labels, dtype=np.intp)
    order = sorted(range(len(tracks)), key=lambda row: (tracks[row].key, row))
    if len(order) > MOST_TRACKS:
        order = [order[row] for row in np.linspace(0, len(order) - 1, MOST_TRACKS).round().astype(int)]
    readers: dict[SceneKind, Callable[[Track], Iterable[str]]] = {
        SceneKind.GENRE: words_of,
        SceneKind.DECADE: decade_of,
    }
    return tuple(
        kind
        for kind, read in readers.items()
        if _goes_with([frozenset(read(tracks[row])) for row in order], groups[order], parts)
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
