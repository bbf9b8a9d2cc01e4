from __future__ import annotations

import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager
from PIL import Image, ImageDraw

from services.charts import lettering
from services.charts.lettering import drawable, plain, runs, shorten, wrap
from services.charts.sheet import Sheet
from services.domain.letters import JOINERS
from tests.unit.services.charts.reports import HOSTILE_TITLES


@pytest.fixture
def only_shipped_fonts(monkeypatch):
    """Pretend that the machine has no font but the one that comes with Matplotlib."""
    monkeypatch.setattr(lettering, "FALLBACK_FAMILIES", ())
    monkeypatch.setattr(lettering, "CAN_ARRANGE", True)
    lettering._installed_fallbacks.cache_clear()
    yield
    lettering._installed_fallbacks.cache_clear()


def test_a_font_that_came_after_matplotlib_made_its_list_is_used(tmp_path, monkeypatch):
    family, letters = "Noto Sans of Yesterday", [chr(0x1E2C0 + number) for number in range(48)]
    with TTFont(font_manager.findfont("DejaVu Sans")) as font:
        for table in font["cmap"].tables:
            table.cmap |= {ord(letter): "a" for letter in letters} if table.format == 12 else {}
        for record in font["name"].names:
            if record.nameID in {1, 4, 16}:
                record.string = family
        font.save(tmp_path / "yesterday.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(lettering, "FALLBACK_FAMILIES", (family,))
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist])
    lettering._installed_fallbacks.cache_clear()
    assert drawable("".join(letters)) == ""
    files = [str(tmp_path / name) for name in ("yesterday.ttf", "broken.ttf")]
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: files)
    lettering._installed_fallbacks.cache_clear()
    try:
        assert drawable("".join(letters)) == "".join(letters)
    finally:
        lettering._installed_fallbacks.cache_clear()
        lettering._coverage.cache_clear()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_comes_in_every_drawn_character_has_a_glyph(text):
    for run in runs(drawable(text), 20.0):
        charmap = {ord(char) for char in run.words if not char.isspace()}
        assert all(lettering._covered(chr(point)) for point in charmap)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_plain_text_is_one_line_without_controls(text):
    said = plain(text)
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.category(char) in hidden for char in said if char not in JOINERS)
    assert said == said.strip()


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_titles_can_be_measured_and_drawn(title):
    pen = ImageDraw.Draw(Image.new("RGB", (300, 40)))
    for run in runs(drawable(title), 20.0):
        assert run.font.getlength(run.words) >= 0
        pen.text((0, 20), run.words, font=run.font, anchor="ls")


def test_a_plain_title_is_left_alone():
    assert drawable("Motörhead – 1, 2 & ½ … ¿Qué?") == "Motörhead – 1, 2 & ½ … ¿Qué?"


def test_dollar_signs_survive():
    assert drawable("$x^2$ for 5$") == "$x^2$ for 5$"


def test_emoji_go_in_silence():
    assert drawable("🔥 fire 💃🏽") == "fire"


def test_a_title_of_ornaments_only_is_not_drawable():
    assert drawable("🦄🦄🦄") == ""


def test_fancy_letters_become_plain_ones(only_shipped_fonts):
    assert drawable("ｆｕｌｌ") == "full"


def test_arabic_hebrew_greek_and_cyrillic_need_no_other_font(only_shipped_fonts):
    for title in ("أغنية الليل", "שיר של לילה", "Τραγούδι", "Ночная песня"):
        assert drawable(title) == title


def test_a_script_without_font_falls_back_to_nothing(only_shipped_fonts):
    assert drawable("東京の夜に降る雪") == ""


def test_a_few_missing_letters_are_marked_as_missing(only_shipped_fonts):
    assert drawable("Night drive through 東京") == "Night drive through …"


def test_bidi_overrides_are_taken_out():
    assert plain("a\u202eb\u2066c\u200fd") == "abcd"


def test_an_installed_font_takes_over_where_the_shipped_one_ends():
    if not lettering._installed_fallbacks():
        pytest.skip("no font for other scripts is installed on this machine")
    parts = runs("Live in 東京", 20.0)
    if drawable("東京") == "":
        pytest.skip("the installed fonts have no Chinese characters")
    assert [part.words for part in parts] == ["Live in ", "東京"]
    assert parts[0].font.getname() != parts[1].font.getname()


@pytest.mark.parametrize("can_arrange", [True, False])
def test_letters_that_no_order_can_be_put_in_are_not_drawn_as_another_word(monkeypatch, can_arrange):
    monkeypatch.setattr(lettering, "CAN_ARRANGE", can_arrange)
    assert drawable("שרה") == ("שרה" if can_arrange else "")
    assert drawable("Songs of the day: فيروز") == f"Songs of the day: {'فيروز' if can_arrange else '…'}"
    assert {"Arabic", "Hebrew"} <= set(lettering.unarranged_scripts()) or can_arrange
    assert lettering.unarranged_scripts() == () or not can_arrange
    assert not {"Arabic", "Hebrew"} & set(lettering.undrawable_scripts())


@given(st.text(alphabet="abc de", max_size=40), st.integers(1, 40))
def test_shortened_text_fits(text, limit):
    short = shorten(text, lambda part: len(part) <= limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text


def test_shortening_never_ends_in_a_dangling_dash():
    assert shorten("Artist – Title", lambda part: len(part) <= 10) == "Artist…"


def test_the_limit_of_plain_text_counts_the_ellipsis():
    assert plain("abcdefgh", 5) == "abcd…"


@pytest.mark.skipif(not lettering.CAN_ARRANGE, reason="Pillow here cannot write from right to left")
def test_a_line_of_ours_begins_on_the_left_whatever_script_follows():
    def left_end(words: str) -> Image.Image:
        picture = Image.new("L", (200, 40))
        Sheet(20, 100).write(4, 10, words).draw(ImageDraw.Draw(picture), 2)
        return picture.crop((0, 0, 30, 40))

    assert left_end("& שרה").tobytes() == left_end("& ").tobytes()


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Calm instrumentals", ("Calm instrumentals",)),
        ("Electronic & hip hop, danceable", ("Electronic & hip hop,", "danceable")),
        ("Acoustic instrumentals · quiet", ("Acoustic instrumentals", "quiet")),
        ("A name of words that go on and on and on", ("A name of words that go", "on and on and on")),
        ("Unbreakableunbreakableunbreakable", ("Unbreakableunbreakableun…",)),
    ],
)
def test_a_long_name_takes_two_lines_before_it_is_cut(words, lines):
    assert wrap(words, lambda part: len(part) <= 25) == lines
