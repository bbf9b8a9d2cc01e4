"""What each call to Spotify needs by its public contract is what we ask for and the loopback demands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from sandbox.spotify_library import Grant
from sandbox.spotify_shapes import Shape
from services.domain.errors.sources import ScopeMissingError
from services.domain.music import PlaylistId, TrackId
from services.domain.spotify import READ_SCOPES
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES
from services.sources.spotify_client import SpotifyClient
from tests.unit.services.sources.spotify_world import ANN, TOKENS, TRACKS, SpotifyWorld, spotify_world

Call = Callable[[SpotifyClient, str, PlaylistId], Awaitable[object]]
TRACK = TrackId(str(TRACKS[0].id))


@dataclass(frozen=True)
class Operation:
    """A call of the product, with the scopes that the contract gives its route."""

    route: str
    scopes: frozenset[str]
    asked_at: frozenset[str]
    """Which consent covers it: the login, the first write, or the first removal."""
    call: Call


async def rows(client: SpotifyClient, token: str, playlist_id: PlaylistId) -> object:
    summary, _ = await client.playlist(token, playlist_id, own_id=ANN.id)
    return await client.rows_page(token, summary, 0)


def of(*scopes: str) -> frozenset[str]:
    return frozenset(scopes)


MODIFY = of("playlist-modify-private", "playlist-modify-public")
OPERATIONS = [
    Operation("GET /me", of(), READ_SCOPES, lambda client, token, _: client.me(token)),
    Operation(
        "GET /me/playlists",
        of("playlist-read-private"),
        READ_SCOPES,
        lambda client, token, _: client.playlists(token, own_id=ANN.id),
    ),
    Operation(
        "GET /playlists/{id}",
        of(),
        READ_SCOPES,
        lambda client, token, playlist_id: client.playlist(token, playlist_id, own_id=ANN.id),
    ),
    Operation("GET /playlists/{id}/items", of("playlist-read-private"), READ_SCOPES, rows),
    Operation(
        "GET /me/tracks",
        of("user-library-read"),
        READ_SCOPES,
        lambda client, token, _: client.liked_page(token, 0),
    ),
    Operation(
        "POST /me/playlists",
        MODIFY,
        WRITE_SCOPES,
        lambda client, token, _: client.create_playlist(token, name="New", description=""),
    ),
    Operation(
        "POST /playlists/{id}/items",
        MODIFY,
        WRITE_SCOPES,
        lambda client, token, playlist_id: client.add_items(token, playlist_id, [TRACK]),
    ),
    Operation(
        "PUT /playlists/{id}/items",
        MODIFY,
        WRITE_SCOPES,
        lambda client, token, playlist_id: client.replace_items(token, playlist_id, [TRACK]),
    ),
    Operation(
        "DELETE /me/library",
        of("user-library-modify", "user-follow-modify", "playlist-modify-public"),
        WRITE_SCOPES | REMOVE_SCOPES,
        lambda client, token, playlist_id: client.remove_playlist(token, playlist_id),
    ),
]


async def call(world: SpotifyWorld, operation: Operation, scopes: frozenset[str]) -> None:
    listed = world.library.add(ANN, "Late Drive", [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TOKENS, "granted", Grant(ANN, scopes))
        await operation.call(world.client, "granted", PlaylistId(listed.id))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.route)
async def test_an_operation_needs_what_the_contract_says_and_asks_for_all_of_it(operation: Operation) -> None:
    async with spotify_world(shape=Shape.NEW) as world:
        await call(world, operation, operation.scopes)
        method, _, path = operation.route.partition(" ")
        called = [(each.method, each.path.removeprefix("/v1")) for each in world.server.calls]
        assert any(one == method and _fits(path, each) for one, each in called)
        for missing in sorted(operation.scopes):
            with pytest.raises(ScopeMissingError) as refused:
                await call(world, operation, operation.scopes - {missing})
            assert operation.scopes <= refused.value.scopes, "one consent is enough for the next try"
        assert operation.scopes <= operation.asked_at


def _fits(path: str, called: str) -> bool:
    ours, theirs = path.split("/"), called.split("/")
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(part in {"{id}", other} for part, other in pairs)


def test_every_call_of_the_client_is_in_the_table() -> None:
    calls = {name for name, each in vars(SpotifyClient).items() if callable(each) and name[0] != "_"}
    assert calls == {
        "add_items", "create_playlist", "liked_page", "playlist", "playlists", "me", "remove_playlist",
        "replace_items", "rows", "rows_page",
    }  # fmt: skip
