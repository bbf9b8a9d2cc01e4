"""Tables as programs, spreadsheets and hands leave them: no row is lost without its true reason."""

from __future__ import annotations

import pytest

from cogs.words.errors import sentence
from cogs.words.messages import note_lines
from services.domain.errors.playlists import NoTracksError
from services.domain.music import Playlist, SkipReason
from services.imports.upload import read_upload

from .samples import IDS


def only(text: str) -> Playlist:
    (playlist,) = read_upload(text.encode())
    return playlist


def names(text: str) -> list[tuple[str, ...]]:
    return [(track.title, *track.artists) for track in only(text).tracks]


def test_rows_saved_from_one_cell_are_rows_again():
    plain = "Title,Artist,Album,Year\nOne,A,X,1999\n"
    wrapped = '"""Wait, Harbour"",B,X,2001"\n"Two,C,Y,2002"\n'
    assert names(plain + wrapped) == [("One", "A"), ("Wait, Harbour", "B"), ("Two", "C")]
    assert names(plain + wrapped.replace('"\n', '";;;\n')) == names(plain + wrapped)
    assert not only(plain + wrapped).skipped


def test_a_quoted_title_alone_in_a_narrow_row_is_no_wrapped_row():
    assert names('Title,Artist\n"Wait, Harbour"\nOne,A\n') == [("Wait, Harbour",), ("One", "A")]


def test_a_file_of_quoted_lines_is_unwrapped():
    text = '"Title,Artist,Year"\n"One,A,1999"\n"""Wait, Harbour"",B,2001"\n'
    assert names(text) == [("One", "A"), ("Wait, Harbour", "B")]


def test_blanks_before_quotes_do_not_count():
    assert names('TITLE, ARTIST\n"One", "A"\n"Wait, What", "Comma; Band"\n') == [
        ("One", "A"),
        ("Wait, What", "Comma", "Band"),
    ]


def test_backslash_quotes_count_where_no_quote_is_doubled():
    text = 'Title,Artist\n"So \\"Called\\" Love, Again","A"\n"End \\"here\\"","B"\nAC\\DC,C\n'
    assert names(text) == [('So "Called" Love, Again', "A"), ('End "here"', "B"), ("AC\\DC", "C")]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('"X (From "Y")"', 'X (From "Y")'),
        ('"X (From "Y, Z")"', 'X (From "Y, Z")'),
        ('"The "Best", Ever"', None),
        ('"12" mix"', '12" mix'),
    ],
)
def test_quotes_in_quotes_are_mended_or_cost_their_row_alone(cell, title):
    playlist = only(f'Title,Artist,Year\nOne,A,1999\n{cell},"B",2001\n"Two, too",C,2002\n')
    told = [track.title for track in playlist.tracks]
    assert told == ["One", *([title] if title else []), "Two, too"]
    lost = [(entry.reason, entry.count, entry.examples) for entry in playlist.skipped]
    wanted = [] if title else [(SkipReason.UNREADABLE, 1, ("line 3: its quotes do not match",))]
    assert lost == wanted


def test_a_header_in_the_middle_is_no_row():
    table = "Title,Artist,Year\nOne,A,1999\n"
    for again in ("\ufeff" + table, table.upper()):
        assert names(table + again.replace("One", "Two").replace("ONE", "Two"))[1] == ("Two", "A")


@pytest.mark.parametrize("footer", ["Page 1 of 2", "Seite 3", "(2 rows)", "24 songs, 1 hr 20 min", "Total"])
def test_the_end_of_a_page_or_table_is_no_row(footer):
    rows = f'One,A,3:45\n"{footer}",,22:30\nTotal Eclipse,,4:00\nTotal,B,1:00\n'
    playlist = only("Title,Artist,Time\n" + rows)
    assert [track.title for track in playlist.tracks] == ["One", "Total Eclipse", "Total"]
    assert [(entry.reason, entry.count) for entry in playlist.skipped] == [(SkipReason.NOT_A_TRACK, 1)]


@pytest.mark.parametrize(
    "cell",
    [
        f"[One](https://open.spotify.com/track/{IDS[0]})",
        f'"=HYPERLINK(""https://open.spotify.com/track/{IDS[0]}"",""One"")"',
    ],
)
def test_a_title_with_its_link_in_the_cell_is_both(cell):
    assert names(f'Title;Artist\n{cell};"=""A"""\n') == [("One", "A")]
    assert only(f"Title;Artist\n{cell};A\n").tracks[0].id == IDS[0]


