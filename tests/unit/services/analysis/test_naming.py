from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.audible import audible
from services.analysis.naming import holds, name_clusters, name_playlist
from services.analysis.reference import REFERENCE, normal_scores
from services.analysis.vocabulary import CATALOGUE, COMPARATIVES, FALLBACK, Guard, Name
from services.domain.features import SOUND_FEATURES, Feature
from tests.unit.services.analysis import sounds

EMPTY = np.empty((0, 9))


def plain(name: str) -> str:
    return name.partition(" · ")[0]


@pytest.mark.parametrize(
    ("sound", "fitting"),
    [
        (sounds.QUIET, {"Mellow acoustic", "Wistful acoustic", "Soft & tender", "Quiet & sparse"}),
        (sounds.LOUD, {"Full-throttle energy", "Loud & intense"}),
        (sounds.DANCE, {"Feel-good dance"}),
        (sounds.RAP, {"Rap & spoken word"}),
        (sounds.PIANO, {"Acoustic instrumentals", "Calm instrumentals"}),
        (sounds.CROWD, {"Live recordings"}),
    ],
)
def test_an_unmistakable_group_gets_a_name_a_listener_would_accept(
    sound: dict[str, float], fitting: set[str]
) -> None:
    names = name_clusters(*sounds.playlist(sounds.group(seed=1), sounds.group(**sound)))
    assert plain(names[1]) in fitting


def test_the_order_of_tracks_and_of_groups_changes_nothing() -> None:
    z, raw, labels = sounds.playlist(
        *(
            sounds.group(seed=seed, **sound)
            for seed, sound in enumerate([sounds.QUIET, sounds.LOUD, sounds.RAP])
        )
    )
    names = name_clusters(z, raw, labels)
    order = np.random.default_rng(3).permutation(len(z))
    assert name_clusters(z[order], raw[order], labels[order]) == names
    assert name_clusters(z, raw, 2 - labels) == names[::-1]


def test_identical_groups_still_get_names_of_their_own() -> None:
    rows = sounds.group(**sounds.LOUD)
    names = name_clusters(*sounds.playlist(*[rows] * 8))
    assert len(set(names)) == 8


def test_groups_of_one_name_say_how_they_differ() -> None:
    tempi = [80.0, 90.0, 100.0, 112.0, 125.0, 140.0, 158.0, 180.0]
    names = name_clusters(*sounds.playlist(*(sounds.group(**sounds.PIANO, tempo=tempo) for tempo in tempi)))
    assert len(set(names)) == len(tempi)
    shared = [name for name in names if " · " in name]
    assert any(name.endswith((" · slower", " · faster")) for name in shared)


def test_rows_without_a_group_decide_nothing() -> None:
    z, raw, labels = sounds.playlist(sounds.group(**sounds.DANCE), sounds.group(**sounds.QUIET))
    strays = sounds.group(n=200, **sounds.PIANO)
    with_strays = name_clusters(
        np.vstack([z, normal_scores(strays)]), np.vstack([raw, strays]), np.append(labels, np.full(200, -1))
    )
    assert with_strays == name_clusters(z, raw, labels)


def test_no_groups_no_names() -> None:
    assert name_clusters(EMPTY, EMPTY, []) == ()
    rows = sounds.group(5)
    assert name_clusters(normal_scores(rows), rows, [-1] * 5) == ()


@pytest.mark.parametrize("labels", [[0, 2], [1, 1]])
def test_refuses_labels_with_an_empty_group(labels: list[int]) -> None:
    rows = sounds.group(2)
    with pytest.raises(ValueError, match="empty group"):
        name_clusters(normal_scores(rows), rows, labels)


