"""The verdict says no more than the evidence does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogs.replies.report import summary_card
from cogs.words.grouping import subtitle
from cogs.words.messages import note_line
from cogs.words.report import WITH_FEATURES, summary_lines, verdict, verdict_sentence
from services.domain.grouping import SceneKind
from services.domain.messages import Damage, Fault, Note, NoteKind
from services.domain.report import Subtitle, Unit, Verdict
from tests.unit.services.charts.reports import make_report

NAMES = ("Loud & fast", "Quiet piano", "Dance")


def said(
    verdict: Verdict, names: tuple[str, ...] = (), *, tracks: int = 40, evidence: int = 40, gap: float = 0.0
) -> str:
    structure = replace(make_report().structure, verdict=verdict, gap=gap, gap_z=40 * gap)
    return verdict_sentence(structure, names, mood="calm", tracks=tracks, evidence=evidence, fewest=12)


@pytest.mark.parametrize(
    ("verdict", "names", "expected"),
    [
        (Verdict.CLEAR, NAMES, "Three clear groups: Loud & fast, Quiet piano and Dance."),
        (Verdict.CLEAR, NAMES[:2], "Two clear groups: Loud & fast and Quiet piano."),
        (Verdict.LOOSE, NAMES[:2], "Two loose groups with blurred borders: Loud & fast and Quiet piano."),
        (
            Verdict.NONE,
            (),
            "The sound alone doesn't split this list. Together they sound calm.",
        ),
        (
            Verdict.NONE,
            NAMES,
            "The sound alone doesn't split this list; the three groups below are a way to cut it: ",
        ),
        (
            Verdict.UNTESTABLE,
            (),
            "40 tracks are too few to tell groups apart. Together they sound calm.",
        ),
        (
            Verdict.UNTESTABLE,
            NAMES[:2],
            "Two groups, maybe: Loud & fast and Quiet piano. 40 tracks are too few to be sure.",
        ),
    ],
)
def test_each_verdict_is_worded_by_what_was_found(
    verdict: Verdict, names: tuple[str, ...], expected: str
) -> None:
    assert said(verdict, names).startswith(expected)


@pytest.mark.parametrize(
    ("verdict", "mood", "expected"),
    [
        (Verdict.CLEAR, "calm & quiet", "Three clear groups, calm & quiet overall."),
        (Verdict.LOOSE, "from calm to loud", "Three loose groups with blurred borders, from calm to loud."),
        (Verdict.UNTESTABLE, "", "Three groups, maybe. 40 tracks are too few to be sure."),
        (
            Verdict.NONE,
            "calm",
            (
                "The sound alone doesn't split this list; the three groups below are a way to cut it. "
                "Together they sound calm."
            ),
        ),
    ],
)
def test_where_the_groups_are_listed_below_the_sentence_says_how_they_sound(
    verdict: Verdict, mood: str, expected: str
) -> None:
    structure = replace(make_report().structure, verdict=verdict)
    sentence = verdict_sentence(
        structure, NAMES, mood=mood, tracks=40, evidence=40, fewest=12, names_them=False
    )
    assert sentence == expected


@pytest.mark.parametrize("names", [{"artists": ()}, {"artists": (), "album": "Harbour"}, {"album": None}])
def test_groups_of_which_nothing_is_named_may_be_albums(names: dict[str, Any]) -> None:
    report = make_report(verdict=Verdict.CLEAR)
    tracks = [replace(each, track=replace(each.track, **{"album": None, **names})) for each in report.tracks]
    is_told = "may be albums" not in verdict(replace(report, tracks=tuple(tracks)))
    assert is_told == (names != {"artists": ()})
    untold = replace(report, structure=replace(report.structure, unit=Unit.UNKNOWN))
    assert verdict(untold).endswith(" Albums are not named: these may be albums.")


@pytest.mark.parametrize(
    ("tracks", "evidence", "expected"),
    [
        (0, 0, "No audio features are known for an empty playlist, so"),
        (1, 0, "No audio features are known for this track, so"),
        (1_200, 0, "No audio features are known for these 1,200 tracks, so"),
        (9, 9, "9 tracks are too few for groups (I need 12). Together they sound calm."),
        (1, 1, "1 track is too few for groups (I need 12). It sounds calm."),
        (20, 9, "The 9 of these 20 tracks that have audio features are too few for groups (I need 12)."),
        (20, 1, "The one of these 20 tracks that has audio features is too few for groups (I need 12)."),
    ],
)
def test_too_little_is_said_with_its_numbers(tracks: int, evidence: int, expected: str) -> None:
    assert said(Verdict.TOO_FEW, tracks=tracks, evidence=evidence).startswith(expected)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (1, "One track several times over is too few for groups (I need 12). It sounds calm."),
        (7, "Only 7 different tracks here have audio features: too few for groups (I need 12). Together"),
    ],
)
def test_rows_of_one_track_are_not_said_to_lack_features(evidence: int, expected: str) -> None:
    structure = replace(make_report().structure, verdict=Verdict.TOO_FEW)
    sentence = verdict_sentence(structure, (), mood="calm", tracks=30, evidence=evidence, real=30, fewest=12)
    assert sentence.startswith(expected)


def test_where_nothing_is_known_it_is_said_what_brings_features_along() -> None:
    assert said(Verdict.TOO_FEW, tracks=30, evidence=0).endswith(WITH_FEATURES)
    assert WITH_FEATURES not in said(Verdict.TOO_FEW, tracks=0, evidence=0)
    assert WITH_FEATURES not in said(Verdict.TOO_FEW, tracks=30, evidence=9)


def test_a_short_list_of_two_kinds_is_not_called_one() -> None:
    assert "too few to name groups, but they are of more than one kind" in said(
        Verdict.UNTESTABLE, NAMES[:1], tracks=14, evidence=14, gap=0.2
    )


COUNTRY, RAP = Subtitle(genres=("country",), genre_share=0.6), Subtitle(genres=("rap",), genre_share=0.7)


@pytest.mark.parametrize(
    ("verdict", "witnesses", "parts", "expected"),
    [
        (
            Verdict.NONE,
            (SceneKind.GENRE,),
            (COUNTRY, RAP),
            (
                "By sound these two flow into each other: Loud & fast and Quiet piano. "
                "By genre they are two: mostly country and mostly rap."
            ),
        ),
        (
            Verdict.NONE,
            (SceneKind.GENRE,),
            (COUNTRY, replace(RAP, genre_share=0.3)),
            (
                "By sound these two flow into each other: Loud & fast and Quiet piano. "
                "By genre they differ: mostly country and a lot of rap."
            ),
        ),
        (
            Verdict.NONE,
            (SceneKind.GENRE,),
            (COUNTRY, replace(COUNTRY, genre_share=0.3)),
            (
                "The sound alone doesn't split this list; the two groups below are a way to cut it: "
                "Loud & fast and Quiet piano."
            ),
        ),
        (
            Verdict.NONE,
            (SceneKind.DECADE,),
            (Subtitle(decade=1980), Subtitle(decade=2010)),
            (
                "By sound these two flow into each other: Loud & fast and Quiet piano. "
                "By the year of the edition they differ: mostly 1980s and mostly 2010s."
            ),
        ),
        (
            Verdict.UNTESTABLE,
            (SceneKind.GENRE,),
            (COUNTRY, RAP),
            (
                "Two groups, maybe: Loud & fast and Quiet piano. 40 tracks are too few to be sure. "
                "By genre they are two: mostly country and mostly rap."
            ),
        ),
        (
            Verdict.NONE,
            (SceneKind.GENRE,),
            (COUNTRY, Subtitle()),
            (
                "The sound alone doesn't split this list; the two groups below are a way to cut it: "
                "Loud & fast and Quiet piano."
            ),
        ),
    ],
)
def test_a_second_witness_is_heard_where_the_sound_says_nothing(
    verdict: Verdict, witnesses: tuple[SceneKind, ...], parts: tuple[Subtitle, ...], expected: str
) -> None:
    structure = replace(make_report().structure, verdict=verdict, witnesses=witnesses)
    sentence = verdict_sentence(
        structure, NAMES[:2], mood="calm", tracks=40, evidence=40, fewest=12, parts=parts
    )
    assert sentence == expected


def test_one_mood_is_said_only_of_one_genre_and_of_words_that_are_true_of_all() -> None:
    structure = replace(make_report().structure, verdict=Verdict.NONE, is_one_genre=True)

    def words(mood: str) -> str:
        return verdict_sentence(structure, NAMES, mood=mood, tracks=90, evidence=90, fewest=12)

    assert words("calm") == (
        "One mood, calm, in three shades: Loud & fast, Quiet piano and Dance. "
        "The sound alone doesn't split this list."
    )
    assert not words("from calmer to livelier").startswith("One mood")
    assert not words("").startswith("One mood")


AS_ASKED = "Three groups, as many as asked for, calm overall."
BY_ALBUM = "Tracks of one album sound alike here, and the sound splits this list no further"


@pytest.mark.parametrize(
    ("verdict", "asked", "expected"),
    [
        (
            Verdict.CLEAR,
            3,
            f"{AS_ASKED} The sound does split this list, and in parts of it I find much the same ",
        ),
        (
            Verdict.LOOSE,
            3,
            f"{AS_ASKED} The sound does split this list, but the borders of these are blurred.",
        ),
        (Verdict.NONE, 3, f"{AS_ASKED} The sound alone doesn't split this list: they are a way to cut it."),
        (
            Verdict.UNTESTABLE,
            8,
            (
                "Three groups of the eight asked for, calm overall. These tracks allow no more. "
                "40 tracks are too few to tell whether the sound splits them."
            ),
        ),
        (Verdict.CLEAR, None, f"{AS_ASKED} The sound does split"),
    ],
)
def test_a_number_that_was_asked_for_is_not_claimed_to_be_found(
    verdict: Verdict, asked: int | None, expected: str
) -> None:
    structure = replace(make_report().structure, verdict=verdict, forced=True, asked=asked)
    sentence = verdict_sentence(
        structure, NAMES, mood="calm", tracks=40, evidence=40, fewest=12, names_them=False
    )
    assert sentence.startswith(expected)
    witnessed = replace(structure, witnesses=(SceneKind.GENRE,))
    named = verdict_sentence(
        witnessed, NAMES[:2], mood="calm", tracks=40, evidence=40, fewest=12, parts=(COUNTRY, RAP)
    )
    assert named.startswith("Two groups")
    assert named.endswith("By genre they are two: mostly country and mostly rap.")
    alone = verdict_sentence(structure, (), mood="calm", tracks=40, evidence=40, fewest=12)
    assert alone == "These tracks all sound the same, so they are one group. Together they sound calm."


@pytest.mark.parametrize(
    ("verdict", "asked", "expected"),
    [
        (Verdict.CLEAR, None, "Three clear groups, each mostly one album, calm overall."),
        (
            Verdict.LOOSE,
            None,
            "Three loose groups with blurred borders, each mostly one album, calm overall.",
        ),
        (
            Verdict.NONE,
            None,
            f"{BY_ALBUM}; the three groups below are a way to cut it. Together they sound calm.",
        ),
        (Verdict.NONE, 3, f"{AS_ASKED} {BY_ALBUM}: they are a way to cut it."),
        (
            Verdict.CLEAR,
            3,
            "Three groups, as many as asked for, each mostly one album, calm overall. The sound",
        ),
    ],
)
def test_albums_are_not_called_groups_of_a_list(verdict: Verdict, asked: int | None, expected: str) -> None:
    structure = replace(
        make_report().structure, verdict=verdict, of_albums=True, forced=asked is not None, asked=asked
    )
    sentence = verdict_sentence(
        structure, NAMES, mood="calm", tracks=90, evidence=90, fewest=12, names_them=False
    )
    assert sentence.startswith(expected)
    by_artist = verdict_sentence(
        replace(structure, unit=Unit.ARTIST), NAMES, mood="calm", tracks=90, evidence=90, fewest=12
    )
    assert "album" not in by_artist
    assert "by one artist" in by_artist


def test_a_group_that_is_one_album_says_so_on_its_line() -> None:
    report = make_report(100, 2)
    album = Subtitle(album="Kind of *Blue*", album_share=0.92)
    report = replace(report, clusters=(report.clusters[0], replace(report.clusters[1], subtitle=album)))
    first, second = summary_lines(report)
    assert "album" not in first
    assert second.endswith(r" · one album: Kind of \*Blue\*")
    assert subtitle(report.clusters[1]) == "92% from the album “Kind of *Blue*”"


def test_names_with_a_comma_are_told_apart_by_semicolons() -> None:
    assert said(Verdict.CLEAR, ("Country, calm", "Rap")) == "Two clear groups: Country, calm; and Rap."


@pytest.mark.parametrize(("kind", "can_be"), [(NoteKind.NO_TIME_LEFT, True), (NoteKind.NAMELESS, False)])
def test_a_map_that_is_not_complete_can_be_drawn_again(kind: NoteKind, can_be: bool) -> None:
    report = replace(make_report(), notices=(Note(kind, names=("ReccoBeats",), count=40, wait_s=60.0),))
    said = str(summary_card(report, "r1", None, private=False).view().to_components())
    assert ("Complete the map" in said) is can_be
    assert ("I go on asking, which takes about a minute at best" in said) is can_be


@pytest.mark.parametrize(
    ("found", "total", "doubtful", "said"),
    [
        (40, 40, 0, "40 tracks were found by name."),
        (12, 15, 3, "3 of 15 names are doubtful."),
        (0, 1, 0, "1 track was not found by name."),
        (88, 96, 2, "2 of 96 names doubtful, 6 not found."),
        (79, 80, 0, "1 of 80 names was not found."),
        (0, 2, 2, "2 of 2 names are doubtful."),
    ],
)
def test_what_was_found_by_name_is_counted(found: int, total: int, doubtful: int, said: str) -> None:
    assert note_line(Note(NoteKind.FOUND_BY_NAME, count=found, total=total, number=doubtful)) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (17, "None of the names found has features."),
        (3, "3 of the names found have no features."),
        (1, "1 of the names found has no features."),
    ],
)
def test_what_was_found_by_name_without_features_is_said(count: int, said: str) -> None:
    assert note_line(Note(NoteKind.FOUND_UNHEARD, count=count, total=17)) == said


def test_a_damaged_file_of_an_archive_is_named_as_before() -> None:
    damages = (Damage(Fault.OPEN_QUOTE, line=1_200, file="b.csv"),)
    said = "Not read because damaged: b.csv (line 1,200: a quote is never closed) and 2 more."
    assert note_line(Note(NoteKind.DAMAGED_FILES, 3, damages=damages)) == said
    stored = Note(NoteKind.DAMAGED_FILES, 3, names=("b.csv (line 1,200: a quote is never closed)",))
    assert note_line(stored) == said