def test_of_two_columns_for_ids_the_one_with_ids_counts():
    assert only(f"id,name,artist,uri\n7,One,A,spotify:track:{IDS[0]}\n").tracks[0].id == IDS[0]


@pytest.mark.parametrize("nothing", ["N/A", "None", "-", "#N/A", "\\N", "NaN"])
def test_a_cell_that_says_nothing_is_no_impossible_value(nothing):
    playlist = only(f"Title,Artist,Energy\nOne,A,0.5\nTwo,B,{nothing}\n")
    assert (playlist.tracks[1].uploaded, playlist.notes) == (None, ())


def test_rules_of_markdown_and_ruled_tables_are_no_rows():
    markdown = "| Title | Artist |\n|:------|-------:|\n| One | A |\n| Two | B |\n"
    ruled = "+-----+---+\n| Title | Artist |\n+-----+---+\n| One | A |\n| Two | B |\n+-----+---+\n"
    drawn = "┌───┬───┐\n│ Title │ Artist │\n├───┼───┤\n│ One │ A │\n│ Two │ B │\n└───┴───┘\n"
    for text in (markdown, ruled, drawn):
        assert names(text) == [("One", "A"), ("Two", "B")]
        assert not only(text).skipped


@pytest.mark.parametrize("mark", ["ï»¿", "Ôªø", "п»ї", "\ufeff", "\ufeffï»¿"])
def test_a_byte_order_mark_of_letters_is_dropped(mark):
    assert names(f"{mark}Title,Artist\nOne,A\n") == [("One", "A")]


def test_entities_are_resolved_before_artists_are_parted():
    text = "Title,Artist\nOne &#39;24 &lt;live&gt;,A &amp; B\nTwo &amp;amp; Three,C &amp; D; E\nAT&T,R&B\n"
    assert names(text) == [
        ("One '24 <live>", "A & B"),
        ("Two & Three", "C & D", "E"),
        ("AT&T", "R&B"),
    ]


@pytest.mark.parametrize("day", ["2/11/2024", "9.3.2022", "2024-11-02", "16.5.2015 20:15", "9 March 2022"])
def test_a_date_without_an_artist_heads_an_evening(day):
    playlist = only(f"name,artist,deck\n{day},,\nOne,A,1\n{day},,\nTwo,B,2\n{day},C,1\n")
    assert [track.title for track in playlist.tracks] == ["One", "Two", day]
    assert [(entry.reason, entry.count) for entry in playlist.skipped] == [(SkipReason.NOT_A_TRACK, 2)]


@pytest.mark.parametrize(
    "link",
    [
        "spotify:user:some.body:track:{}",
        "spotify:track:{}?si=abc",
        "spotify://track/{}",
        "spotify%3Atrack%3A{}",
        "https%3A%2F%2Fopen.spotify.com%2Ftrack%2F{}%3Fsi%3D1",
        "https://x.example/?url=https%253A%252F%252Fopen.spotify.com%252Ftrack%252F{}",
        "https://open.spotify.com/intl-de/track/{}?si=x",
        "SPOTIFY:TRACK:{}",
        "'{}",
    ],
)
@pytest.mark.parametrize("header", ["Track URI", "url"])
def test_ids_are_found_in_every_spelling_of_a_link(link, header):
    assert [track.id for track in only(f"Title,Artist,{header}\nOne,A,{link.format(IDS[0])}\n").tracks] == [
        IDS[0]
    ]


def test_short_links_in_a_column_are_counted_with_what_to_do():
    table = "title,artist,url\nOne,A,https://spotify.link/6pjw0nbYT\nTwo,B,https://spotify.app.link/x1\n"
    assert [track.id for track in only(table).tracks] == [None, None]
    assert note_lines(only(table).notes) == (
        "2 short links hide their tracks; open them and copy the long ones.",
    )
    with pytest.raises(NoTracksError) as caught:
        only("url\nhttps://spotify.link/6pjw0nbYT\n")
    assert "copy the long one" in sentence(caught.value)
