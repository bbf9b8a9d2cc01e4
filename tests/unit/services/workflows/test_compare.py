"""Comparing people, and comparisons as documents."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from cogs.words.errors import sentence
from cogs.words.people import comparison_words
from services.domain.comparison import (
    Award,
    Comparison,
    FeatureDifference,
    Pair,
    Participant,
    PersonKey,
    SharedArtist,
    SharedGroup,
    SharedTrack,
    Spread,
    TopPairs,
    TopPeople,
    UnionGroup,
)
from services.domain.errors import TastemapError
from services.domain.errors.groups import OnePlaylistFailedError
from services.domain.errors.jobs import DeadlineExceededError, OverloadedError, ShuttingDownError
from services.domain.errors.storage import DatabaseBusyError
from services.domain.features import AudioFeatures, Feature
from services.domain.groups import Blend, BlendMode, BlendPerson, BlendTrack
from services.domain.messages import ComparisonWords
from services.domain.music import Playlist, Track, TrackId
from services.domain.report import EnrichedTrack
from services.workflows.compare import Brought, CompareWorkflow, blend_json, comparison_json, own_json


class OneFails:
    """An analysis that fails for one playlist and never ends for the others."""

    def __init__(self, error: BaseException) -> None:
        self._error = error
        self.cancelled = 0

    async def enrich(self, playlist: Any, *_: Any, **__: Any) -> Any:
        if playlist.name == "Kim":
            raise self._error
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def quiet(line: str) -> None:
    """Say nothing about progress."""


def people() -> list[Brought]:
    names = ("Sam", "Kim", "Lou")
    return [
        Brought(PersonKey(str(number)), name, Playlist(name=name, tracks=(Track(title=name),)))
        for number, name in enumerate(names)
    ]


async def failing_with(error: BaseException) -> tuple[BaseException, OneFails]:
    analyze = OneFails(error)
    comparer = CompareWorkflow(analyze=analyze, words=comparison_words)
    with pytest.raises(type(error) if not isinstance(error, TastemapError) else TastemapError) as caught:
        await comparer.compare(people(), say=quiet)
    return caught.value, analyze


async def test_a_failure_says_whose_playlist_it_was_and_the_other_look_ups_end() -> None:
    cause = DeadlineExceededError("describe", 30.0)
    error, analyze = await failing_with(cause)
    assert isinstance(error, OnePlaylistFailedError)
    said = sentence(error)
    assert "Kim" in said
    assert sentence(cause) in said
    assert "Kim" not in str(error)
    assert analyze.cancelled == 2


@pytest.mark.parametrize(
    "error", [ShuttingDownError(), DatabaseBusyError("locked"), OverloadedError("describe", 9.0)], ids=type
)
async def test_what_is_nobodys_playlists_fault_comes_through_as_it_is(error: TastemapError) -> None:
    assert (await failing_with(error))[0] is error


ANN, BOB, KIM = PersonKey("1"), PersonKey("2"), PersonKey("3")
FORMULA = '=HYPERLINK("https://example.org")'
MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def participant(key: PersonKey, name: str, measured: int, share: float) -> Participant:
    return Participant(
        key=key,
        name=name,
        tracks=50,
        measured=measured,
        imputed=4,
        profile={Feature.ENERGY: Spread(0.21234, 0.5, 0.81239, 0.33339)} if measured else {},
        shares=(share, 1.0 - share),
        figures={},
    )


def pair(a: PersonKey, b: PersonKey, score: float | None) -> Pair:
    return Pair(
        a=a,
        b=b,
        score=score,
        low=None if score is None else score - 5.06,
        high=None if score is None else score + 5.06,
        sound=score,
        overlap=0.123456,
        distance=0.4,
        differences=(FeatureDifference(Feature.TEMPO, 14.00004, 0.5),),
        shared_artists=(SharedArtist("Night Ferry", 3, 2),),
        shared_tracks=(SharedTrack(FORMULA, ("Night Ferry",), TrackId("t" * 22)),),
        shared_groups=(SharedGroup(0, "Calm", 0.5, 0.5),),
    )


def said(to: PersonKey | None = None) -> ComparisonWords:
    return ComparisonWords(
        sentence="The sentence.",
        reasons=tuple((f"to {to}" if to else f"{a} and {b}",) for a, b in combinations((BOB, ANN, KIM), 2)),
        differences=("", "", ""),
        groups=("quiet", "loud"),
        awards=(("Darkest mood", "median valence 0.21"), ("Fastest", "130 BPM")),
    )


def comparison() -> Comparison:
    return Comparison(
        people=(
            participant(BOB, "Bob", 40, 0.25),
            participant(ANN, FORMULA, 40, 0.75),
            participant(KIM, "Kim", 3, 0.5),
        ),
        pairs=(pair(BOB, ANN, 61.26), pair(BOB, KIM, None), pair(ANN, KIM, None)),
        groups=(UnionGroup(name="Calm", size=60), UnionGroup(name="Loud", size=23)),
        axes=None,
        dots=(),
        most_alike=TopPairs(((BOB, ANN),), 61.26, None, is_sure=True),
        most_different=None,
        centre=TopPeople((BOB,), 61.26, 2.0, is_sure=True),
        lone_wolf=TopPeople((ANN, BOB), 61.26, None, is_sure=True),
        bridge=None,
        mean=61.26,
        lowest=61.26,
        awards=(
            Award("Darkest mood", (ANN, KIM), "median valence 0.21"),
            Award("Fastest", (BOB,), "130 BPM"),
        ),
    )


def document() -> dict[str, object]:
    value: dict[str, object] = json.loads(comparison_json(comparison(), (ANN, BOB, KIM), said()))
    return value


def test_people_matrix_and_pairs_stand_in_the_order_that_was_asked_for() -> None:
    found = document()
    assert found["sentence"] == "The sentence."
    assert found["people"] == [FORMULA, "Bob", "Kim"]
    assert found["order"] == ["Bob", FORMULA, "Kim"]
    assert found["matrix"] == [[100.0, 61.3, None], [61.3, 100.0, None], [None, None, None]]
    pairs = found["pairs"]
    assert isinstance(pairs, list)
    assert [(each["a"], each["b"]) for each in pairs] == [(FORMULA, "Bob"), (FORMULA, "Kim"), ("Bob", "Kim")]


def test_a_pair_that_is_turned_round_says_its_difference_the_other_way() -> None:
    turned, straight, _ = document()["pairs"]  # type: ignore[misc]
    assert turned["differences"] == {"tempo": {"amount": -14.0, "distance": 0.5}}
    assert straight["differences"] == {"tempo": {"amount": 14.0, "distance": 0.5}}
    assert (turned["score"], turned["low"], turned["high"]) == (61.3, 56.2, 66.3)
    assert (straight["score"], straight["low"], straight["high"]) == (None, None, None)
    assert turned["artist_overlap"] == 0.1235
    assert turned["shared_tracks"] == [{"id": "t" * 22, "title": FORMULA, "artists": ["Night Ferry"]}]
    assert (turned["shared_artists"], turned["shared_groups"]) == (["Night Ferry"], ["Calm"])


def test_one_at_the_top_is_named_and_several_are_ties() -> None:
    found = document()
    assert (found["centre"], found["lone_wolf"], found["bridge"]) == ("Bob", None, None)
    assert found["ties"] == {"lone_wolf": [FORMULA, "Bob"]}
    assert (found["most_alike"], found["most_different"]) == ([["Bob", FORMULA]], [])
    assert (found["mean"], found["lowest"]) == (61.3, 61.3)


def test_a_persons_figures_are_rounded_and_named_by_group() -> None:
    ann, _, kim = document()["profiles"]  # type: ignore[misc]
    assert ann["groups"] == {"Calm": 0.75, "Loud": 0.25}
    assert ann["features"] == {"energy": {"low": 0.2123, "median": 0.5, "high": 0.8124, "level": 0.3334}}
    assert (ann["enough_data"], kim["enough_data"]) == (True, False)


def test_ones_own_part_holds_nothing_about_two_others() -> None:
    found = json.loads(own_json(comparison(), KIM, MADE, said(KIM)))
    assert (found["name"], found["made"]) == ("Kim", "2026-11-22T12:00:00+00:00")
    assert found["tracks"] == {"all": 50, "measured": 3, "estimated": 4}
    assert [(each["with"], each["score"], each["reasons"]) for each in found["scores"]] == [
        ("Bob", None, ["to 3"]),
        (FORMULA, None, ["to 3"]),
    ]
    assert found["awards"] == [{"title": "Darkest mood", "words": "median valence 0.21"}]
    assert found["groups"] == [{"name": "Calm", "share": 0.5}, {"name": "Loud", "share": 0.5}]
    assert "61.26" not in json.dumps(found)


def test_a_blend_names_its_people_and_carries_the_notes_that_it_is_handed() -> None:
    track = Track(id=TrackId("t" * 22), title=FORMULA, artists=("Night Ferry",))
    entry = EnrichedTrack(track=track, features=AudioFeatures(), provenance={})
    blend = Blend(
        mode=BlendMode.FAIR,
        people=(BlendPerson(ANN, "Ann", 0.61239, 1, 1, 0), BlendPerson(BOB, "Bob", 0.4, 0, 0, 1)),
        tracks=(BlendTrack(entry, ANN, (ANN,), (ANN, BOB), (0.61239, 0.5)),),
        floor=0.5,
        notes=(),
    )
    found = json.loads(blend_json(blend, ["Bob's list ran out."]))
    assert (found["mode"], found["floor"], found["notes"]) == ("fair", 0.5, ["Bob's list ran out."])
    assert found["people"][0] == {
        "name": "Ann",
        "satisfaction": 0.6124,
        "turns": 1,
        "owned": 1,
        "foreign": 0,
    }
    assert found["tracks"] == [
        {
            "id": "t" * 22,
            "title": FORMULA,
            "artists": ["Night Ferry"],
            "turn": "Ann",
            "owners": ["Ann"],
            "serves": ["Ann", "Bob"],
            "satisfaction": {"Ann": 0.6124, "Bob": 0.5},
        }
    ]
