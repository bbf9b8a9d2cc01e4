"""A score is said in a word and beside strangers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from cogs.replies.comparison import posted_poster, result_card
from cogs.words.comparison import comparison_sentence, meaning_words
from cogs.words.controls import Label
from cogs.words.people import comparison_words, standing_words, without_score
from cogs.work.posted_cards import sign_of
from services.charts.compatibility import _alt_text as chart_alt_text
from services.charts.people_poster import render_people_poster
from services.charts.poster_page import FORMATS
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import TopPairs, TopPeople
from services.domain.groups import GroupKind, GroupMessage, MessageKind
from services.domain.scoring import Band
from tests.unit.services.charts.comparisons import make_comparison, make_twins


def test_a_band_is_said_beside_strangers_without_a_number() -> None:
    found = make_comparison(2)
    (pair,) = found.pairs
    said = [meaning_words(found, replace(pair, band=band)) for band in Band]
    assert len(set(said)) == len(Band)
    assert not any(sign.isdigit() for words in said for sign in words)
    assert meaning_words(found, replace(pair, band=None)) == ""


@pytest.mark.parametrize("is_sure", [True, False])
def test_an_end_that_an_older_version_gave_by_a_point_is_not_said(is_sure: bool) -> None:
    found = make_comparison(4)
    first = found.pairs[0]
    keys = (first.a, first.b)
    found = replace(
        found,
        most_alike=TopPairs((keys,), 60.0, 2.0, is_sure=is_sure),
        most_different=TopPairs((keys,), 60.0, 2.0, is_sure=is_sure),
        centre=TopPeople((first.a,), 60.0, 2.0, is_sure=is_sure),
        lone_wolf=TopPeople((first.b,), 60.0, 2.0, is_sure=is_sure),
    )
    sentence = comparison_sentence(found)
    assert ("is the lone wolf" in sentence, "are most alike" in sentence) == (is_sure, is_sure)
    assert "too close to tell" not in sentence  # an older version did not look
    assert ("scores go from" in sentence) is not is_sure
    assert "too close to tell" not in render_people_poster(FORMATS[0], found, comparison_words(found)).text
    assert [bool(standing_words(found)), "Furthest" in chart_alt_text(found)] == [is_sure, is_sure]


@pytest.mark.parametrize(("people", "lines"), [(4, 2), (12, 1)])
def test_a_large_round_counts_who_has_no_score(people: int, lines: int) -> None:
    """A line for each of them would make the card longer than a phone."""
    said = without_score(make_comparison(people, unscored=2))
    assert len(said) == lines
    assert (said[0] == f"2 of {people} have too few measured tracks or artists for a score.") == (lines == 1)


def test_where_nobody_has_a_score_the_card_says_so_once_and_offers_nothing_that_is_empty() -> None:
    found, chart = make_comparison(2, unscored=2), Chart(ChartKind.COMPATIBILITY, "", b"", "", "")
    lobby = SimpleNamespace(is_shown_to_channel=True, lobby_id="l", kind=GroupKind.LOBBY)
    shown: Any = SimpleNamespace(stored=SimpleNamespace(comparison=found, result_id="r"), lobby=lobby)
    said = str([block.to_component_dict() for block in result_card(shown, chart, found.people[0].key).blocks])
    assert said.lower().count("not enough data") == 1
    assert {label for label in Label if f"'{label}'" in said} == {Label.BLEND, Label.MY_DATA, Label.LEAVE}


@pytest.mark.parametrize("unscored", [0, 2])
def test_what_is_posted_of_a_comparison_is_found_again_after_a_crash(unscored: int) -> None:
    found, chart = make_comparison(2, unscored=unscored), Chart(ChartKind.COMPATIBILITY, "", b"", "", "")
    lobby: Any = SimpleNamespace(is_shown_to_channel=True, lobby_id="l", kind=GroupKind.LOBBY)
    shown: Any = SimpleNamespace(stored=SimpleNamespace(comparison=found, result_id="r"), lobby=lobby)
    posted = {
        MessageKind.RESULT: result_card(shown, chart, None),
        MessageKind.POSTER: posted_poster(shown, [chart]),
    }
    for kind, reply in posted.items():
        message = GroupMessage(message_id=1, channel_id=2, guild_id=3, lobby_id="l", kind=kind, result_id="r")
        assert f"'{sign_of(message)}'" in str([block.to_component_dict() for block in reply.blocks])


def test_equal_scores_are_one_number() -> None:
    assert "too close to tell, all score about 100 of 100" in comparison_sentence(make_twins(4))
