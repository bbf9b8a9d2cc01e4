"""What a card says about the way of grouping is true word by word."""

from __future__ import annotations

from dataclasses import replace

from cogs.words.grouping import basis_line, style_sentence, too_few_years
from services.domain.grouping import Basis, Grouping
from services.domain.report import Structure, Verdict

STYLE = Basis(grouping=Grouping.STYLE, years=1.0, genres=0.79, stability=0.876)


def structure(verdict: Verdict) -> Structure:
    return Structure(verdict, 3, 0.7, 0.01, 0.2)


def test_by_sound_the_card_says_that_genres_decide_nothing() -> None:
    assert basis_line(Basis()) == "Grouped by sound. Genres and years are named but decide no group."


def test_by_style_the_card_says_what_it_rests_on() -> None:
    assert basis_line(STYLE) == (
        "Grouped by sound, year and artist, and by genre words where the list has them (79% of the tracks). "
        "Years are those of the edition."
    )
    assert basis_line(replace(STYLE, remembered=True), brief=True) == (
        "Grouped by sound, year and artist, as chosen last time."
    )
    nothing = Basis(grouping=Grouping.STYLE, years=1.0, genres=0.0)
    assert "no genre words are known" in basis_line(nothing)
    remembered = Basis(grouping=Grouping.STYLE, years=1.0, genres=0.0, remembered_genres=0.3)
    assert "MusicBrainz has of the artist (30% of the tracks)" in basis_line(remembered)
    earlier = replace(remembered, earlier_genres=0.2, earlier_artists=12)
    assert basis_line(earlier) == (
        "Grouped by sound, year and artist, and by genre words known of the artist (30% of the tracks). "
        "Years are those of the edition. The genres of 12 artists (20% of the tracks) are those that "
        "earlier lists agree on."
    )
    assert "of one artist (2%" in basis_line(Basis(years=1.0, earlier_genres=0.02, earlier_artists=1))
    both = replace(earlier, common_genres=0.4, common_artists=30)
    assert basis_line(both).endswith(
        "agree on. The genres of 30 artists (40% of the tracks) are those commonly known of them."
    )
    only = replace(both, earlier_genres=0.0, earlier_artists=0)
    assert "genre words known of the artist" in basis_line(only)
    assert basis_line(only, brief=True).endswith("artist. Genres by artist.")
    assert "Genres" not in basis_line(replace(only, genres=0.7), brief=True)


def test_a_refusal_says_how_many_years_there_are() -> None:
    refused = Basis(years=0.4, genres=0.0, refused=True)
    assert basis_line(refused).endswith("need the year of 70% of the tracks; here 40% have one.")
    assert too_few_years(Basis(years=0.0)).endswith("here none has one.")


def test_groups_by_style_are_never_called_clear_or_loose() -> None:
    for verdict in Verdict:
        said = style_sentence(structure(verdict), STYLE, ["One", "Two", "Three"], "calm")
        before = said.partition("By sound alone")[0]
        assert "clear" not in before
        assert "loose" not in before
        assert said.startswith(
            "By style and era, three groups: One, Two and Three. "
            "In random parts of the list I find nearly the same ones."
        )


def test_groups_by_style_that_were_asked_for_are_not_claimed_to_be_found() -> None:
    asked = replace(structure(Verdict.NONE), forced=True, asked=3)
    assert style_sentence(asked, STYLE, ["One", "Two", "Three"], "calm", names_them=False).startswith(
        "By style and era, three groups, as many as asked for. "
    )
    assert style_sentence(replace(asked, asked=8), STYLE, ["One", "Two"], "calm").startswith(
        "By style and era, two groups of the eight asked for: One and Two. "
    )


def test_what_the_sound_says_is_added() -> None:
    said = style_sentence(structure(Verdict.NONE), STYLE, ["One", "Two"], "calm")
    assert said.endswith("The sound alone does not separate them.")
    alone = style_sentence(structure(Verdict.UNTESTABLE), STYLE, ["One"], "calm")
    assert alone == "By style and era these tracks stay together. On average they sound calm."
    parted = style_sentence(structure(Verdict.CLEAR), STYLE, ["One"], "calm")
    assert parted == f"{alone} By sound alone they fall into clear groups."
