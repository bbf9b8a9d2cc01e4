from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from cogs.words.people import comparison_words
from services.analysis.comparison.compare import compare
from services.analysis.comparison.rules import load_rules
from services.charts import theme
from services.charts.legend import person_style
from services.charts.map_frame import STRIP
from services.charts.people_profiles import dividing_features
from services.charts.render import render_comparison
from services.charts.sheet import Sheet
from services.charts.theme import ink_on, shade_of_level, shade_of_score
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison
from services.domain.features import Feature
from services.domain.scoring import ScoreRules
from tests.depth import cases
from tests.unit.services.charts.comparisons import make_comparison, make_people, make_rough, make_twins
from tests.unit.services.charts.legibility import assert_contrast, assert_legible
from tests.unit.services.charts.test_theme import contrast


def draw(kind: ChartKind, found: Comparison, rules: ScoreRules | None = None) -> Chart:
    return render_comparison(kind, found, comparison_words(found), rules or load_rules())


SHAPES = {
    "two": lambda: make_comparison(2),
    "two, no score": lambda: make_comparison(2, unscored=1),
    "two without anything": lambda: make_comparison(2, unscored=2),
    "twins": lambda: make_twins(2),
    "five": lambda: make_comparison(5),
    "five, hostile names": lambda: make_comparison(5, hostile=True, unscored=1),
    "five, of few tracks": lambda: make_rough(2, 3),
    "seven": lambda: make_comparison(7, unscored=2),
    "twelve": lambda: make_comparison(12, tracks=60),
    "twenty-five": lambda: make_comparison(25, tracks=80, unscored=1),
    "twenty-five, hostile names": lambda: make_comparison(25, hostile=True),
    "twenty-five twins": lambda: make_twins(25),
}
AT_THE_GATE = ["two", "two without anything", "twins", "five, hostile names", "five, of few tracks", "seven"]


@pytest.fixture(scope="module", params=cases(SHAPES, gate=AT_THE_GATE))
def found(request) -> Comparison:
    return SHAPES[request.param]()


@pytest.mark.parametrize("kind", [ChartKind.COMPATIBILITY, ChartKind.PEOPLE_MAP, ChartKind.PEOPLE_PROFILES])
def test_any_group_becomes_a_picture_that_can_be_posted(kind, found, sheets):
    chart = draw(kind, found)
    picture = Image.open(io.BytesIO(chart.png))
    assert picture.format == "PNG"
    is_for_a_card = kind is ChartKind.COMPATIBILITY and len(found.people) <= 5
    assert picture.width == (858 if is_for_a_card else 800)
    assert picture.height > 250
    assert len(chart.png) < 400_000
    assert chart.kind is kind
    assert 0 < len(chart.alt_text) <= 1024
    assert not any(ord(char) < 32 for char in chart.alt_text)
    assert chart.text
    assert "nan" not in chart.text.split()
    assert_legible(sheets[-1])
    assert_contrast(chart, sheets[-1])


def test_everybody_looks_different():
    looks = [person_style(index) for index in range(25)]
    assert len({(look.colour, look.marker) for look in looks}) == 25
    assert len({look.number for look in looks}) == 25
    assert len({look.marker for look in looks[:8]}) == 8


def test_numbers_can_be_read_on_every_shade():
    shades = [shade_of_score(score) for score in range(101)]
    shades += [shade_of_level(level / 10, 1.8) for level in range(-25, 26)]
    for shade in shades:
        assert contrast(shade, ink_on(shade)) >= 4.5, shade
    lights = [contrast(shade, "#000000") for shade in shades[:101]]
    assert lights == sorted(lights)
    assert shade_of_level(9.0, 1.8) == shade_of_level(1.8, 1.8)
    assert shade_of_level(0.0, 1.8) == theme.PANEL


def test_the_heat_map_writes_every_score_twice(sheets):
    found = make_comparison(5)
    chart = draw(ChartKind.COMPATIBILITY, found)
    words = [writing.words for writing in sheets[-1].writings]
    numbers = [pair for pair in found.pairs if not found.is_rough(pair)]
    assert len(numbers) >= 8
    for pair in numbers:
        assert words.count(f"{pair.score:.0f}") >= 2
        assert f"{pair.score:.0f} ({pair.low:.0f}–{pair.high:.0f})" in chart.text


def test_a_heat_map_without_numbers_explains_no_star(sheets):
    draw(ChartKind.COMPATIBILITY, make_comparison(12))
    assert not any("★" in writing.words for writing in sheets[-1].writings)


def test_the_heat_map_writes_no_number_of_few_tracks(sheets):
    found = make_rough(1, 2)
    chart = draw(ChartKind.COMPATIBILITY, found)
    words = [writing.words for writing in sheets[-1].writings]
    for pair in found.pairs:
        range_of = f"{pair.low:.0f}–{pair.high:.0f}"
        assert (words.count(range_of) + words.count("~") >= 2) or not found.is_rough(pair)
        assert (f"{range_of}, from few tracks or artists" in chart.text) == found.is_rough(pair)
    (certain,) = (pair for pair in found.pairs if not found.is_rough(pair))
    assert "Mean" not in chart.alt_text, "one number is no mean"
    assert [word for word in words if word.isdigit() and len(word) == 2] == [f"{certain.score:.0f}"] * 2


