"""What sets a list apart is said where it is more than its error, in one kind line, and else nothing is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.portrait import holds
from cogs.words.portrait import habits_line, standings_line, type_line
from services.analysis.portrait import portrait_of, standings_of
from services.analysis.reference import TYPICAL
from services.analysis.tally import lower_end
from services.domain.features import Feature, Origin, Provenance
from services.domain.portrait import HabitKind, Portrait
from services.domain.report import EnrichedTrack
from tests.depth import examples
from tests.unit.services.analysis.sounds import DANCE, LOUD, QUIET, group
from tests.unit.services.analysis.test_continuity import analysed, numbered

QUIETS = numbered(group(40, seed=1, **QUIET), 0)


def portrait(entries: tuple[EnrichedTrack, ...]) -> Portrait:
    found = portrait_of(replace(EMPTY, tracks=entries))
    assert type_line(found) == "" or type_line(found)[0].isupper() or type_line(found)[0].isdigit()
    return found


EMPTY = analysed(QUIETS)


def told(entries: tuple[EnrichedTrack, ...], **facts: object) -> tuple[EnrichedTrack, ...]:
    return tuple(replace(entry, track=replace(entry.track, **facts)) for entry in entries)


def test_quiet_music_is_called_so_with_a_percentile_and_what_it_is_beside() -> None:
    found = portrait(told(QUIETS, genres=("Folk",), release_year=1974))
    assert type_line(found).startswith(("Calm", "Acoustic", "Soft"))
    assert "70s folk" in type_line(found)
    words = standings_line(found).replace("\u00a0", " ")
    assert " than about 9" in words
    assert words.endswith("of 238 public playlists of 5 listeners, all of whom count alike")
    assert all(75 <= standing.percent <= 95 for standing in found.standings)


def test_no_claim_of_a_resampled_list_is_within_its_error() -> None:
    rng = np.random.default_rng(9)
    pool = TYPICAL.normal_scores(
        np.concatenate([group(80, seed=n, **sound) for n, sound in enumerate((QUIET, LOUD, DANCE))])
    )
    said = 0
    for _ in range(examples(60, 500)):
        rows = pool[rng.integers(len(pool), size=40)] * rng.uniform(0.2, 1.2) + rng.normal(0, 0.4, 9)
        truth = rows.mean(axis=0)[None, :]
        for standing in standings_of(rows[rng.integers(40, size=40)]):
            said += 1
            assert holds(standing, truth)[0]
    assert said > 20


def test_two_percentiles_are_never_about_nearly_one_thing_and_tempo_is_never_said() -> None:
    rows = np.full((200, 9), 2.0) + np.random.default_rng(1).normal(0, 0.1, (200, 9))
    said = {standing.feature for standing in standings_of(rows)}
    assert len(said) == 2
    assert len(said & {Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS}) <= 1
    assert not said & {Feature.TEMPO, Feature.LIVENESS}


def test_few_tracks_and_estimates_say_nothing() -> None:
    assert portrait(QUIETS[:14]).standings == ()
    guess = Provenance(Origin.IMPUTED, "a guess")
    guessed = tuple(replace(each, provenance=dict.fromkeys(each.provenance, guess)) for each in QUIETS)
    assert portrait(guessed).standings == ()
    assert portrait(()).standings == ()
    assert (type_line(None), standings_line(None), habits_line(None)) == ("", "", "")
    assert type_line(Portrait()) == ""


@pytest.mark.parametrize(
    ("artists", "years", "kind", "words"),
    [
        (
            ["Nick Drake"] * 8 + list("abcdefghijklmnopqrstuvwxyzABCDEF"),
            [],
            HabitKind.FAITHFUL,
            "20% by Nick Drake",
        ),
        (["Ann"] * 4 + [f"B{n % 12}" for n in range(36)], [], HabitKind.RUN, "4 tracks in a row by Ann"),
        (["Various Artists"] * 20 + [f"B{n}" for n in range(20)], [], None, ""),
        ([f"B{n}" for n in range(40)], [2015, 2020] * 20, HabitKind.SINCE, "nothing before 2015"),
        ([f"B{n}" for n in range(40)], [1958, 2020] * 20, HabitKind.SPAN, "from 1958 to 2020"),
        ([f"B{n}" for n in range(40)], [2015] * 39, None, ""),
    ],
)
def test_habits_are_counted(artists: list[str], years: list[int], kind: HabitKind | None, words: str) -> None:
    entries = tuple(
        replace(
            entry,
            track=replace(
                entry.track,
                artists=(artists[place],),
                release_year=years[place] if place < len(years) else None,
            ),
        )
        for place, entry in enumerate(QUIETS)
    )
    habits = portrait(entries).habits
    assert [habit.kind for habit in habits[:1]] == ([kind] if kind else [])
    assert habits_line(portrait(entries)).split("; ")[0].replace("\u00a0", " ") == words


def test_a_genre_or_decade_of_a_bare_majority_is_not_said() -> None:
    mixed = (
        *told(QUIETS[:18], genres=("Folk",), release_year=1974),
        *told(QUIETS[18:], genres=("Jazz", "Folk rock"), release_year=1966),
    )
    found = portrait(mixed)
    assert (found.genre, found.decade) == ("", None)
    assert lower_end(18, 40) < 0.4 < lower_end(36, 40)


def test_a_track_that_is_there_often_is_counted_once() -> None:
    assert portrait(QUIETS).standings
    assert portrait(QUIETS[:1] * 40).standings == ()
    assert portrait(QUIETS * 2).standings == portrait(QUIETS).standings


def test_a_decade_is_that_of_the_music_and_not_of_its_reissues() -> None:
    drake = told(QUIETS, artists=("Nick Drake",), genres=("Folk",))
    list_of_one = (*told(drake[:10], release_year=1971), *told(drake[10:], release_year=2007))
    assert portrait(list_of_one).decade is None
    assert "2000s" not in type_line(portrait(list_of_one))
    remastered = told(QUIETS, album="Anthology (2011 Remaster)", release_year=2011)
    assert "nothing before" not in habits_line(portrait(remastered))


def test_no_word_about_a_list_ranks_or_mocks() -> None:
    for sound in (QUIET, LOUD, DANCE):
        line = type_line(portrait(numbered(group(60, seed=5, **sound), 0))).casefold()
        assert line
        assert not {"boring", "sad", "depress", "basic", "you ", "worst", "best", "people"} & set(
            line.split()
        )
