"""What people type, choose or paste to name a playlist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.references import PlaylistRef, ReferenceKind, parse_reference

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
        (f"https://open.spotify.com/playlist/{_ID}x", ReferenceKind.UNKNOWN),
        ("my summer mix", ReferenceKind.UNKNOWN),
        ("", ReferenceKind.UNKNOWN),
    ],
)
def test_tells_the_kinds_apart(text: str, kind: ReferenceKind) -> None:
    assert parse_reference(text).kind is kind


@given(st.text(max_size=200))
def test_any_text_is_a_reference_that_reads_back(text: str) -> None:
    ref = parse_reference(text)
    assert parse_reference(ref.write()) == ref
