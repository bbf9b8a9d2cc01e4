from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.analysis import naming
from services.analysis.name_rules import PLAINLY, holds
from services.analysis.naming import name_playlist
from services.analysis.reference import REFERENCE_MEDIANS, audible
from services.analysis.traits import MOSTLY_INSTRUMENTAL, TRUE_FROM, HeardGroup, describe_traits
from services.analysis.vocabulary import CATALOGUE, FALLBACK, SHRUGS
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import mood_words, name_words
from services.domain.grouping import GroupName, Lean, Mood, Scene, SceneKind, SoundName
from services.domain.report import Trait
from services.domain.tempo import Tempo
from services.domain.vocabulary import COMPARATIVES
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.sounds import typical_scores

EMPTY = np.empty((0, 9))
ENTRIES = {entry.id: entry for entry in (*CATALOGUE, FALLBACK)}


Rows = NDArray[np.float64]


def traits_of(z: Rows, raw: Rows, labels: Sequence[int] | NDArray[np.intp]) -> list[tuple[Trait, ...]]:
    groups = range(max(labels, default=-1) + 1)
    return [describe_traits(HeardGroup.of(z, raw, labels, group), REFERENCE_MEDIANS) for group in groups]


def values_of(
    z: Rows,
    raw: Rows,
    labels: Sequence[int] | NDArray[np.intp],
    genres: Sequence[Sequence[str]] = (),
    scenes: Sequence[Scene | None] = (),
    *,
    tempi: Sequence[Tempo | None] = (),
    is_major: Sequence[bool | None] = (),
) -> tuple[GroupName, ...]:
    traits = traits_of(z, raw, labels)
    return naming.name_clusters(
        z, raw, labels, traits, genres=genres, scenes=scenes, tempi=tempi, is_major=is_major
    )


def name_clusters(
    z: Rows,
    raw: Rows,
    labels: Sequence[int] | NDArray[np.intp],
    genres: Sequence[Sequence[str]] = (),
    scenes: Sequence[Scene | None] = (),
) -> tuple[str, ...]:
    return tuple(map(name_words, values_of(z, raw, labels, genres, scenes)))


def mood_of(raw: Rows, genres: Sequence[Sequence[str]] = ()) -> Mood:
    z = typical_scores(raw)
    traits = describe_traits(HeardGroup.of(z, raw, [0] * len(raw), 0), REFERENCE_MEDIANS) if len(raw) else ()
    return name_playlist(z, raw, traits, genres=genres)


def plain(name: str) -> str:
    return name.partition(" · ")[0]


