"""What was read at Spotify links back to it and says whose data it is; uploads do neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cogs.replies.details import findings_card
from cogs.replies.layout import Reply
from cogs.replies.report import quality_card, summary_card
from cogs.words.text import artist_ids, artist_link, playlist_link
from services.domain.music import Playlist, PlaylistId, PlaylistSource, Track
from services.domain.report import AnalysisReport
from tests.discord.cards import text_in
from tests.integration.storage.samples import some_report

KEY = "p" * 22
CARDS: list[Callable[[AnalysisReport], Reply]] = [
    lambda report: summary_card(report, "r1", None, private=False),
    findings_card,
    lambda report: quality_card(report, "r1"),
]


def read_at_spotify() -> AnalysisReport:
    report = some_report()
    playlist = replace(report.playlist, source=PlaylistSource.SPOTIFY, id=PlaylistId(KEY))
    return replace(report, playlist=playlist)


def words_of(reply: Reply) -> str:
    components: list[dict[str, Any]] = reply.view().to_components()
    return text_in(components)


@pytest.mark.parametrize("card", CARDS)
def test_every_card_says_whose_data_it_is(card: Callable[[AnalysisReport], Reply]) -> None:
    assert words_of(card(read_at_spotify())).count("Data from Spotify") == 1
    assert "Data from Spotify" not in words_of(card(some_report()))


def test_names_link_only_to_what_is_known() -> None:
    assert playlist_link(Playlist(name="A [b](c)", tracks=())) == r"A \[b\]\(c\)"
    spotifys = Playlist(name="Walk", tracks=(), source=PlaylistSource.SPOTIFY)
    assert playlist_link(spotifys) == "[Walk](https://open.spotify.com/collection/tracks)"
    tracks = [Track(title="x", artists=("Ann", "Bob"), artist_ids=("", KEY)), Track(artists=("Cy",))]
    ids = artist_ids(tracks)
    assert artist_link("Bob", ids["Bob"]) == f"[Bob](https://open.spotify.com/artist/{KEY})"
    assert artist_link("Ann", ids.get("Ann", "")) == "Ann"
