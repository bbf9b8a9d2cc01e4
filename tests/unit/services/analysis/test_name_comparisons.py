"""A name that compares says in what, and only what is heard beside the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.analysis import naming
from services.analysis.name_rules import with_comparison
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import name_words
from services.domain.grouping import GroupName, Lean, Scene, SceneKind, SoundName
from services.domain.tempo import Tempo
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.sounds import typical_scores
from tests.unit.services.analysis.test_naming import ENTRIES, raw_rows, traits_of, values_of


def test_a_name_that_compares_says_in_what_and_needs_no_noun() -> None:
    louder, calmer = Lean(Feature.LOUDNESS, high=True), Lean(Feature.ENERGY, high=False)
    assert name_words(GroupName(leans=(louder,), compared=True)) == "Louder tracks"
    assert name_words(GroupName(leans=(louder, calmer), compared=True)) == "Louder & calmer"
    sung = Lean(Feature.INSTRUMENTALNESS, high=False)
    assert name_words(GroupName(leans=(sung,), compared=True)) == "Songs"
    three = (
        *(Lean(Feature.VALENCE, high=False), Lean(Feature.ENERGY, high=False)),
        Lean(Feature.ACOUSTICNESS, high=True),
    )
    assert name_words(GroupName(leans=three)) == "Dark, calm & acoustic"


def test_a_word_alone_is_joined_by_how_the_group_differs() -> None:
    """Of nothing but "Danceable tracks" nobody learns what is in there."""
    lively = sounds.group(seed=1, energy=0.86, loudness=-4.5, acousticness=0.01, danceability=0.55)
    dance = sounds.group(seed=2, danceability=0.72)
    name = values_of(*sounds.playlist(lively, dance))[1]
    assert name.is_one_word
    assert name.differs is not None
    assert name_words(name) in {"Danceable & calmer", "Danceable & quieter", "Danceable & more acoustic"}
    assert name_words(replace(name, differs=None)) == "Danceable tracks"
    assert name_words(replace(name, scene=Scene(SceneKind.GENRE, "house"))).startswith("House, danceable & ")


def test_what_is_plainly_so_is_not_said_in_a_comparison() -> None:
    cheerful = sounds.group(seed=1, valence=0.8, danceability=0.75, acousticness=0.3)
    (_, traits) = traits_of(*sounds.playlist(sounds.group(seed=2), cheerful))
    danceable = GroupName(leans=(Lean(Feature.DANCEABILITY, high=True),))
    joined = [name.differs for name in with_comparison(danceable, traits, frozenset())]
    assert Lean(Feature.VALENCE, high=True) not in joined
    assert Lean(Feature.ACOUSTICNESS, high=True) in joined


def test_what_is_more_sung_than_instrumentals_is_called_songs() -> None:
    sung, sunnier = Lean(Feature.INSTRUMENTALNESS, high=False), Lean(Feature.VALENCE, high=True)
    name = GroupName(leans=(sung, sunnier), compared=True)
    assert name_words(name) == "Sunnier songs"
    assert name_words(GroupName(leans=(sunnier,), differs=sung)) == "Cheerful songs"
    assert name_words(replace(name, scene=Scene(SceneKind.GENRE, "rock"))) == "Rock, vocal & sunnier"
    assert name_words(GroupName(sound=SoundName.QUIET_SPARSE, differs=sung)) == "Quiet & sparse · more sung"


def test_what_is_calmer_and_quieter_is_said_in_one_word() -> None:
    calmer, quieter, acoustic = (
        Lean(Feature.ENERGY, high=False),
        Lean(Feature.LOUDNESS, high=False),
        Lean(Feature.ACOUSTICNESS, high=True),
    )
    pairs = [
        GroupName(leans=(calmer, quieter), compared=True),
        GroupName(leans=(acoustic, quieter), compared=True),
        GroupName(leans=(acoustic,), compared=True, differs=calmer),
    ]
    assert [name_words(name) for name in pairs] == ["Mellower tracks"] * 3
    assert len({name.of_the_sound for name in pairs}) == 1
    assert name_words(replace(pairs[0], scene=Scene(SceneKind.GENRE, "rock"))) == "Rock, mellower"
    assert name_words(GroupName(leans=(acoustic,), differs=quieter)) == "Acoustic & quieter"
    assert name_words(replace(pairs[2], differs=None)) == "More acoustic"


def test_no_music_is_called_songs_of_which_half_is_not_sung() -> None:
    piano, half = sounds.group(40, 0, **sounds.PIANO), sounds.group(40, 1, **sounds.PIANO | {"valence": 0.9})
    half[::2, SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)] = 0.0
    names = values_of(*sounds.playlist(piano, half))
    assert not any(name.are_songs for name in names)


def test_a_group_is_said_to_be_danced_to_less_only_where_nothing_else_is_to_be_said() -> None:
    lively = sounds.group(seed=1, danceability=0.75, energy=0.68)
    cheerful = sounds.group(seed=2, valence=0.7, danceability=0.56, energy=0.68)
    name = values_of(*sounds.playlist(lively, cheerful))[1]
    assert name_words(name) == "Cheerful & less danceable"
    electric = sounds.group(seed=2, valence=0.7, danceability=0.56, energy=0.68, acousticness=0.07)
    names = values_of(*sounds.playlist(sounds.group(seed=1, danceability=0.75, acousticness=0.2), electric))
    assert name_words(names[1]) == "Cheerful & more electric"


@given(raw_rows, st.integers(2, 4))
def test_a_comparison_in_a_name_is_among_the_traits_and_none_says_the_opposite(
    rows: list[tuple[float, ...]], k: int
) -> None:
    raw = np.array(rows)
    z, labels = typical_scores(raw), np.arange(len(raw)) % k
    traits = traits_of(z, raw, labels)
    names = naming.name_clusters(z, raw, labels, traits)
    for name, said in zip(names, traits, strict=True):
        for lean in name.leans if name.compared else ():
            told = [trait for trait in said if trait.feature is lean.feature]
            assert all(trait.degree * (1 if lean.high else -1) >= 0 for trait in told)
        if name.is_one_word and name.differs is not None and len(set(names)) == len(names):
            sign = 1 if name.differs.high else -1
            told = [trait for trait in said if trait.feature is name.differs.feature]
            assert all(trait.degree * sign >= 0 for trait in told) or name.number > 1


def test_a_word_alone_is_joined_by_what_holds_beside_all_others_and_not_its_namesake_alone() -> None:
    calm = [sounds.group(seed=seed, energy=0.4) for seed in (1, 2)]
    z, raw, labels = sounds.playlist(*calm, sounds.group(seed=9))
    rock = [Scene(SceneKind.GENRE, "rock")] * 3

    def called(*tempi_bpm: float) -> list[str]:
        tempi = [Tempo(bpm, bpm) for bpm in tempi_bpm]
        return [name_words(name) for name in values_of(z, raw, labels, scenes=rock, tempi=tempi)]

    assert called(120.0, 150.0, 90.0)[:2] == ["Rock, calm", "Rock, calm & faster"]
    assert not any("faster" in name for name in called(120.0, 150.0, 180.0))


def test_no_modifier_denies_the_name_that_it_modifies() -> None:
    """Of eight groups of piano music that differ in singing alone none is "more sung"."""
    shares = np.linspace(0.55, 1.0, 8)
    groups = []
    for seed, share in enumerate(shares):
        rows = sounds.group(40, seed, **sounds.PIANO)
        rows[: round(40 * (1 - share)), SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)] = 0.3
        groups.append(rows)
    for name in values_of(*sounds.playlist(*groups)):
        if name.differs is not None and name.sound is not None:
            weight = ENTRIES[name.sound].weights.get(name.differs.feature, 0.0)
            assert weight * (1 if name.differs.high else -1) >= 0
