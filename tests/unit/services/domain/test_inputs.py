"""What people type, choose or paste to name a playlist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.inputs import (
    ListService,
    NamedList,
    PlaylistRef,
    ReferenceKind,
    SpotifyPage,
    UserList,
    WhichList,
    input_from_row,
    input_to_row,
    parse_reference,
    parse_user_list,
    spotify_page,
)

MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"
_ID = "4eTMXAdDmgh4GgWiiIRYqK"


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/playlist/{_ID}",
        f"<https://open.spotify.com/playlist/{_ID}?si=abc>",
        f"open.spotify.com/intl-de/playlist/{_ID}",
        f"https://open.spotify.com/user/somebody/playlist/{_ID}",
        f"spotify:playlist:{_ID}",
        f"spotify:user:somebody:playlist:{_ID}",
        f"  spotify:playlist:{_ID}  ",
    ],
)
def test_reads_every_spelling_of_a_playlist(text: str) -> None:
    assert parse_reference(text) == PlaylistRef(ReferenceKind.PLAYLIST, _ID)


@pytest.mark.parametrize(
    "text", ["spotify:collection", "Liked Songs", "liked", "https://open.spotify.com/collection/tracks"]
)
def test_reads_liked_songs(text: str) -> None:
    assert parse_reference(text).kind is ReferenceKind.LIKED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"https://open.spotify.com/track/{_ID}", ReferenceKind.TRACKS),
        (f"spotify:track:{_ID}", ReferenceKind.TRACKS),
        ("https://spotify.link/AbCd", ReferenceKind.SHORT_LINK),
        ("report:AbC123", ReferenceKind.REPORT),
        (f"https://open.spotify.com/playlist/{_ID}x", ReferenceKind.LINK),
        (f"https://open.spotify.com/album/{_ID}", ReferenceKind.LINK),
        (f"spotify:artist:{_ID}", ReferenceKind.LINK),
        (f"open.spotify.com/album/{_ID}", ReferenceKind.LINK),
        ("<https://example.org/a list>", ReferenceKind.LINK),
        ("www: the playlist", ReferenceKind.UNKNOWN),
        ("my summer mix", ReferenceKind.UNKNOWN),
        ("", ReferenceKind.UNKNOWN),
    ],
)
def test_tells_the_kinds_apart(text: str, kind: ReferenceKind) -> None:
    assert parse_reference(text).kind is kind


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (f"look: https://open.spotify.com/intl-de/album/{_ID}", SpotifyPage.ALBUM),
        ("https://open.spotify.com/user/robin?si=1", SpotifyPage.USER),
        ("https://open.spotify.com/user/robin/playlist/4eTMX", None),
        ("spotify:user:robin:playlist:4eTMX", None),
        ("https://example.org/album/x", None),
    ],
)
def test_says_what_a_link_to_spotify_leads_to(text: str, page: SpotifyPage | None) -> None:
    assert spotify_page(text) is page


@given(st.text(max_size=200))
def test_any_text_is_a_reference_that_reads_back(text: str) -> None:
    ref = parse_reference(text)
    assert parse_reference(ref.write()) == ref


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("listenbrainz:rob", UserList(ListService.LISTENBRAINZ, "rob")),
        (" lastfm: Rj ", UserList(ListService.LASTFM, "Rj")),
        ("last.fm:rj/loved", UserList(ListService.LASTFM, "rj", WhichList.LOVED)),
        ("https://www.last.fm/user/rj/loved", UserList(ListService.LASTFM, "rj", WhichList.LOVED)),
        ("https://listenbrainz.org/user/rob/", UserList(ListService.LISTENBRAINZ, "rob")),
        (
            f"https://listenbrainz.org/playlist/{MBID}/",
            UserList(ListService.LISTENBRAINZ, "", WhichList.PLAYLIST, MBID),
        ),
        ("Last.fm：@rj", UserList(ListService.LASTFM, "rj")),
        ("ListenBrainz: Some Body/recent", UserList(ListService.LISTENBRAINZ, "Some Body", WhichList.RECENT)),
        ("https://listenbrainz.org/user/Some%20Body/", UserList(ListService.LISTENBRAINZ, "Some Body")),
        ("https://www.last.fm/de/user/rj/library?page=2", UserList(ListService.LASTFM, "rj")),
        ("listenbrainz:", None),
        ("lastfm:rj/playlist", None),
        ("evening songs", None),
    ],
)
def test_reads_names_at_other_services(typed: str, expected: UserList | None) -> None:
    assert parse_user_list(typed) == expected
    if expected is not None:
        assert parse_user_list(expected.write()) == expected
        assert input_from_row(input_to_row(NamedList(expected))) == NamedList(expected)
        assert parse_reference(typed).kind is ReferenceKind.LIST


@pytest.mark.parametrize(
    ("link", "service"),
    [
        ("https://music.apple.com/us/playlist/x/pl.u-1", "Apple Music"),
        ("https://music.youtube.com/playlist?list=PL1", "YouTube"),
        ("https://youtu.be/abc", "YouTube"),
        ("https://link.deezer.com/s/30", "Deezer"),
        ("tidal.com/browse/playlist/1", "Tidal"),
        ("https://listen.tidal.com/playlist/1", "Tidal"),
        ("https://on.soundcloud.com/x", "SoundCloud"),
        ("<https://music.amazon.de/playlists/B0>", "Amazon Music"),
    ],
)
def test_knows_links_of_other_services(link: str, service: str) -> None:
    assert parse_reference(link) == PlaylistRef(ReferenceKind.OTHER_SERVICE, service)


@pytest.mark.parametrize("words", ["my tidal waves", "deezer nuts", "youtube", "notsoundcloud.com/x"])
def test_words_that_only_sound_like_a_service_are_words(words: str) -> None:
    assert parse_reference(words).kind is ReferenceKind.UNKNOWN
