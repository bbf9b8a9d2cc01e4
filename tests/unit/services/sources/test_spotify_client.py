"""Reading at Spotify: both shapes and their mixtures, odd rows, long lists, lists that change meanwhile."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from aiohttp import web

from cogs.words.messages import note_lines
from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import ODD_ROWS, Row, RowKind, SandboxList, rows_of
from sandbox.spotify_shapes import Shape, artist_id_of
from services.domain.errors.sources import (
    PlaylistNotReadableError,
    ScopeMissingError,
    SourceUnavailableError,
    SpotifyNotFoundError,
)
from services.domain.music import PlaylistId, SkipReason
from services.domain.spotify import READ_SCOPES, RowsRead, SpotifyProfile
from services.sources.spotify_wire import MOST_ROWS, Page, fingerprint, read_all, read_track, silent
from tests.depth import at_night, cases
from tests.unit.services.sources.spotify_world import (
    ANN,
    BOB,
    SPOTIFY,
    TRACKS,
    SpotifyWorld,
    spotify_world,
)

SHAPES = list(Shape)
LONG = tuple(
    replace(TRACKS[number % len(TRACKS)], id=f"L{number:021d}", isrc=None) for number in range(10_000)
)


async def read(world: SpotifyWorld, listed: SandboxList, token: str = "ann") -> RowsRead:
    summary, first = await world.client.playlist(token, listed.id, own_id=ANN.id)
    return await world.client.rows(token, summary, first=first)


async def liked(world: SpotifyWorld, token: str) -> RowsRead:
    """Read the Liked Songs page by page."""

    async def page_at(offset: int) -> Page:
        return await world.client.liked_page(token, offset)

    return await read_all(page_at, first=None, on_count=silent)


def ids(rows: RowsRead) -> list[str | None]:
    return [track.id for track in rows.tracks]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("embeds", [True, False])
@pytest.mark.parametrize("count", [0, 1, 50, 100, 101, 237])
async def test_reads_a_playlist_in_every_shape(shape: Shape, embeds: bool, count: int) -> None:
    async with spotify_world(shape) as world:
        world.server.embeds_rows = embeds
        listed = world.library.add(ANN, "Walk", rows_of(TRACKS[:count]), description="for walking")
        summary, first = await world.client.playlist("ann", listed.id, own_id=ANN.id)
        rows = await world.client.rows("ann", summary, first=first)

        assert (summary.name, summary.owner_name, summary.description) == ("Walk", "Ann", "for walking")
        assert (summary.is_own, summary.snapshot_id) == (True, listed.snapshot_id)
        assert ids(rows) == [track.id for track in TRACKS[:count]]
        assert rows.skipped == rows.notes == ()
        assert world.server.trapped == []
        if embeds:
            assert len(world.server.calls) <= 1 + -(-max(0, count - 100) // 50) + (shape is Shape.OLD)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_track_keeps_what_is_known_of_it(shape: Shape) -> None:
    original = TRACKS[3]
    async with spotify_world(shape) as world:
        rows = await read(world, world.library.add(ANN, "One", rows_of([original])))
    (track,) = rows.tracks
    expected = replace(
        original,
        artist_ids=tuple(artist_id_of(name) for name in original.artists),
        genres=(),
        added_at="2024-01-01T00:00:00Z",
        popularity=original.popularity if shape.is_open else None,
        explicit=bool(original.explicit),
    )
    assert track == expected


@pytest.mark.parametrize("shape", SHAPES)
async def test_odd_rows_are_counted_and_never_cost_the_others(shape: Shape) -> None:
    bare = Row(RowKind.BARE, TRACKS[1])
    far = Row(RowKind.UNPLAYABLE, TRACKS[2], TRACKS[2].title)
    odd = [*rows_of(TRACKS[:1]), *ODD_ROWS, *ODD_ROWS, bare, far, *rows_of(TRACKS[3:8])]
    async with spotify_world(shape) as world:
        rows = await read(world, world.library.add(ANN, "Odd", odd))

    assert ids(rows) == [track.id for track in TRACKS[:8]]
    counts = {skipped.reason: skipped.count for skipped in rows.skipped}
    assert counts == {
        SkipReason.LOCAL_FILE: 2,
        SkipReason.EPISODE: 2,
        SkipReason.UNREADABLE: 4,
        SkipReason.UNAVAILABLE: 2,
    }
    assert next(each.examples for each in rows.skipped if each.reason is SkipReason.LOCAL_FILE) == (
        "demo tape, side B",
        "demo tape, side B",
    )
    assert "can't be played in your country" in note_lines(rows.notes)[0]


@pytest.mark.parametrize("shape", SHAPES)
async def test_lists_the_library_with_what_may_be_read(shape: Shape) -> None:
    async with spotify_world(shape) as world:
        names = [f"Mine {number}" for number in range(120)]
        for number, name in enumerate(names):
            world.library.add(ANN, name, rows_of(TRACKS[: number % 7]))
        world.library.add(BOB, "Ours", rows_of(TRACKS[:4]), is_collaborative=True, followers=[ANN])
        world.library.add(BOB, "Bob's", rows_of(TRACKS[:9]), is_public=True, followers=[ANN])
        world.library.null_entries = 3
        listing = await world.client.playlists("ann", own_id=ANN.id)
        found = listing.playlists

    assert listing.unread == 0
    assert [each.name for each in found] == ["Bob's", "Ours", *reversed(names)]
    theirs, ours, last = found[:3]
    assert (theirs.is_own, theirs.is_readable, theirs.owner_name) == (False, shape.is_open, "Bob")
    assert (ours.is_own, ours.is_readable, ours.total) == (False, True, 4)
    assert (last.is_own, last.total) == (True, 119 % 7)
    assert len(world.server.calls) == 3


async def test_lists_of_private_and_shared_lists_need_their_scopes() -> None:
    async with spotify_world() as world:
        world.library.add(ANN, "Private")
        world.library.add(ANN, "Shared", is_collaborative=True)
        with pytest.raises(ScopeMissingError) as missing:
            await world.client.playlists("ann-nothing", own_id=ANN.id)
        assert missing.value.scopes == READ_SCOPES
        listing = await world.client.playlists("ann-private", own_id=ANN.id)
    assert [each.name for each in listing.playlists] == ["Private"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_reads_liked_songs(shape: Shape) -> None:
    async with spotify_world(shape) as world:
        world.library.liked[ANN.id] = [*rows_of(TRACKS[:130]), *ODD_ROWS]
        rows = await liked(world, "ann")
        before = fingerprint(await world.client.liked_page("ann", 0))
        world.library.liked[ANN.id].insert(0, Row(RowKind.TRACK, TRACKS[200]))
        assert fingerprint(await world.client.liked_page("ann", 0)) != before
    assert ids(rows) == [track.id for track in TRACKS[:130]]
    assert sum(skipped.count for skipped in rows.skipped) == len(ODD_ROWS)


@pytest.mark.parametrize(
    ("shape", "calls"),
    cases([(Shape.NEW, 1 + 198), (Shape.OLD, 1 + 1 + 198)], gate=[(Shape.NEW, 1 + 198)]),
)
async def test_reads_ten_thousand_tracks_at_the_price_of_the_pages(shape: Shape, calls: int) -> None:
    counted: list[tuple[int, int]] = []

    async def on_count(done: int, total: int) -> None:
        counted.append((done, total))

    async with spotify_world(shape) as world:
        listed = world.library.add(ANN, "Everything", rows_of(LONG))
        summary, first = await world.client.playlist("ann", listed.id, own_id=ANN.id)
        page_at = partial(world.client.rows_page, "ann", summary)
        rows = await read_all(page_at, first=first, on_count=on_count)
        assert ids(rows) == [track.id for track in LONG]
        assert len(world.server.calls) == world.ledger.admitted == calls
    assert counted[0] == (100, 10_000)
    assert counted[-1] == (9_950, 10_000)


@at_night
async def test_reads_ten_thousand_liked_songs() -> None:
    async with spotify_world() as world:
        world.library.liked[ANN.id] = rows_of(LONG)
        assert ids(await liked(world, "ann")) == [track.id for track in LONG]
        assert len(world.server.calls) == 200


async def test_stops_at_the_cap_of_longer_lists_and_says_so() -> None:
    async def page_at(offset: int) -> Page:
        return Page(tuple({"item": {"id": LONG[0].id}} for _ in range(50)), 30_000)

    rows = await read_all(page_at, first=None, on_count=silent)
    assert len(rows.tracks) == MOST_ROWS
    assert note_lines(rows.notes) == ("Only the first 20,000 of 30,000 rows were read.",)
    assert rows.was_still


@pytest.mark.parametrize("by", ["added", "removed", "emptied"])
async def test_a_short_list_that_changes_while_it_is_read_is_read_again(by: str) -> None:
    async with spotify_world() as world:
        listed = world.library.add(ANN, "Busy", rows_of(TRACKS[:300]))
        change_once(world, listed, by, at_call=4)
        rows = await read(world, listed)
    assert ids(rows) == list(listed.track_ids)
    assert rows.was_still
    assert rows.notes == ()


async def test_a_list_that_never_stands_still_is_read_and_said_so() -> None:
    async with spotify_world() as world:
        listed = world.library.add(ANN, "Busy", rows_of(TRACKS[:300]))

        def grow(_request: web.Request) -> None:
            listed.change([*listed.rows, Row(RowKind.TRACK, TRACKS[len(listed.rows)])])

        world.server.before = grow
        rows = await read(world, listed)
        assert len(world.server.calls) <= 14
    assert not rows.was_still
    assert "being changed" in note_lines(rows.notes)[-1]
    assert ids(rows) == list(listed.track_ids)[: len(rows.tracks)]
    assert len(rows.tracks) >= 300


@pytest.mark.parametrize("by", ["added", "removed"])
async def test_a_long_list_that_changes_is_not_paid_for_twice_and_never_repeats_rows(by: str) -> None:
    async with spotify_world() as world:
        listed = world.library.add(ANN, "Busy", rows_of(LONG[:2_000]))
        change_once(world, listed, by, at_call=20)
        rows = await read(world, listed)
        assert len(world.server.calls) <= 41
    assert not rows.was_still
    assert "being changed" in note_lines(rows.notes)[-1]
    found = ids(rows)
    shifted = 1 if by == "added" else 0
    assert len(found) - len(set(found)) == shifted, "beyond the end Spotify begins again from the start"


def change_once(world: SpotifyWorld, listed: SandboxList, by: str, *, at_call: int) -> None:
    def change(_request: web.Request) -> None:
        if len(world.server.calls) == at_call and listed.version == 1:
            kept = {"added": listed.rows, "removed": listed.rows[:-90], "emptied": []}[by]
            listed.change([*rows_of(TRACKS[600:601]), *kept] if by == "added" else kept)

    world.server.before = change


async def test_a_page_without_a_total_ends_with_a_page_that_is_not_full() -> None:
    offsets = []

    async def page_at(offset: int) -> Page:
        offsets.append(offset)
        rows = [{"item": {"id": track.id}} for track in TRACKS[offset : min(offset + 50, 120)]]
        return Page(tuple(rows), None)

    rows = await read_all(page_at, first=None, on_count=silent)
    assert offsets == [0, 50, 100]
    assert len(rows.tracks) == 120


async def test_somebody_elses_list_is_not_readable_and_says_its_name() -> None:
    async with spotify_world() as world:
        listed = world.library.add(BOB, "Bob's secret weapon", rows_of(TRACKS[:9]), is_public=True)
        summary, first = await world.client.playlist("ann", listed.id, own_id=ANN.id)
        assert (first, summary.is_readable, summary.owner_name) == (None, False, "Bob")
        with pytest.raises(PlaylistNotReadableError) as caught:
            await world.client.rows("ann", summary, first=first)
        assert caught.value.name == "Bob's secret weapon"
        assert world.paths == [f"/playlists/{listed.id}", f"/playlists/{listed.id}/items"]


async def test_an_invited_collaborator_may_try_and_succeeds() -> None:
    async with spotify_world() as world:
        listed = world.library.add(BOB, "By invitation", rows_of(TRACKS[:9]), is_public=True)
        listed.collaborators.add(ANN.id)
        world.server.embeds_rows = False
        assert len((await read(world, listed)).tracks) == 9


@pytest.mark.parametrize("shape", SHAPES)
async def test_editorial_deleted_and_others_private_lists_are_not_found(shape: Shape) -> None:
    async with spotify_world(shape) as world:
        editorial = world.library.add(SPOTIFY, "Today's Hits", rows_of(TRACKS[:9]), is_editorial=True)
        private = world.library.add(BOB, "Diary", rows_of(TRACKS[:9]))
        for playlist_id in (editorial.id, private.id, PlaylistId("0" * 22)):
            with pytest.raises(SpotifyNotFoundError):
                await world.client.playlist("ann", playlist_id, own_id=ANN.id)


async def test_says_whose_token_it_is() -> None:
    async with spotify_world() as world:
        assert await world.client.me("ann") == SpotifyProfile("acc-ann", ANN.id, "Ann")


@pytest.mark.parametrize("kind", [FaultKind.WRONG_SHAPE, FaultKind.NULLS])
async def test_json_of_another_shape_is_no_answer(kind: FaultKind) -> None:
    async with spotify_world() as world:
        world.server.always = Fault(kind)
        for call in (
            world.client.me("ann"),
            world.client.playlists("ann", own_id=ANN.id),
            world.client.playlist("ann", PlaylistId("0" * 22), own_id=ANN.id),
            world.client.liked_page("ann", 0),
        ):
            with pytest.raises(SourceUnavailableError):
                await call


@pytest.mark.parametrize(("date", "year"), [("1900-01-01", None), ("0000", None), ("1901", 1901), ("", None)])
def test_a_release_date_that_says_that_none_is_known_is_none(date: str, year: int | None) -> None:
    track = read_track({"id": "0" * 22, "name": "Song", "album": {"release_date": date}})
    assert track is not None
    assert track.release_year == year
