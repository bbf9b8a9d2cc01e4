"""Words of others are shown letter by letter: nothing in them acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cogs.words.text import escape, fit, join_words, percent, plain, plural, skipped_line, track_line
from services.domain.music import Skipped, SkipReason, Track, TrackId

PIECES = (
    *"\\*_~|`>[]()#<@:-&!/. \n\t",
    *("://", "https://", "discord.gg/", "@everyone", "<@1>", "||", "```", "](", "<t:1:R>", "<:a:1>", "www."),
    *("\u200b", "\u202e", "\ufeff", "javascript:", "# ", "-# ", "1. "),
)
MARKUP = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=30).map("".join)

SPECIAL = set("\\*_~|`>[]()#<@:-")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def bare(shown: str) -> str:
    """Return what is left unescaped."""
    return ESCAPED.sub("", shown)


@given(MARKUP)
@example("@everyone")
@example("\\@everyone")
@example("\\](https://evil.example)")
@example("discord.gg/discord.gg/x")
def test_escape_leaves_nothing_that_discord_would_format(text: str) -> None:
    shown = escape(text, 200)
    assert not SPECIAL & set(bare(shown))
    assert "://" not in shown
    assert "discord.gg" not in shown
    assert not re.search(r"@(everyone|here)", shown)
    assert "\n" not in shown


@given(MARKUP)
@example("9 \u05d0 -")
def test_what_escape_shows_reads_as_the_text_itself(text: str) -> None:
    shown = ESCAPED.sub(r"\1", re.sub("[\u200b\u2068\u2069]", "", escape(text, 500)))
    assert shown == plain(text, 500)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann", "Ann"),
        ("أغنية 9 طويلة", "\u2068أغنية 9 طويلة\u2069"),
        ("שיר and أغنية 62", "\u2068שיר\u2069 and \u2068أغنية\u2069 62"),
    ],
)
def test_words_read_from_the_right_move_no_number_beside_them(name: str, shown: str) -> None:
    assert escape(name) == shown


@given(MARKUP, st.integers(5, 90))
def test_plain_is_one_short_line_without_disguises(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert shown == shown.strip()
    assert not re.search(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", shown)


@given(MARKUP, st.integers(5, 90))
def test_an_escaped_text_can_be_cut_anywhere(text: str, limit: int) -> None:
    assert not SPECIAL & set(bare(plain(escape(text, 200), limit)))


@given(MARKUP, MARKUP)
def test_a_track_has_one_link_and_it_is_ours(title: str, artist: str) -> None:
    line = track_line(Track(id=TrackId("7" * 22), title=title, artists=(artist,)))
    label, _, address = line.rpartition("](")
    assert address == f"https://open.spotify.com/track/{'7' * 22})"
    assert label.startswith("[")
    assert not SPECIAL & set(bare(label[1:]))


def test_a_track_without_an_id_has_no_link() -> None:
    assert track_line(Track(title="Moon", artists=("Ann",))) == "Ann – Moon"


@given(st.lists(st.text("abc ", min_size=1, max_size=40), max_size=60), st.integers(60, 400))
def test_fit_never_overflows_and_counts_what_it_leaves_out(lines: list[str], limit: int) -> None:
    shown = fit(lines, limit)
    assert len(shown) <= limit
    kept, _, rest = shown.rpartition("… and ")
    if rest.endswith(" more"):
        left = int(rest.removesuffix(" more").replace(",", ""))
        assert kept == "".join(f"{line}\n" for line in lines[: len(lines) - left])
        assert left
    else:
        assert shown == "\n".join(lines)


def test_numbers_and_lists_are_said_as_a_person_would() -> None:
    shares = ((1, 3), (1, 1000), (999, 1000), (0, 5), (0, 0), (5, 5))
    said = [percent(*pair).replace("\u00a0", " ") for pair in shares]
    assert said == ["33%", "<1%", "99%", "0%", "0%", "100%"]
    counts = [plural(1, "track"), plural(2, "track"), plural(1234, "entry", "entries")]
    assert counts == ["1 track", "2 tracks", "1,234 entries"]
    lists = [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])]
    assert lists == ["", "a", "a and b", "a, b and c"]


def test_says_what_was_left_out_and_why() -> None:
    skipped = (Skipped(SkipReason.LOCAL_FILE, 2), Skipped(SkipReason.EPISODE, 1))
    assert skipped_line(()) == ""
    assert skipped_line(skipped) == "3 rows left out: 2 local files and 1 podcast episode"
    links = (
        Skipped(SkipReason.SHORT_LINK, 2),
        Skipped(SkipReason.PLAYLIST, 1),
        Skipped(SkipReason.NOT_A_TRACK, 3),
    )
    assert skipped_line(links) == (
        "6 rows left out: 2 short links, which hide their tracks: open them and copy the long ones, "
        "1 link to a playlist and not to a track and 3 not tracks"
    )


def test_a_long_artist_leaves_room_for_the_title():
    assert "Moonlight" in track_line(Track(title="Moonlight", artists=("Endless Artist " * 20,)), 60)
    said = track_line(Track(title="Moonlight " * 20, artists=("Endless Artist " * 20,)), 60)
    assert len(said) <= 60
    assert said.count("Moonlight") >= 1
    assert track_line(Track(title="Moonlight " * 20, artists=("Ann",)), 20).startswith("Ann – Moon")
