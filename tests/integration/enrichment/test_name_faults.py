"""Each fault of each service that knows names: an answer in time, and nothing wrong remembered."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cogs.words.lists import public_list_name, suggestion_name
from cogs.words.messages import note_lines
from sandbox.faults import Fault, FaultKind
from sandbox.labs import mbid_of
from sandbox.lastfm import SandboxLastFm
from sandbox.listenbrainz import SandboxListener
from services.analysis.matching import name_key
from services.domain.errors import TastemapError
from services.domain.errors.playlists import EmptyPlaylistError, ListNotFoundError
from services.domain.errors.sources import SourceError
from services.domain.inputs import ListService, UserList, WhichList, parse_user_list
from services.domain.music import Track
from services.domain.recordings import Certainty
from services.sources.public_lists import LastFm, ListenBrainzLists, connect_lastfm
from services.workflows.suggestions import UserLists
from tests.integration.enrichment.names import CATALOGUE, Services, named, services
from tests.unit.services.sources.fakes import FakeClock, patience_with, serve, session

DEADLINE_S = 60.0
KNOWN = list({entry.track.title: entry for entry in CATALOGUE.tracks if entry.known}.values())[:12]
LISTED = [entry.track for entry in KNOWN]
LISTENER = SandboxListener("Ann", top=LISTED, loved=LISTED[:6], listens=LISTED, playlists={"Evening": LISTED})

FAULTS = [
    Fault(FaultKind.RATE_LIMIT, retry_after_s=7),
    Fault(FaultKind.RATE_LIMIT),
    Fault(FaultKind.RATE_LIMIT, retry_after="1000000000"),
    Fault(FaultKind.BLOCKED),
    Fault(FaultKind.STATUS, status=400),
    Fault(FaultKind.STATUS, status=500),
    Fault(FaultKind.STATUS, status=503),
    Fault(FaultKind.HTML),
    Fault(FaultKind.GARBAGE),
    Fault(FaultKind.CUT_JSON),
    Fault(FaultKind.TRUNCATED),
    Fault(FaultKind.RESET),
    Fault(FaultKind.SILENCE),
    Fault(FaultKind.DRIP),
    Fault(FaultKind.ENDLESS),
    Fault(FaultKind.BOMB),
    Fault(FaultKind.REDIRECT),
    Fault(FaultKind.WRONG_SHAPE),
    Fault(FaultKind.STRANGERS),
    Fault(FaultKind.NULLS),
]


def name(fault: Fault) -> str:
    return f"{fault.kind.name}-{fault.status}-{fault.retry_after or fault.retry_after_s}"


@pytest.mark.parametrize("service", ["labs", "listenbrainz", "reccobeats"])
@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_a_lasting_fault_ends_in_time_and_nothing_wrong_is_remembered(
    fault: Fault, service: str
) -> None:
    unknown = Track(title="Nobody Wrote This", artists=("Nobody At All",), duration_ms=200_000)
    tracks = [*named(KNOWN), unknown]
    keys = [key for track in tracks if (key := name_key(track))]
    async with services(without_isrc=[track.title for track in LISTED]) as world:
        getattr(world, service).always = fault
        began = world.time.at
        found = await world.enricher.look_up(tracks, deadline_s=DEADLINE_S)
        assert world.time.at - began <= DEADLINE_S + 1
        assert not getattr(world, service).early_calls
        known = await world.resolver.known(keys)
        for track, entry in zip(tracks, KNOWN, strict=False):
            match = known.get(name_key(track) or "")
            assert match is None or match.certainty is not Certainty.NONE  # it exists
            assert match is None or match.found is None or match.found.title == entry.track.title
        for told in note_lines(found.notices):
            assert told
        # Once all is well again everything is found, a rest that was asked for aside.
        getattr(world, service).always = None
        world.time.at += 24 * 3600.0
        again = await world.enricher.look_up(tracks, deadline_s=DEADLINE_S)
    assert [t.features for t in again.tracks[:-1]] == [entry.features for entry in KNOWN]


@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_a_passing_fault_of_the_labs_host_costs_no_track(fault: Fault) -> None:
    if fault.kind in {FaultKind.BLOCKED, FaultKind.STRANGERS, FaultKind.WRONG_SHAPE, FaultKind.NULLS}:
        pytest.skip("not worth another try")
    if (fault.status == 400 and fault.kind is FaultKind.STATUS) or fault.retry_after:
        pytest.skip("not worth another try")
    async with services() as world:
        world.labs.faults.append(fault)
        found = await world.enricher.look_up(named(KNOWN), deadline_s=DEADLINE_S)
    assert [t.features for t in found.tracks] == [entry.features for entry in KNOWN]


WAYS = [WhichList.TOP, WhichList.LOVED, WhichList.RECENT]


@asynccontextmanager
async def lastfm(time: FakeClock) -> AsyncIterator[tuple[SandboxLastFm, LastFm]]:
    sandbox = SandboxLastFm(clock=time.monotonic, key="geheim", users=[LISTENER])
    async with serve(sandbox.app()) as url, session() as opened:
        client = connect_lastfm(
            opened, "geheim", base_url=f"{url}2.0/", clock=time.clock, patience=patience_with(sandbox)
        )
        yield sandbox, client


def lists_of(world: Services) -> UserLists:
    return UserLists(
        names=public_list_name, listenbrainz=ListenBrainzLists(world.lists), monotonic=world.time.monotonic
    )


@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_a_list_at_listenbrainz_is_read_or_refused_in_time(fault: Fault) -> None:
    async with services(users=[LISTENER]) as world:
        world.listenbrainz.always = fault
        for which in WAYS:
            began = world.time.at
            with pytest.raises((SourceError, EmptyPlaylistError, ListNotFoundError)):
                await lists_of(world).read(UserList(ListService.LISTENBRAINZ, "Ann", which))
            assert world.time.at - began <= 31
            world.time.at += 24 * 3600.0


@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_a_list_at_lastfm_is_read_or_refused_in_time(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    time = FakeClock()
    async with lastfm(time) as (sandbox, client):
        sandbox.always = fault
        lists = UserLists(names=public_list_name, lastfm=client, monotonic=time.monotonic)
        began = time.at
        with pytest.raises((SourceError, EmptyPlaylistError, ListNotFoundError)) as refused:
            await lists.read(UserList(ListService.LASTFM, "Ann"))
        assert time.at - began <= 31
    ours = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    assert "geheim" not in "\n".join(ours)
    assert "geheim" not in f"{refused.value} {refused.value.__cause__!r}"


@pytest.mark.parametrize(
    ("error", "expected"),
    [(6, ListNotFoundError), (17, ListNotFoundError), (10, SourceError), (26, SourceError)]
    + [(number, SourceError) for number in (29, 8, 11, 16)],
)
async def test_an_error_of_lastfm_is_in_the_body_whatever_the_status(
    error: int, expected: type[TastemapError]
) -> None:
    time = FakeClock()
    async with lastfm(time) as (sandbox, client):
        sandbox.error = error
        with pytest.raises(expected):
            await UserLists(names=public_list_name, lastfm=client, monotonic=time.monotonic).read(
                UserList(ListService.LASTFM, "Ann")
            )


async def test_lists_of_lastfm_are_read_whole() -> None:
    time = FakeClock()
    async with lastfm(time) as (_, client):
        lists = UserLists(names=public_list_name, lastfm=client, monotonic=time.monotonic)
        for which, expected in zip(WAYS, (LISTED, LISTED[:6], LISTED), strict=True):
            playlist = await lists.read(UserList(ListService.LASTFM, "Ann", which))
            assert [track.title for track in playlist.tracks] == [track.title for track in expected]
            assert "Ann" in playlist.name
        with pytest.raises(ListNotFoundError):
            await lists.read(UserList(ListService.LASTFM, "Nobody"))


async def test_a_list_of_one_and_a_playing_track_are_read() -> None:
    time = FakeClock()
    one = SandboxListener("One", top=LISTED[:1], listens=LISTED[:2])
    sandbox = SandboxLastFm(clock=time.monotonic, key="k", users=[one])
    async with serve(sandbox.app()) as url, session() as opened:
        client = connect_lastfm(
            opened, "k", base_url=f"{url}2.0/", clock=time.clock, patience=patience_with(sandbox)
        )
        assert len(await client.top("One", time.deadline())) == 1
        assert len(await client.recent("One", time.deadline())) == 2


async def test_lists_of_listenbrainz_are_read_whole() -> None:
    async with services(users=[LISTENER]) as world:
        lists = lists_of(world)
        for which, expected in zip(WAYS, (LISTED, LISTED[:6], LISTED), strict=True):
            playlist = await lists.read(UserList(ListService.LISTENBRAINZ, "ann", which))
            assert [track.title for track in playlist.tracks] == [track.title for track in expected]
        assert [track.id for track in playlist.tracks] == [track.id for track in LISTED]  # listens carry ids
        evening = UserList(ListService.LISTENBRAINZ, "Ann", WhichList.PLAYLIST, mbid_of("Ann Evening"))
        assert (await lists.read(evening)).name == "Evening"
        suggested = await lists.suggest(ListService.LISTENBRAINZ, "Ann")
        assert suggestion_name(suggested[-1]) == "Evening (ListenBrainz)"
        assert all(parse_user_list(each.value) is not None for each in suggested)
        with pytest.raises(ListNotFoundError):
            await lists.read(UserList(ListService.LISTENBRAINZ, "Nobody"))


async def test_an_empty_statistic_is_said_and_not_an_error_of_the_service() -> None:
    async with services(users=[SandboxListener("Fresh")]) as world:
        with pytest.raises(EmptyPlaylistError):
            await lists_of(world).read(UserList(ListService.LISTENBRAINZ, "Fresh"))
