"""Writing at Spotify: made private, in batches, never twice by accident."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import rows_of
from sandbox.spotify_shapes import Shape
from services.domain.errors.sources import (
    PlaylistNotReadableError,
    QuotaExceededError,
    ScopeMissingError,
    SourceUnavailableError,
    SpotifyRejectedError,
)
from services.domain.music import TrackId
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES
from tests.unit.services.sources.spotify_world import ANN, BOB, TRACKS, spotify_world

IDS = [track.id for track in TRACKS if track.id][:250]


@pytest.mark.parametrize("shape", list(Shape))
async def test_makes_a_private_list_and_fills_it(shape: Shape) -> None:
    async with spotify_world(shape) as world:
        playlist_id = await world.client.create_playlist("ann", name="Ordered", description="by ear [tm1]")
        snapshots = [
            await world.client.add_items("ann", playlist_id, IDS[start : start + 100])
            for start in (0, 100, 200)
        ]
        listed = world.library.lists[playlist_id]

        assert (listed.name, listed.description, listed.is_public) == ("Ordered", "by ear [tm1]", False)
        assert list(listed.track_ids) == IDS
        assert len(set(snapshots)) == 3
        assert snapshots[-1] == listed.snapshot_id

        assert await world.client.replace_items("ann", playlist_id, IDS[:3]) == listed.snapshot_id
        assert list(listed.track_ids) == IDS[:3]
        assert await world.client.replace_items("ann", playlist_id, []) == listed.snapshot_id
        assert listed.track_ids == ()

        await world.client.remove_playlist("ann", playlist_id)
        assert world.library.library_of(ANN) == []
        await world.client.remove_playlist("ann", playlist_id)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.RESET),
        Fault(FaultKind.RESET, is_carried_out=True),
        Fault(FaultKind.STATUS, status=502),
        Fault(FaultKind.CUT_JSON, is_carried_out=True),
    ],
    ids=["lost before", "lost after", "502", "cut off"],
)
async def test_what_may_have_been_carried_out_is_never_sent_again(fault: Fault) -> None:
    async with spotify_world(faults=[fault]) as world:
        with pytest.raises(SourceUnavailableError):
            await world.client.create_playlist("ann", name="Once", description="")
        assert len(world.server.calls) == 1
        made = len(world.library.lists)
        assert made == int(fault.is_carried_out)

        listed = world.library.add(ANN, "Growing")
        world.server.faults.append(fault)
        with pytest.raises(SourceUnavailableError):
            await world.client.add_items("ann", listed.id, IDS[:100])
        assert len(world.server.calls) == 2
        assert len(listed.track_ids) == 100 * int(fault.is_carried_out)


async def test_putting_rows_in_place_may_be_sent_again() -> None:
    async with spotify_world(faults=[Fault(FaultKind.RESET, is_carried_out=True)]) as world:
        listed = world.library.add(ANN, "Replaced", rows_of(TRACKS[:9]))
        assert await world.client.replace_items("ann", listed.id, IDS[:100]) == listed.snapshot_id
        assert list(listed.track_ids) == IDS[:100]
        assert len(world.server.calls) == 2


async def test_a_rate_limit_is_waited_for_also_when_adding() -> None:
    # Turned away at the door: nothing was carried out, so this one may be sent again.
    async with spotify_world(faults=[Fault(FaultKind.RATE_LIMIT, retry_after_s=3)]) as world:
        listed = world.library.add(ANN, "Growing")
        await world.client.add_items("ann", listed.id, IDS[:5])
        assert list(listed.track_ids) == IDS[:5]


async def test_a_spent_quota_stops_a_write() -> None:
    async with spotify_world(quota=0) as world:
        with pytest.raises(QuotaExceededError):
            await world.client.create_playlist("ann", name="Later", description="")
        assert world.library.lists == {}


async def test_a_write_without_the_consent_names_what_is_missing() -> None:
    async with spotify_world() as world:
        listed = world.library.add(ANN, "Mine")
        for call in (
            world.client.create_playlist("ann-reads", name="New", description=""),
            world.client.add_items("ann-reads", listed.id, IDS[:1]),
            world.client.replace_items("ann-reads", listed.id, IDS[:1]),
        ):
            with pytest.raises(ScopeMissingError) as caught:
                await call
            assert caught.value.scopes == WRITE_SCOPES
        with pytest.raises(ScopeMissingError) as caught:
            await world.client.remove_playlist("ann-writes", listed.id)
        assert caught.value.scopes == REMOVE_SCOPES


async def test_a_playlist_is_taken_out_by_the_older_route_where_the_newer_wants_more() -> None:
    async with spotify_world(shape=Shape.EXTENDED) as world:
        listed = world.library.add(ANN, "Mine")
        await world.client.remove_playlist("ann-writes", listed.id)
        assert world.library.library_of(ANN) == []
        assert [call.status for call in world.server.calls] == [403, 200]


async def test_nobody_writes_into_a_list_of_somebody_else() -> None:
    async with spotify_world() as world:
        listed = world.library.add(BOB, "Bob's", rows_of(TRACKS[:3]), is_public=True)
        with pytest.raises(PlaylistNotReadableError):
            await world.client.add_items("ann", listed.id, IDS[:1])
        assert len(listed.rows) == 3


async def test_an_id_that_is_none_is_refused_as_it_is() -> None:
    async with spotify_world() as world:
        listed = world.library.add(ANN, "Mine")
        with pytest.raises(SpotifyRejectedError) as caught:
            await world.client.add_items("ann", listed.id, [TrackId("local")])
    assert caught.value.status == 400
