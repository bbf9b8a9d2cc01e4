from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from PIL import Image

from services.analysis.reference import TYPICAL
from services.charts import lettering
from services.charts.poster import render_poster, render_posters
from services.charts.poster_page import FORMATS
from services.charts.theme import BRIGHT, FIRST, LIVELY, LOOKS, choose_look, land_colours
from services.domain.features import Feature
from services.domain.portrait import Portrait, Standing
from services.domain.report import Verdict
from tests.unit.services.charts.legibility import assert_poster_legible
from tests.unit.services.charts.reports import HOSTILE_TITLES, make_report
from tests.unit.services.charts.test_theme import MACHADO, contrast, linear, oklab

SHAPES = {
    "one track": {"tracks": 1, "groups": 0},
    "nothing known": {"tracks": 20, "groups": 0, "unknown": 1.0},
    "one group": {"tracks": 60, "groups": 1, "verdict": Verdict.UNTESTABLE},
    "four": {"tracks": 120, "groups": 4, "verdict": Verdict.LOOSE, "imputed": 0.2},
    "eight, hostile": {"tracks": 200, "groups": 8, "hostile": True, "name": "$\\frac{ 🔥 \x00" * 9},
    "a library": {"tracks": 3_000, "groups": 8, "imputed": 0.2, "unknown": 0.02},
}


def with_artists(report, *names):
    clusters = [replace(each, top_artists=tuple((name, 2) for name in names)) for each in report.clusters]
    return replace(report, clusters=tuple(clusters), mood="sunny & easy-going")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_list_becomes_two_posters_that_can_be_read_where_apps_leave_room(shape, sheets):
    report = with_artists(make_report(**SHAPES[shape]), *HOSTILE_TITLES[:2], "Odile Varga", "W" * 80)
    claims = Portrait(standings=(Standing(Feature.INSTRUMENTALNESS, is_more=True, percent=85),))
    report = replace(report, portrait=claims)
    for form, poster, size in zip(FORMATS, render_posters(report), ((1080, 1350), (1080, 1920)), strict=True):
        assert Image.open(io.BytesIO(poster.png)).size == size
        assert len(poster.png) <= 500_000
        assert poster.filename == f"poster-{'feed' if form is FORMATS[0] else 'story'}.png"
        assert 0 < len(poster.alt_text) <= 1024
        assert poster.text.endswith("Tastemap")
        assert "than ~85% of playlists" in poster.alt_text
        assert_poster_legible(sheets.pop(0), form)


def test_says_the_mood_the_groups_with_their_artists_and_what_was_measured(sheets):
    report = with_artists(make_report(96, 3, imputed=0.25), "Mira Solheim", "Low Tide Choir")
    poster = render_poster(FORMATS[1], report, date(2026, 8, 3))
    drawn = " ".join(each.words for each in sorted(sheets[0].writings, key=lambda each: (each.y, each.left)))
    said = report.coverage
    for words in (
        "Sunny & easy-going",
        "Sunday kitchen",
        "Mira Solheim",
        "Low Tide Choir",
        f"96 tracks, {said.measured} measured, {said.imputed} estimated",
        "Tastemap · 3 Aug 2026",
        *(cluster.name for cluster in report.clusters),
    ):
        assert words in drawn
        assert all(part in poster.alt_text for part in words.split(", "))


def test_counts_the_groups_that_find_no_room(sheets):
    report = with_artists(make_report(200, 8, imputed=0.2), "Mira Solheim", "Low Tide Choir")
    render_poster(FORMATS[0], report)
    said = [each.words for each in sheets[0].writings]
    letters = [words for words in said if words in {*"ABCDEFGH"}]
    named = len(letters) - len(set(letters))
    (foot,) = [words for words in said if " more group" in words]
    assert foot.startswith(f"{8 - named} more groups · ")


def test_names_the_script_where_no_font_has_its_letters(monkeypatch, sheets):
    monkeypatch.setattr(lettering, "FALLBACK_FAMILIES", ())
    monkeypatch.setattr(lettering, "CAN_ARRANGE", True)
    lettering._installed_fallbacks.cache_clear()
    try:
        poster = render_poster(
            FORMATS[0], with_artists(make_report(60, 2), "ศิลปินไทย", "宇多田ヒカル", "فيروز")
        )
    finally:
        lettering._installed_fallbacks.cache_clear()
    drawn = [writing.words for writing in sheets[0].writings]
    assert any(words.startswith("a name in Thai letters") for words in drawn)
    assert "ศิลปินไทย" in poster.alt_text
    assert lettering.missing_scripts("فيروز") == ""


def test_the_mood_chooses_the_colours_and_the_energy_of_a_group_its_own():
    assert [choose_look(*each).name for each in ((0.9, 0.2), (0.2, 0.2), (0.2, 0.8), (0.9, 0.8))] == [
        "night", "dusk", "daybreak", "noon",
    ]  # fmt: skip
    for look in LOOKS:
        for count in range(1, 9):
            energies = list(np.linspace(0.9, 0.3, count))
            colours = land_colours(look, energies)
            assert len(set(colours)) == count
            warmth = [look.lands.index(colour) for colour in colours]
            assert warmth == sorted(warmth, reverse=True)
            assert count > FIRST or max(warmth) < FIRST


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_look_can_be_read_and_told_apart_by_every_kind_of_sight(look):
    for ground in (look.ground, look.sea):
        assert contrast(look.ink, ground) >= 7
        assert contrast(look.soft, ground) >= 4.5
        assert all(contrast(land, ground) >= 3 for land in look.lands)
    colours = np.array([linear(land) for land in look.lands])
    for sight in MACHADO.values():
        seen = oklab(np.clip(colours @ sight.T, 0, 1))
        distances = np.linalg.norm(seen[:, None] - seen[None, :], axis=2)
        assert distances[np.triu_indices(len(seen), 1)].min() >= 0.12


def test_an_artist_is_the_hero_of_the_group_with_most_of_their_tracks():
    report = make_report(96, 2)
    played = ((("Mira Solheim", 5), ("Low Tide Choir", 4)), (("Mira Solheim", 2), ("Ada Finch", 2)))
    clusters = [replace(each, top_artists=top) for each, top in zip(report.clusters, played, strict=True)]
    said = render_poster(FORMATS[0], replace(report, clusters=tuple(clusters))).text
    assert said.count("Mira Solheim") == 1
    assert "Mira Solheim and Low Tide Choir" in said
    assert "Ada Finch" in said


def test_a_list_is_lively_or_bright_beside_typical_music() -> None:
    assert pytest.approx(TYPICAL.medians[Feature.ENERGY], abs=0.005) == LIVELY
    assert pytest.approx(TYPICAL.medians[Feature.VALENCE], abs=0.005) == BRIGHT


def test_long_names_of_groups_are_set_narrower_or_in_two_lines_before_they_are_cut(sheets):
    report = make_report(120, 3)
    names = ("Shoegaze & noise rock, loud & intense", "Post-punk & proto-punk, electric & driving", "Rap")
    clusters = tuple(replace(each, name=name) for each, name in zip(report.clusters, names, strict=True))
    for form in FORMATS:
        render_poster(form, replace(report, clusters=clusters))
        written = [writing.words for writing in sheets[-1].writings]
        assert names[0] in written
        assert {"Post-punk & proto-punk,", "electric & driving"} <= set(written)