def test_refuses_values_nobody_measured() -> None:
    rows = sounds.group(4)
    unknown = rows.copy()
    unknown[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        name_clusters(normal_scores(rows), unknown, [0, 0, 0, 0])


def test_refuses_shapes_that_do_not_fit() -> None:
    rows = sounds.group(4)
    with pytest.raises(ValueError, match="same tracks"):
        name_clusters(normal_scores(rows), rows, [0, 0, 0])


raw_rows = st.lists(
    st.tuples(
        *(
            st.floats(*{Feature.LOUDNESS: (-40, 0), Feature.TEMPO: (40, 220)}.get(feature, (0, 1)))
            for feature in SOUND_FEATURES
        )
    ),
    min_size=8,
    max_size=24,
)  # fmt: skip


@given(raw_rows, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_names_are_distinct_and_never_lie(rows: list[tuple[float, ...]], k: int) -> None:
    raw = np.array(rows)
    labels = np.arange(len(raw)) % k
    names = name_clusters(normal_scores(raw), raw, labels)
    assert len(names) == k
    assert len(set(names)) == k
    promises = {name.words: name.guards for name in (*CATALOGUE, FALLBACK)}
    for cluster, name in enumerate(names):
        assert all(holds(guard, raw[labels == cluster]) for guard in promises[plain(name)])


@given(raw_rows)
@settings(max_examples=30, deadline=None)
def test_a_modifier_is_true_of_the_two_groups_it_tells_apart(rows: list[tuple[float, ...]]) -> None:
    raw = np.array(rows)
    labels = np.arange(len(raw)) % 6
    names = name_clusters(normal_scores(raw), raw, labels)
    heard = audible(normal_scores(raw))
    for cluster, name in enumerate(names):
        base, _, modifier = name.partition(" · ")
        for column, feature in enumerate(SOUND_FEATURES):
            if modifier in COMPARATIVES[feature]:
                other = names.index(base)
                difference = heard[labels == cluster, column].mean() - heard[labels == other, column].mean()
                assert (difference > 0) == (modifier == COMPARATIVES[feature][1])


def test_a_playlist_of_one_mood_is_said_in_lower_case() -> None:
    rows = sounds.group(**sounds.DANCE)
    assert name_playlist(normal_scores(rows), rows) == "feel-good dance"
    assert name_playlist(EMPTY, EMPTY) == "nothing to name"


def test_an_instrumental_name_needs_instrumental_tracks() -> None:
    instrumental = [name for name in CATALOGUE if "nstrumental" in name.words]
    assert instrumental
    sung = sounds.group(instrumentalness=0.4)
    for name in instrumental:
        assert not all(holds(guard, sung) for guard in name.guards)


def test_guards_look_at_means_shares_and_median_tempo() -> None:
    raw = sounds.group(4)
    raw[:, -1] = [90, 90, 90, 250]
    assert holds(Guard(Feature.TEMPO, 85, 95), raw)
    raw[:, 4] = [0.9, 0.1, 0.1, 0.1]
    assert holds(Guard(Feature.ACOUSTICNESS, 0.29, 0.31), raw)
    assert holds(Guard(Feature.ACOUSTICNESS, 0.25, 0.25, share=True), raw)


def test_the_catalogue_is_well_formed() -> None:
    words = [name.words for name in CATALOGUE]
    assert len(words) == len(set(words)) >= 29
    assert FALLBACK.words not in words
    for name in CATALOGUE:
        assert name.guards
        assert any(name.weights.values())
        assert len(name.words) <= 24
        assert " · " not in name.words
    assert set(COMPARATIVES) == set(SOUND_FEATURES)
    assert len({word for pair in COMPARATIVES.values() for word in pair}) == 18


@pytest.mark.parametrize("name", CATALOGUE, ids=lambda name: name.words)
def test_every_name_can_be_earned(name: Name) -> None:
    """Some sound along the direction of a name, within what it promises, carries it."""
    draw = np.random.default_rng(0)
    wanted = np.array([name.weights.get(feature, 0.0) for feature in SOUND_FEATURES])
    earned = set()
    for _ in range(300):
        z = wanted * draw.uniform(0.2, 2.0) + draw.normal(0.0, 0.3, size=len(SOUND_FEATURES))
        row = [
            np.interp(score, scores, knots)
            for score, scores, knots in zip(z, REFERENCE.knot_scores, REFERENCE.knots, strict=True)
        ]
        for guard in name.guards:
            column = SOUND_FEATURES.index(guard.feature)
            low, high = (
                (0.6, 1.0)
                if guard.share and guard.low > 0
                else (0.0, 0.4)
                if guard.share
                else (guard.low, guard.high)
            )
            row[column] = np.clip(row[column], low, high)
        raw = np.tile(row, (3, 1))
        earned.add(name_playlist(normal_scores(raw), raw))
    assert name.words.lower() in earned
