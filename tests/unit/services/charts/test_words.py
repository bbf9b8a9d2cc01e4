from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.charts.map import render_map
from services.charts.words import count, describe, found_words, in_unit, leaning, listed
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import Basis, Grouping
from services.domain.report import Verdict
from services.domain.vocabulary import FEATURE_WORDS
from tests.unit.services.charts.reports import make_report


def test_every_feature_and_verdict_has_words():
    assert set(FEATURE_WORDS) == set(SOUND_FEATURES)
    assert len({found_words(make_report(100, 2, verdict=verdict)) for verdict in Verdict}) == len(Verdict)


def test_no_groups_are_called_clear_that_nobody_found():
    clear = make_report(100, 4, verdict=Verdict.CLEAR)
    assert found_words(clear) == "clear groups"
    asked = replace(clear, structure=replace(clear.structure, forced=True, asked=4))
    assert found_words(asked) == "groups, as many as asked for"
    by_style = replace(clear, basis=Basis(grouping=Grouping.STYLE))
    assert found_words(by_style) == "groups by style and era"
    for report in (asked, by_style):
        assert "lear" not in render_map(report).text
        assert report.firmness is not Verdict.CLEAR
    assert clear.firmness is Verdict.CLEAR
    whole = make_report(100, 0, verdict=Verdict.NONE)
    assert found_words(whole) == "not separated by sound"


@given(st.lists(st.text(max_size=400), max_size=8))
def test_a_description_keeps_to_the_limit(sentences):
    assert len(describe(sentences)) <= 1024


def test_later_sentences_give_way():
    assert describe(("One.", "", "Two.", "x" * 100), limit=20) == "One. Two."


def test_one_endless_sentence_is_cut():
    assert describe(("x" * 50,), limit=10) == "x" * 9 + "…"


def test_counts_and_lists_read_like_speech():
    assert count(1, "track") == "1 track"
    assert count(10_000, "track") == "10,000 tracks"
    assert count(2, "person", "people") == "2 people"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert listed([]) == ""


def test_leaning_has_four_grades_and_a_middle():
    assert leaning(Feature.ENERGY, -1.4) == "very calm"
    assert leaning(Feature.ENERGY, -0.5) == "calm"
    assert leaning(Feature.ENERGY, 0.1) == "typical"
    assert leaning(Feature.ENERGY, 0.5) == "energetic"
    assert leaning(Feature.ENERGY, 1.4) == "very energetic"


def test_a_tempo_is_never_exact():
    assert in_unit(Feature.TEMPO, 118.4) == "about 118 BPM"
    assert in_unit(Feature.LOUDNESS, -8.25) == "−8.2 dB"
    assert in_unit(Feature.ENERGY, 0.213) == "0.21"
