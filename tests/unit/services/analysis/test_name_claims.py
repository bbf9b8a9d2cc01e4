"""What the words of a name claim, and that the values and genres of its tracks bear it out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.grouping import trait_words
from services.analysis import naming
from services.analysis.claims import SLACK, Claim, Tags
from services.analysis.name_rules import ELECTRIC, holds, plain_names
from services.analysis.reference import TYPICAL
from services.analysis.traits import TRUE_FROM
from services.analysis.vocabulary import CATALOGUE, FALLBACK, SHRUGS, Guard, Name
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import SOUND_WORDS, name_words
from services.domain.grouping import GroupName, Lean, Scene, SceneKind, SoundName
from services.domain.report import Trait
from services.domain.vocabulary import COMPARATIVES
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.sounds import typical_scores
from tests.unit.services.analysis.test_naming import (
    ENTRIES,
    name_clusters,
    plain,
    raw_rows,
    traits_of,
    values_of,
)

SAID = {
    "dark": Lean(Feature.VALENCE, high=False),
    "sunny": Lean(Feature.VALENCE, high=True),
    "bright": Lean(Feature.VALENCE, high=True),
    "acoustic": Lean(Feature.ACOUSTICNESS, high=True),
    "electric": Lean(Feature.ACOUSTICNESS, high=False),
    "calm": Lean(Feature.ENERGY, high=False),
    "loud": Lean(Feature.LOUDNESS, high=True),
    "quiet": Lean(Feature.LOUDNESS, high=False),
    "danceable": Lean(Feature.DANCEABILITY, high=True),
    "live": Lean(Feature.LIVENESS, high=True),
    "wordy": Lean(Feature.SPEECHINESS, high=True),
    "slow": Lean(Feature.TEMPO, high=False),
    "fast": Lean(Feature.TEMPO, high=True),
}


@pytest.mark.parametrize("name", CATALOGUE, ids=lambda name: name.id)
def test_each_word_of_the_catalogue_is_guarded_by_the_value_from_which_it_is_true(name: Name) -> None:
    words = SOUND_WORDS[name.id][1].replace(" & ", " ").split()
    for lean in {SAID[word] for word in words if word in SAID}:
        low, high = TRUE_FROM[lean.feature]
        assert any(
            guard.feature is lean.feature
            and not guard.share
            and (guard.low >= high if lean.high else guard.high <= low)
            for guard in name.guards
        ), lean


def test_guards_look_at_means_shares_and_median_tempo() -> None:
    raw = sounds.group(4)
    raw[:, -1] = [90, 90, 90, 250]
    assert holds(Guard(Feature.TEMPO, 85, 95), raw)
    raw[:, 4] = [0.9, 0.1, 0.1, 0.1]
    assert holds(Guard(Feature.ACOUSTICNESS, 0.29, 0.31), raw)
    assert holds(Guard(Feature.ACOUSTICNESS, 0.25, 0.25, share=True), raw)


def test_the_catalogue_is_well_formed() -> None:
    assert {name.id for name in (*CATALOGUE, FALLBACK)} == set(SoundName)
    words = [name_words(GroupName(sound=sound)) for sound in SoundName]
    assert len(words) == len(set(words)) >= 29
    for name in CATALOGUE:
        assert name.guards
        assert any(name.weights.values()) or name.id in SHRUGS
        assert " · " not in name_words(GroupName(sound=name.id))
    assert max(map(len, words)) <= 24
    assert set(COMPARATIVES) == set(SOUND_FEATURES)
    assert len({word for pair in COMPARATIVES.values() for word in pair}) == 18


@pytest.mark.parametrize("name", CATALOGUE, ids=lambda name: name.id)
def test_every_name_can_be_earned(name: Name) -> None:
    """Some sound along the direction of a name, within what it promises, carries it."""
    borne_out = {Claim.RAP: "rap", Claim.DREAMY: "dream pop", Claim.EPIC: "post rock"}
    draw, genres = np.random.default_rng(0), [[said] for said in [borne_out.get(name.claim)] if said] * 8
    scene = Scene(SceneKind.GENRE, "rap") if name.id in SHRUGS else None
    wanted = np.array([name.weights.get(feature, 0.0) for feature in SOUND_FEATURES])
    for _ in range(300):
        z = wanted * draw.uniform(0.2, 2.0) + draw.normal(0.0, 0.3, size=len(SOUND_FEATURES))
        row = [
            np.interp(score, scores, knots)
            for score, scores, knots in zip(z, TYPICAL.knot_scores, TYPICAL.knots, strict=True)
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
        raw = np.tile(row, (8, 1))
        for guard in name.guards:
            if guard.share and 0.5 < guard.high < 1.0:
                raw[:, SOUND_FEATURES.index(guard.feature)] = [0.8, 0.2] * 4
        if values_of(typical_scores(raw), raw, [0] * 8, genres, [scene])[0].sound is name.id:
            return
    pytest.fail(f"nothing is called {name.id}")


@pytest.mark.parametrize(
    ("tags", "count", "said"),
    [
        ("East Coast Hip-Hop", 20, "Rap"),
        ("rap", 7, "Wordy & rhythmic"),
        ("", 20, "Wordy & rhythmic"),
        ("rap", 9, "Wordy & rhythmic"),
    ],
)
def test_rap_is_said_only_where_genre_words_say_so(tags: str, count: int, said: str) -> None:
    others = ("neo soul",) if count == 9 else ()
    genres = [()] * 20 + [(tags,)] * count + [others] * (20 - count)
    names = name_clusters(*sounds.playlist(sounds.group(seed=1), sounds.group(**sounds.RAP)), genres)
    assert plain(names[1]) == said


def test_nobody_is_said_to_dance_to_what_no_genre_word_calls_dance_music() -> None:
    groups = sounds.playlist(sounds.group(seed=1), sounds.group(**sounds.DANCE))
    for word, dances in (("jazz fusion", False), ("deep house", True)):
        name = plain(name_clusters(*groups, [()] * 20 + [(word,)] * 20)[1])
        assert (name == "Feel-good dance") == dances
    mostly_rap = [()] * 20 + [("rap",)] * 12 + [("house",)] * 8
    assert "dance" not in plain(name_clusters(*groups, mostly_rap)[1]).split()


@pytest.mark.parametrize("tags", ["roots reggae", "wrapping music", "hypertechno"])
def test_no_name_speaks_of_words_where_genre_words_say_that_it_is_no_rap(tags: str) -> None:
    genres = [()] * 20 + [(tags,)] * 20
    name = values_of(*sounds.playlist(sounds.group(seed=1), sounds.group(**sounds.RAP)), genres)[1]
    wordy = {entry.id for entry in CATALOGUE if entry.claim in {Claim.RAP, Claim.WORDS, Claim.TALK}}
    assert name.sound not in wordy
    assert Lean(Feature.SPEECHINESS, high=True) not in name.leans


def test_no_name_says_what_the_group_is_slightly_the_opposite_of() -> None:
    """Ballads at a measured 140 BPM are fast to a program, and not restless."""
    ballads = sounds.group(seed=2, tempo=145.0, energy=0.62, danceability=0.5, acousticness=0.3)
    names = values_of(*sounds.playlist(sounds.group(seed=1), ballads))
    assert names[1].sound is not SoundName.FAST_RESTLESS


@pytest.mark.parametrize(("share", "said"), [(0.7, False), (0.9, True)])
def test_without_genres_only_what_is_surely_not_sung_is_called_instrumental(share: float, said: bool) -> None:
    """Two thirds of shoegaze are measured as not sung."""
    sung, not_sung = (
        sounds.group(round(40 * part), valence=0.15, danceability=0.4, instrumentalness=value)
        for part, value in ((1 - share, 0.1), (share, 0.85))
    )
    groups = sounds.playlist(sounds.group(seed=1), np.vstack([sung, not_sung]))
    assert ("nstrumental" in name_clusters(*groups)[1]) == said


@pytest.mark.parametrize(("word", "said"), [("dream pop", False), ("ambient", True)])
def test_blurred_voices_of_a_sung_genre_are_no_instrumentals(word: str, said: bool) -> None:
    blurred = sounds.group(40, valence=0.15, danceability=0.4, instrumentalness=0.8)
    groups = sounds.playlist(sounds.group(seed=1), blurred)
    assert ("nstrumental" in name_clusters(*groups, [()] * 20 + [(word,)] * 40)[1]) == said


@pytest.mark.parametrize(
    ("sound", "genre", "words"),
    [
        ({"valence": 0.2, "energy": 0.55}, "worship", {"dark", "brooding", "moody", "darker"}),
        ({"valence": 0.75, "energy": 0.84}, "gothic rock", {"cheerful", "bright", "sunny", "sunnier"}),
        ({"acousticness": 0.6, "energy": 0.4, "loudness": -10.0}, "acid rock", {"acoustic"}),
        ({"acousticness": 0.6, "energy": 0.4, "loudness": -10.0}, "idm", {"acoustic"}),
    ],
    ids=["dark", "cheerful", "tape", "synthesizers"],
)
def test_no_name_says_what_its_genre_denies_whatever_is_measured(
    sound: dict[str, float], genre: str, words: set[str]
) -> None:
    groups = sounds.playlist(sounds.group(seed=1), sounds.group(seed=2, **sound))
    for tag, is_said in (("polka", True), (genre, False)):
        name = name_clusters(*groups, [()] * 20 + [(tag,)] * 20)[1]
        assert bool(words & set(name.lower().split())) == is_said, name


@pytest.mark.parametrize(("genre", "is_refused"), [("musicals", True), ("rap", True), ("dream pop", False)])
def test_what_is_played_by_orchestras_and_on_stages_is_not_called_dreamy(
    genre: str, is_refused: bool
) -> None:
    tags = Tags.of([(genre,)] * 20, np.zeros(20, dtype=np.intp))
    assert (Claim.DREAMY in tags.refused(0, sounds.group(20))) == is_refused


@pytest.mark.parametrize(
    ("majors", "is_said"), [(3, False), (12, True), (None, True)], ids=["minor", "major", "unknown"]
)
def test_what_is_mostly_in_minor_keys_is_not_called_cheerful(majors: int | None, is_said: bool) -> None:
    groups = sounds.playlist(sounds.group(seed=1), sounds.group(seed=2, valence=0.9))
    modes = [None] * 20 if majors is None else [number < majors for number in range(20)]
    name = name_words(values_of(*groups, is_major=[True] * 20 + modes)[1])
    assert bool({"cheerful", "sunny", "bright"} & set(name.lower().split())) == is_said, name


def test_what_promises_cheerful_music_beside_something_else_is_not_said_of_minor_keys() -> None:
    groups = sounds.playlist(
        sounds.group(seed=1), sounds.group(seed=2, valence=0.7, acousticness=0.7, energy=0.5)
    )
    assert values_of(*groups)[1].sound is SoundName.SUNNY_ACOUSTIC
    assert values_of(*groups, is_major=[False] * 40)[1].sound is not SoundName.SUNNY_ACOUSTIC


def test_a_name_that_is_kept_may_miss_a_share_by_a_little() -> None:
    labels, raw = np.zeros(20, dtype=np.intp), sounds.group(20)
    half = Tags.of([("musicals",)] * 11 + [("polka",)] * 9, labels, [True] * 7 + [False] * 13)
    assert {Claim.DARK, Claim.CHEERFUL} <= half.refused(0, raw)
    assert {Claim.DARK, Claim.CHEERFUL}.isdisjoint(half.refused(0, raw, slack=SLACK))
    # What nothing bears out is refused all the same.
    none = Tags.of([("polka",)] * 20, labels).refused(0, raw, slack=SLACK)
    assert {Claim.DANCE, Claim.RAP, Claim.WORDS, Claim.TALK, Claim.DREAMY, Claim.EPIC} <= none
    whole = Tags.of([("musicals",)] * 20, labels, [False] * 20)
    assert {Claim.DARK, Claim.CHEERFUL} <= whole.refused(0, raw, slack=SLACK)


@pytest.mark.parametrize("other", [{"danceability": 0.72}, {"energy": 0.84}, {"valence": 0.2}])
def test_reverberation_is_not_called_live(other: dict[str, float]) -> None:
    """A studio with much of it is measured as live: only recordings that surely are live are called so."""
    groups = sounds.playlist(sounds.group(seed=1), sounds.group(seed=2, liveness=0.36, **other))
    assert "live" not in name_clusters(*groups)[1].lower().split()


def test_nobody_calls_sombre_music_sunnier() -> None:
    sombre = sounds.group(seed=1, valence=0.2, danceability=0.6)
    for valence, is_sunnier in ((0.41, False), (0.48, True)):
        groups = sounds.playlist(sombre, sounds.group(seed=2, valence=valence, danceability=0.72))
        assert ("sunnier" in name_clusters(*groups)[1]) == is_sunnier


def test_what_is_less_danceable_than_most_is_not_called_more_danceable_than_the_rest() -> None:
    undanceable = [sounds.group(seed=seed, danceability=low) for seed, low in enumerate((0.47, 0.33, 0.3))]
    z, raw, labels = sounds.playlist(*undanceable)
    first = traits_of(z, raw, labels)[0][0]
    assert (first.feature, trait_words(first)) == (Feature.DANCEABILITY, "less danceable than most")
    jangly = Scene(SceneKind.GENRE, "jangle pop")
    assert "danceable" not in name_clusters(z, raw, labels, scenes=[jangly, None, None])[0]


def test_nobody_calls_what_is_hardly_acoustic_more_acoustic() -> None:
    electric = sounds.group(seed=1, acousticness=0.005)
    for acousticness, is_said in ((0.22, False), (0.32, True)):
        groups = sounds.playlist(electric, sounds.group(seed=2, acousticness=acousticness, danceability=0.72))
        assert ("more acoustic" in name_clusters(*groups)[1]) == is_said


def test_talk_is_called_spoken() -> None:
    talk = sounds.group(**sounds.RAP | {"speechiness": 0.9})
    for genres in ((), [()] * 20 + [("comedy",)] * 20, [()] * 20 + [("hörspiel",)] * 20):
        names = values_of(*sounds.playlist(sounds.group(seed=1), talk), genres)
        assert names[1].sound is SoundName.MOSTLY_SPOKEN


@given(raw_rows, st.sampled_from(["rap", "polka", "techno", ""]))
def test_no_name_claims_more_than_the_genre_words_bear_out(rows: list[tuple[float, ...]], word: str) -> None:
    raw = np.array(rows)
    (name,) = values_of(typical_scores(raw), raw, [0] * len(raw), [(word,)] * len(raw))
    claim = ENTRIES[name.sound].claim if name.sound else None
    assert claim is not Claim.RAP or word == "rap"
    assert claim is not Claim.WORDS or word in {"rap", ""}
    assert claim is not Claim.DANCE or word != "polka"


@pytest.mark.parametrize("contrast", [0.05, -0.05])
def test_a_difference_that_nobody_hears_refuses_no_word(contrast: float) -> None:
    electric = Trait(
        feature=Feature.ACOUSTICNESS,
        z=-1.5,
        contrast=contrast,
        value=0.01,
        typical=0.2,
        degree=-2,
    )
    names = list(plain_names([electric], {Claim.ACOUSTIC}, most=2))
    assert GroupName(leans=(ELECTRIC,)) in names


def test_what_can_be_called_nothing_else_is_called_dark_though_no_line_below_says_so() -> None:
    z, raw, labels = sounds.playlist(sounds.group(seed=1, valence=0.15))
    (name,) = naming.name_clusters(z, raw, labels, traits_of(z, raw, labels), shown=[set()])
    assert name_words(name) == "Dark tracks"
