from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.analysis.titles import core_title, is_vague, lead_artist, version_tags
from tests.depth import cases


@pytest.mark.parametrize(
    "title",
    [
        "The Paper Lantern",
        "paper lantern",
        "Paper Lantern - Remastered 2011",
        "Paper Lantern - 2009 Digital Remaster",
        "Paper Lantern (2010 Remastered Version)",
        "Paper Lantern - Single Version; 2008 Remaster",
        "Paper Lantern - Remasterizado",
        "Paper Lantern - Mono",
        "Paper Lantern - 1969 Stereo Mix",
        "Paper Lantern (Deluxe Edition)",
        "Paper Lantern - Radio Edit",
        "Paper Lantern - Original Mix",
        "Paper Lantern - Album Version (Edited)",
        "Paper Lantern (feat. Ines Okoro)",
        "Paper Lantern [ft. Ines Okoro]",
        "Paper Lantern feat. Ines Okoro",
        "Paper Lantern (with Ines Okoro)",
        'Paper Lantern - From "The Long Pier"/Soundtrack Version',
        "Pàper Lântern - Bonus Track",
        "Paper Lantern (feat. Ines Okoro) [Remastered",
    ],
)
def test_release_wording_does_not_make_another_song(title: str) -> None:
    assert core_title(title) == "paper lantern"
    assert version_tags(title) == frozenset()


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        ("Paper Lantern - Live", "live"),
        ("Paper Lantern (Live at Harbour Hall, 1986)", "live"),
        ("Paper Lantern (Live - Remastered 2011)", "live"),
        ("Paper Lantern - En Vivo", "live"),
        ("Paper Lantern - Ao Vivo", "live"),
        ("Paper Lantern - Live Harbour Hall, May 25, 1969", "live"),
        ("Paper Lantern - Nadia Lune Remix", "remix"),
        ("Paper Lantern - Club Mix", "remix"),
        ("Paper Lantern (Nadia Lune Rework)", "remix"),
        ("Paper Lantern - Nadia Lune Edit", "edit"),
        ("Paper Lantern (Acoustic)", "acoustic"),
        ("Paper Lantern - Acústico", "acoustic"),
        ("Paper Lantern - Demo", "demo"),
        ("Paper Lantern (Instrumental)", "instrumental"),
        ("Paper Lantern (Sped Up)", "sped up"),
        ("Paper Lantern sped up", "sped up"),
        ("Paper Lantern - slowed + reverb", "slowed"),
        ("Paper Lantern (Karaoke Version)", "karaoke"),
        ("Paper Lantern - Extended", "extended"),
        ("Paper Lantern (Ines's Version)", "version"),
        ("Paper Lantern - Spanish Version", "version"),
        ("Paper Lantern - Re-Recorded", "re-recorded"),
        ("Paper Lantern (Nadia Lune Cover)", "cover"),
        ("Paper Lantern - Mixed", "mixed"),
        ("Paper Lantern - Take 5", "take"),
    ],
)
def test_a_version_keeps_its_song_and_says_what_it_is(title: str, tag: str) -> None:
    assert core_title(title) == "paper lantern"
    assert tag in version_tags(title)


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("Live Forever Somewhere", "live forever somewhere"),
        ("(I Won't Get No) Sleep", "i wont get no sleep"),
        ("Nocturne No. 2 - II. Andante", "nocturne no 2 ii andante"),
        ("Stay (Take Cover)", "stay take cover"),
        ("Tide, Pt. 2", "tide pt 2"),
        ("Tide - Reprise", "tide reprise"),
        ("Rock & Roll Pier", "rock and roll pier"),
        ("Don’t Look", "dont look"),
        ("$ave the Ca$h for $5", "save the cash for 5"),
        ("4:51", "4 51"),
        ("÷", "÷"),
        ("???", "???"),
        ("Remix", "remix"),
        ("The", "the"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_the_title_itself_survives(title: str, core: str) -> None:
    assert core_title(title) == core
    assert version_tags(title) == frozenset()


@pytest.mark.parametrize(
    "title",
    [
        *("紙の灯り", "ガラスの海", "종이 등불", "Бумажный фонарь", "कागज की लालटेन", "مصباح", "โคมกระดาษ"),
        # A word for a version is part of each: drive, discover, Karajan, Minusinsk, install, democracy.
        *(
            "드라이브",
            "디스커버",
            "卡拉扬",
            "Минусинск",
            "インストール",
            "ディスカバー",
            "デモクラシー",
            "豪华版",
        ),
    ],
)
def test_other_scripts_survive(title: str) -> None:
    assert version_tags(title) == frozenset()
    assert core_title(title)
    assert core_title(f"{title} (Remastered 2011)") == core_title(title)
    assert core_title(f"{title} - Live") == core_title(title)
    assert "live" in version_tags(f"{title} - Live")


def test_marks_that_carry_meaning_are_no_accents() -> None:
    assert core_title("かき") != core_title("がき")
    assert core_title("Ёлка") == core_title("елка")


def test_remixes_by_two_people_are_two_versions() -> None:
    assert version_tags("Tide - Nadia Lune Remix") != version_tags("Tide - Otto Vale Remix")
    assert version_tags("Tide - Live in Oslo") != version_tags("Tide - Live in Turin")
    assert version_tags("Tide (Nadia Lune Remix)") == version_tags("Tide - Nadia Lune Remix")


@pytest.mark.parametrize(
    ("artists", "lead"),
    [
        (("The Grey Herons", "Ines Okoro"), "grey herons"),
        (("Grey Herons feat. Ines Okoro",), "grey herons"),
        (("Zoë Brandt",), "zoe brandt"),
        (("Salt, Smoke & Iron",), "salt smoke and iron"),
        (("", "Ines Okoro"), "ines okoro"),
        (("霧の港",), "霧の港"),
        (("!!!",), "!!!"),
        (("Re$ha",), "resha"),
        (("B$BY Lune",), "bsby lune"),
        (("$tella Bra$$", "Ines Okoro"), "stella brass"),
        (("Th!mble",), "thimble"),
        (("Hark! The Sirens", "!?"), "hark the sirens"),
        (("$5 Band", "100$"), "5 band"),
        ((), ""),
        (("",), ""),
    ],
)
def test_lead_artist(artists: tuple[str, ...], lead: str) -> None:
    assert lead_artist(artists) == lead


@pytest.mark.parametrize("core", ["", "intro", "interlude 2", "track 04", "intro iv"])
def test_vague_titles_name_no_song(core: str) -> None:
    assert is_vague(core)


@pytest.mark.parametrize("core", ["tide", "introduction to tides", "4 51", "the"])
def test_ordinary_titles_are_not_vague(core: str) -> None:
    assert not is_vague(core)


@given(st.text(max_size=60))
@example("´")
def test_any_text_has_a_stable_core(title: str) -> None:
    core = core_title(title)
    assert bool(core) == bool(title.strip())
    assert core_title(f"  {title}  ") == core


@pytest.mark.parametrize(
    "unit",
    cases(["(", " - ", "(x", "[ ", "a ", "12 ", " - x", "é(", ")", "feat. ", "$"], gate=["(x", " - ", "$"]),
)
def test_hostile_titles_are_read_in_one_pass(unit: str) -> None:
    assert isinstance(core_title(unit * 3000), str)


@pytest.mark.parametrize(
    ("title", "core", "tag"),
    [
        ("Paper Lantern -Japanese ver.-", "paper lantern", "version"),
        ("Paper Lantern ~English version~", "paper lantern", "version"),
        ("Paper Lantern-Remix", "paper lantern", "remix"),
        ("Lantern-Otter Remix", "lantern", "remix"),
        ("Paper Lantern (Hardstyle)", "paper lantern", "remix"),
        ("Paper Lantern (Drum & Bass)", "paper lantern", "remix"),
    ],
)
def test_versions_behind_a_hyphen_without_blanks_or_a_style_alone(title: str, core: str, tag: str) -> None:
    assert core_title(title) == core
    assert tag in version_tags(title)


@pytest.mark.parametrize("title", ["Pre-Live", "Re-Edit", "Long-Distance Love", "Lo-Fi Lantern"])
def test_a_hyphen_inside_words_is_part_of_the_title(title: str) -> None:
    assert core_title(title) == title.casefold().replace("-", " ")


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("夜に駆ける (Yoru ni Kakeru)", "夜に駆ける"),
        ("Yoru ni Kakeru (夜に駆ける)", "yoru ni kakeru"),
        ("Кукушка [Kukushka]", "кукушка"),
        ("Paper (Lantern)", "paper lantern"),
    ],
)
def test_a_title_once_more_in_another_script_is_no_part_of_it(title: str, core: str) -> None:
    assert core_title(title) == core