@pytest.mark.parametrize(
    ("sound", "fitting"),
    [
        (sounds.QUIET, {"Mellow acoustic", "Wistful acoustic", "Soft & tender", "Quiet & sparse"}),
        (sounds.LOUD, {"Full-throttle energy", "Loud & intense"}),
        (sounds.DANCE, {"Feel-good dance"}),
        (sounds.RAP, {"Wordy & rhythmic"}),
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


@pytest.mark.parametrize("sound", [{**sounds.DANCE, "valence": 0.2}, {**sounds.PIANO, "energy": 0.8}])
@pytest.mark.parametrize("stays", [None, 0, 1])
def test_no_two_names_say_the_same_in_another_order(sound: dict[str, float], stays: int | None) -> None:
    z, raw, labels = sounds.playlist(sounds.group(**sound), sounds.group(**sound), sounds.group(seed=9))
    scenes, traits = [Scene(SceneKind.GENRE, "rock")] * 3, traits_of(z, raw, labels)
    names = naming.name_clusters(z, raw, labels, traits, scenes=scenes)
    earlier: list[GroupName | None] = [None] * 3
    if stays is not None:
        earlier[stays] = replace(names[stays], leans=names[stays].leans[::-1])
        names = naming.name_clusters(z, raw, labels, traits, scenes=scenes, earlier=earlier)
    said = [name_words(name).replace(",", " &").split(" & ") for name in names]
    assert len(set(map(frozenset, said))) == 3


@pytest.mark.parametrize("shrug", sorted(SHRUGS))
def test_a_name_that_says_little_by_itself_does_not_stay(shrug: SoundName) -> None:
    z, raw, labels = sounds.playlist(sounds.group(**sounds.QUIET), sounds.group(seed=1))
    traits = traits_of(z, raw, labels)
    afresh = naming.name_clusters(z, raw, labels, traits)
    assert naming.name_clusters(z, raw, labels, traits, earlier=[GroupName(sound=shrug), None]) == afresh


def test_a_group_is_called_faster_or_slower_only_by_the_tempo_that_is_said_of_it() -> None:
    first, second = (sounds.group(**sounds.PIANO, tempo=tempo) for tempo in (120.0, 90.0))
    z, raw, labels = sounds.playlist(first, second)
    said = [(Tempo(60.0, 60.0), Tempo(90.0, 90.0)), (Tempo(120.0, 120.0), Tempo(90.0, 90.0)), (None, None)]
    words = [
        {name_words(name).partition(" · ")[2] for name in values_of(z, raw, labels, tempi=tempi)} - {""}
        for tempi in said
    ]
    assert words[0] <= {"faster", "slower"}
    assert words[0] != words[1]
    assert not words[2] & {"faster", "slower"}


def test_rows_without_a_group_decide_nothing() -> None:
    z, raw, labels = sounds.playlist(sounds.group(**sounds.DANCE), sounds.group(**sounds.QUIET))
    strays = sounds.group(n=200, **sounds.PIANO)
    with_strays = name_clusters(
        np.vstack([z, typical_scores(strays)]), np.vstack([raw, strays]), np.append(labels, np.full(200, -1))
    )
    assert with_strays == name_clusters(z, raw, labels)


def test_no_groups_no_names() -> None:
    assert name_clusters(EMPTY, EMPTY, []) == ()
    rows = sounds.group(5)
    assert name_clusters(typical_scores(rows), rows, [-1] * 5) == ()


@pytest.mark.parametrize("labels", [[0, 2], [1, 1]])
def test_refuses_labels_with_an_empty_group(labels: list[int]) -> None:
    rows = sounds.group(2)
    with pytest.raises(ValueError, match="empty group"):
        naming.name_clusters(typical_scores(rows), rows, labels, [()] * 3)


def test_refuses_values_nobody_measured() -> None:
    rows = sounds.group(4)
    unknown = rows.copy()
    unknown[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        naming.name_clusters(typical_scores(rows), unknown, [0, 0, 0, 0], [()])


def test_refuses_shapes_that_do_not_fit() -> None:
    rows = sounds.group(4)
    with pytest.raises(ValueError, match="same tracks"):
        naming.name_clusters(typical_scores(rows), rows, [0, 0, 0], [()])


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
def test_names_are_distinct_and_never_lie(rows: list[tuple[float, ...]], k: int) -> None:
    raw = np.array(rows)
    labels = np.arange(len(raw)) % k
    z = typical_scores(raw)
    names = values_of(z, raw, labels)
    assert len(names) == k
    assert len(set(map(name_words, names))) == k
    for cluster, (name, traits) in enumerate(zip(names, traits_of(z, raw, labels), strict=True)):
        entry = ENTRIES.get(name.sound)
        said = name.leans if entry is None else entry.main
        if entry is not None:
            assert all(holds(guard, raw[labels == cluster]) for guard in entry.guards)
        for lean in said:
            (trait,) = [trait for trait in traits if trait.feature is lean.feature]
            assert ((trait.contrast if name.compared else trait.degree) > 0) == lean.high
            assert name.compared or (trait.z > 0) == lean.high
            if not name.compared and name.sound not in SHRUGS:
                assert is_so(lean, trait, raw[labels == cluster])


def is_so(lean: Lean, trait: Trait, rows: Rows) -> bool:
    """Whether a word is true of the values themselves, and more than slightly so beside typical music."""
    if lean.feature is Feature.INSTRUMENTALNESS:
        return bool((rows[:, SOUND_FEATURES.index(lean.feature)] > 0.5).mean() >= 0.2)
    low, high = TRUE_FROM[lean.feature]
    return abs(trait.degree) >= PLAINLY and (trait.value >= high if lean.high else trait.value <= low)


@given(raw_rows)
def test_a_modifier_is_true_of_the_two_groups_it_tells_apart(rows: list[tuple[float, ...]]) -> None:
    raw = np.array(rows)
    labels = np.arange(len(raw)) % 6
    names = name_clusters(typical_scores(raw), raw, labels)
    heard = audible(typical_scores(raw))
    for cluster, name in enumerate(names):
        base, _, modifier = name.partition(" · ")
        for column, feature in enumerate(SOUND_FEATURES):
            if modifier in COMPARATIVES[feature]:
                other = names.index(base)
                difference = heard[labels == cluster, column].mean() - heard[labels == other, column].mean()
                assert (difference > 0) == (modifier == COMPARATIVES[feature][1])


def test_a_playlist_of_one_mood_is_said_in_lower_case() -> None:
    assert mood_words(mood_of(sounds.group(**sounds.DANCE))) == "feel-good & danceable"
    assert not mood_words(mood_of(EMPTY))


def test_an_instrumental_name_needs_instrumental_tracks() -> None:
    instrumental = [name for name in CATALOGUE if "nstrumental" in name_words(GroupName(sound=name.id))]
    assert instrumental
    sung = sounds.group(instrumentalness=0.4)
    for name in instrumental:
        assert not all(holds(guard, sung) for guard in name.guards)


@given(raw_rows, st.sampled_from(["singer-songwriter", "Vocal Jazz", "ambient"]))
@settings(max_examples=20, deadline=None)
def test_nothing_is_called_instrumental_that_is_sung(rows: list[tuple[float, ...]], word: str) -> None:
    """Neither where too many tracks are, nor where genre words say that people sing."""
    raw = np.array(rows)
    raw[:, 5] = 1.0 - raw[:, 5] / 3
    sung = int((1 - MOSTLY_INSTRUMENTAL) * len(raw)) + 1
    for part, genres in ((sung, ()), (0, (word,))):
        raw[:part, 5] = 0.2
        (name,) = values_of(typical_scores(raw), raw, [0] * len(raw), [genres] * len(raw))
        assert "nstrumental" not in name_words(name) or (word == "ambient" and not part)


def test_a_group_that_is_close_to_typical_music_is_named_by_what_sets_it_apart() -> None:
    """Not by a shrug, as long as anything distinguishes it."""
    ordinary = sounds.group(seed=4)
    names = values_of(*sounds.playlist(ordinary, sounds.group(**sounds.LOUD)))
    assert names[0].sound not in SHRUGS
    assert name_clusters(*sounds.playlist(ordinary)) == ("A bit of everything",)
    country = Scene(SceneKind.GENRE, "country")
    assert name_clusters(*sounds.playlist(ordinary), [], [country])[0].startswith("Country, ")


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        (Scene(SceneKind.GENRE, "country"), "Country, quiet & sparse"),
        (Scene(SceneKind.GENRE, "r&b"), "R&B, quiet & sparse"),
        (Scene(SceneKind.GENRE, "k pop"), "K-pop, quiet & sparse"),
        (Scene(SceneKind.GENRE, "singer songwriter"), "Singer-songwriter, quiet & sparse"),
        (Scene(SceneKind.GENRE, "lo fi beats"), "Lo-fi beats, quiet & sparse"),
        (Scene(SceneKind.GENRE, "russian hip hop"), "Russian hip hop, quiet & sparse"),
        (Scene(SceneKind.DECADE, "1980"), "80s, quiet & sparse"),
        (Scene(SceneKind.DECADE, "1920"), "1920s, quiet & sparse"),
        (Scene(SceneKind.DECADE, "2010"), "2010s, quiet & sparse"),
        (Scene(SceneKind.ARTIST, "Johnny Cash"), "Johnny Cash, quiet & sparse"),
        (Scene(SceneKind.ARTIST, "Johnny Cash", "others"), "Johnny Cash & others, quiet & sparse"),
        (Scene(SceneKind.GENRE, "pop", "rock"), "Pop & rock, quiet & sparse"),
        (Scene(SceneKind.GENRE, "pop", "r&b & soul"), "Pop & R&B/soul, quiet & sparse"),
        (Scene(SceneKind.GENRE, "neo psychedelic"), "Neo-psychedelic, quiet & sparse"),
        (Scene(SceneKind.GENRE, "neo soul"), "Neo soul, quiet & sparse"),
        (Scene(SceneKind.GENRE, "east coast hip hop"), "East Coast hip hop, quiet & sparse"),
    ],
)
def test_what_came_with_the_tracks_leads_the_name(scene: Scene, said: str) -> None:
    assert name_words(GroupName(sound=SoundName.QUIET_SPARSE, scene=scene)) == said


@pytest.mark.parametrize(
    ("word", "sound", "echo"),
    [
        ("electronic", sounds.LOUD | {"acousticness": 0.001, "instrumentalness": 0.2}, "electric"),
        ("hip hop", sounds.RAP, "wordy"),
    ],
)
def test_a_name_does_not_say_first_what_its_genre_says(word: str, sound: dict[str, float], echo: str) -> None:
    groups, genres = sounds.playlist(sounds.group(seed=1), sounds.group(**sound)), [()] * 20 + [(word,)] * 20
    scenes = [None, Scene(SceneKind.GENRE, word)]
    assert echo not in name_clusters(*groups, genres, scenes)[1]


def test_electric_is_not_said_where_anything_else_is_true() -> None:
    dark = {"valence": 0.15, "danceability": 0.35, "instrumentalness": 0.85, "energy": 0.5}
    roomy, dry = (
        dark | {"acousticness": 0.3, "loudness": -12.0},
        dark | {"acousticness": 0.01, "loudness": -9.0},
    )
    names = values_of(*sounds.playlist(sounds.group(seed=1, **roomy), sounds.group(seed=2, **dry)))
    assert not any("electric" in name_words(name) for name in names), list(map(name_words, names))


def test_two_groups_are_not_called_nearly_the_same() -> None:
    """Nobody tells "Calm instrumentals" and "Instrumental, acoustic & quiet" apart."""
    quiet = {"instrumentalness": 0.85, "valence": 0.15, "loudness": -13.0}
    calm, acoustic = (
        quiet | {"danceability": 0.4, "energy": 0.35},
        quiet | {"acousticness": 0.7, "energy": 0.42},
    )
    names = values_of(*sounds.playlist(sounds.group(seed=1, **calm), sounds.group(seed=2, **acoustic)))
    one, other = (naming.unit_of(naming.weights_of(name)) for name in names)
    assert float(one @ other) < 0.7, list(map(name_words, names))


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_names_of_two_groups_say_which_of_them_a_track_is_from(seed: int) -> None:
    """By "Mellow acoustic" and "Soft & tender" every second one is looked for in the wrong group."""
    sad = {"acousticness": 0.8, "energy": 0.3, "valence": 0.25, "danceability": 0.4, "loudness": -12.0}
    mild = {"acousticness": 0.6, "energy": 0.4, "valence": 0.35, "danceability": 0.5, "loudness": -10.0}
    groups = [sounds.group(seed=seed + i, instrumentalness=0.0, **own) for i, own in enumerate((sad, mild))]
    z, raw, labels = sounds.playlist(*groups)
    names = values_of(z, raw, labels)
    directions = np.array([naming.unit_of(naming.weights_of(name)) for name in names])
    assert np.mean((z @ directions.T).argmax(axis=1) == labels) > 0.7, list(map(name_words, names))


def test_an_orchestra_is_not_called_dreamy() -> None:
    """Trailer music is dark and hardly sung, as dream pop is; but there nobody sings."""
    trailer = {"danceability": 0.3, "energy": 0.45, "loudness": -11.0, "valence": 0.08, "acousticness": 0.3}
    names = values_of(
        *sounds.playlist(sounds.group(seed=1), sounds.group(**trailer, instrumentalness=0.85)), [()] * 40
    )
    assert names[1].sound is not SoundName.DREAMY_HAZY
    assert "nstrumental" in name_words(names[1])


def test_a_list_of_pop_with_a_few_orchestras_is_not_called_dreamy() -> None:
    """Blurred voices are in most songs of dream pop; here nobody sings in three tracks, and all do in ten."""
    pop = sounds.group(13, 0, instrumentalness=0.0, valence=0.35, danceability=0.45, energy=0.5)
    pop[:4, SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)] = 0.9
    dreamy = sounds.group(13, 0, instrumentalness=0.35, valence=0.35, danceability=0.45, energy=0.5)
    guards = ENTRIES[SoundName.DREAMY_HAZY].guards
    assert all(holds(guard, dreamy) for guard in guards)
    assert not all(holds(guard, pop) for guard in guards)


def test_old_recordings_are_not_called_quiet_for_their_mastering() -> None:
    lively = sounds.group(energy=0.75, loudness=-14.0, valence=0.8)
    names = values_of(*sounds.playlist(sounds.group(seed=1), lively))
    assert Lean(Feature.LOUDNESS, high=False) not in names[1].leans