def test_a_pair_stands_beside_what_is_usual_for_its_tracks_and_its_genres(sheets):
    rules = load_rules()
    bare = make_comparison(2, tracks=120)
    (pair,) = bare.pairs
    tagged = replace(pair, affinity=0.5, genres_counted=1.0)
    marked = replace(tagged, explicit=(0.1, 0.2), explicit_counted=1.0)
    said = []
    for each, genres, explicit in ((pair, 0.0, 0.0), (tagged, 1.0, 0.0), (marked, 1.0, 1.0)):
        draw(ChartKind.COMPATIBILITY, replace(bare, pairs=(each,)), rules)
        words = [writing.words for writing in sheets[-1].writings]
        usual = rules.usual(same=False, tracks=120, genres=genres, explicit=explicit)
        said.append(f"two different people: {usual.low:.0f}–{usual.high:.0f}")
        assert said[-1] in words
    assert len(set(said)) == 3


def test_a_pair_without_a_score_is_said_in_all_three_ways(sheets):
    found = make_comparison(2, unscored=1)
    chart = draw(ChartKind.COMPATIBILITY, found)
    assert "Not enough data for a score" in [writing.words for writing in sheets[-1].writings]
    assert "not enough data" in chart.text
    assert "1 pair without enough data" in chart.alt_text


def test_a_thinned_map_says_so(sheets):
    draw(ChartKind.PEOPLE_MAP, make_comparison(25, tracks=80))
    assert any("every 2nd track is drawn" in writing.words for writing in sheets[-1].writings)
    draw(ChartKind.PEOPLE_MAP, make_comparison(5))
    assert not any("track is drawn" in writing.words for writing in sheets[-1].writings)


def test_the_feature_that_divides_most_comes_first():
    people = make_comparison(2).people
    flat = {feature: replace(spread, level=0.5) for feature, spread in people[0].profile.items()}
    other = {**flat, Feature.TEMPO: replace(flat[Feature.TEMPO], level=-1.0)}
    apart = (replace(people[0], profile=flat), replace(people[1], profile=other))
    assert dividing_features(apart, 1) == (Feature.TEMPO,)


def test_a_chart_of_one_playlist_is_refused():
    with pytest.raises(ValueError, match="one playlist"):
        draw(ChartKind.MAP, make_comparison(2))


def test_few_people_are_clouds_between_the_names_of_the_groups(sheets):
    found = make_comparison(3)
    chart = draw(ChartKind.PEOPLE_MAP, found)
    drawn = [writing.words for writing in sheets[-1].writings]
    assert all(group.x is not None for group in found.groups)
    assert any(group.name in drawn for group in found.groups)
    assert "clouds: where most of them are" in drawn
    assert "as clouds" in chart.alt_text
    unplaced = replace(found, groups=tuple(replace(group, x=None, y=None) for group in found.groups))
    draw(ChartKind.PEOPLE_MAP, unplaced)
    assert not {group.name for group in found.groups} & {writing.words for writing in sheets[-1].writings}


def test_no_cloud_is_cut_off_by_the_frame(monkeypatch):
    drawn = []

    def shape(sheet, path, **_rest):
        if len(path.vertices):
            drawn.append((sheet.width, path.vertices))

    monkeypatch.setattr(Sheet, "shape", shape)
    for people in (2, 3, 5):
        draw(ChartKind.PEOPLE_MAP, make_comparison(people))
    assert len(drawn) >= 2 * 10, "the faint rim of each, and its line"
    for width, places in drawn:
        assert 12 < places[:, 0].min() < places[:, 0].max() < width - 12
        assert 2 < places[:, 1].min() - 34 - STRIP < places[:, 1].max() - 34 - STRIP < 278


@pytest.mark.parametrize(("tracks", "said"), [(40, False), (310, True)])
def test_the_map_says_where_it_shows_a_part_of_the_tracks(sheets, tracks, said):
    draw(ChartKind.PEOPLE_MAP, make_comparison(2, tracks=tracks))
    assert ("at most 300 tracks of each" in [writing.words for writing in sheets[-1].writings]) is said


def test_many_people_are_dots_that_no_name_hides(sheets):
    chart = draw(ChartKind.PEOPLE_MAP, make_comparison(12))
    assert "as dots" in chart.alt_text


def test_a_name_in_the_key_is_whole_before_tracks_are_counted(sheets):
    people = [replace(each, name=f"night_owl_7{index}") for index, each in enumerate(make_people(12))]
    draw(ChartKind.PEOPLE_MAP, compare(people))
    words = [writing.words for writing in sheets[-1].writings]
    assert all(person.name in words for person in people)
