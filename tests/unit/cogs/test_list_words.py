"""What is offered while somebody types, and how playlists that are made of others are called."""

from __future__ import annotations

from typing import Any, cast

import pytest

from cogs.commands.inputs import suggest_lists
from cogs.words.lists import new_list, public_list_name
from services.domain.drafts import Derivation, Derived
from services.domain.ordering import Goal
from services.workflows.suggestions import Suggestions, UserLists

TYPE_LASTFM = "Last.fm: type lastfm: and your name there"


def suggestions() -> Suggestions:
    nobody = cast("Any", object())
    lists = UserLists(lastfm=nobody, listenbrainz=nobody, names=public_list_name)
    return Suggestions(library=None, reports=nobody, lists=lists, clock=nobody)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            "",
            [
                "ListenBrainz: type listenbrainz: and your name there",
                "Last.fm: type lastfm: and your name there",
            ],
        ),
        ("last", ["last at ListenBrainz", "Last.fm: type lastfm: and your name there"]),
        ("annie", ["annie at ListenBrainz", "annie at Last.fm"]),
        (
            "lastfm:annie",
            [
                f"{each} (Last.fm)"
                for each in ("Top tracks of annie", "Tracks that annie loves", "What annie heard lately")
            ],
        ),
    ],
)
async def test_every_list_that_can_be_chosen_has_a_name(typed: str, offered: list[str]) -> None:
    assert [each.name for each in await suggest_lists(suggestions(), typed)] == offered


@pytest.mark.parametrize("how", Derivation)
def test_every_playlist_that_is_made_of_another_says_so(how: Derivation) -> None:
    made = new_list(Derived(how, "Late Drive", goal=Goal.WAVE))
    assert made.name.startswith("Late Drive · ")
    assert "Late Drive" in made.description
