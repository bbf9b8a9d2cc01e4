"""Lists of tracks as files."""

from __future__ import annotations

from services.domain.music import Track, TrackId
from services.imports.upload import read_upload
from services.workflows.export import lists_csv, lists_links

ONE, TWO = TrackId("1" * 22), TrackId("2" * 22)
TRACKS = (
    Track(
        id=ONE,
        title="Paper Lantern",
        artists=("Grey Herons", "Odile Varga"),
        album="Tide",
        isrc="QZABC2400001",
    ),
    Track(id=TWO, title="=2+2", artists=("Night Ferry",)),
    Track(title="Only a name", artists=("Tin Orchard",)),
)


def test_an_exported_list_can_be_read_again_in_its_order() -> None:
    content = lists_csv([("Calm", TRACKS), ("Loud", TRACKS[:1])])
    assert b"\r\nCalm,2,'=2+2,Night Ferry," in content, "no spreadsheet runs a title"
    tracks = [
        track for playlist in read_upload(content, filename="list.csv").playlists for track in playlist.tracks
    ]
    assert [track.id for track in tracks] == [ONE, TWO, None, ONE]
    assert tracks[0].artists == ("Grey Herons", "Odile Varga")
    assert tracks[2].title == "Only a name"


def test_links_are_one_a_line_and_name_what_has_none() -> None:
    link = "https://open.spotify.com/track/"
    assert (
        lists_links([("Calm", TRACKS)]).decode() == f"{link}{ONE}\n{link}{TWO}\n# Tin Orchard – Only a name\n"
    )
    several = lists_links([("Calm\nnight", TRACKS[:1]), ("Loud", TRACKS[1:2])]).decode()
    assert several == f"# Calm night\n{link}{ONE}\n\n# Loud\n{link}{TWO}\n"
    (playlist,) = read_upload(several.encode(), filename="links.txt").playlists
    assert [track.id for track in playlist.tracks] == [ONE, TWO]
