"""Each meaning of each status at Spotify, whether the body is JSON, plain text or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import rows_of
from sandbox.spotify_shapes import Shape
from services.domain.errors.sources import (
    NotAllowlistedError,
    OwnerPremiumError,
    PlaylistNotReadableError,
    QuotaExceededError,
    RateLimitedError,
    ScopeMissingError,
    SourceError,
    SourceUnavailableError,
    SpotifyError,
    SpotifyNotFoundError,
    SpotifyRejectedError,
    TokenRefusedError,
)
from services.domain.music import PlaylistId
from services.domain.spotify import READ_SCOPES
from services.sources.spotify_api import LONGEST_QUOTA_REST, OWNER_REST, UNNAMED_QUOTA_REST
from tests.unit.services.sources.fakes import QUICK
from tests.unit.services.sources.spotify_world import ANN, TRACKS, SpotifyWorld, spotify_world

LISTED = "User not registered in the Developer Dashboard"
LISTED_NEWER = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
PREMIUM = "Active premium subscription required for the owner of the app."
ANY = PlaylistId("0" * 22)


def status(code: int, message: str = "") -> Fault:
    return Fault(FaultKind.STATUS, status=code, message=message)


def text(code: int, words: str) -> Fault:
    return Fault(FaultKind.STATUS, status=code, text=words)


async def refusal_of_me(world: SpotifyWorld) -> SourceError | ScopeMissingError:
    with pytest.raises((SourceError, ScopeMissingError)) as caught:
        await world.client.me("ann")
    return caught.value


async def refusal_of_playlist(world: SpotifyWorld) -> SourceError | ScopeMissingError:
    with pytest.raises((SourceError, ScopeMissingError)) as caught:
        await world.client.playlist("ann", ANY, own_id=ANN.id)
    return caught.value


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (status(401, "The access token expired"), TokenRefusedError),
        (status(401, "Access token missing"), TokenRefusedError),
        (text(401, "Unauthorized"), TokenRefusedError),
        (text(401, ""), TokenRefusedError),
        (text(403, LISTED), NotAllowlistedError),
        (status(403, LISTED), NotAllowlistedError),
        (text(403, LISTED_NEWER), NotAllowlistedError),
        (text(403, PREMIUM), OwnerPremiumError),
        (status(403, PREMIUM), OwnerPremiumError),
        (status(403, "Insufficient client scope"), ScopeMissingError),
        (status(403, "Forbidden"), SpotifyRejectedError),
        (status(403), SpotifyRejectedError),
        (text(403, ""), SpotifyRejectedError),
        (status(404, "Resource not found"), SpotifyNotFoundError),
        (text(404, "Not here"), SpotifyNotFoundError),
        (status(410), SpotifyNotFoundError),
        (status(400, "Invalid limit"), SpotifyRejectedError),
        (text(418, "I am a teapot"), SpotifyRejectedError),
    ],
)
async def test_each_refusal_has_its_own_meaning_and_costs_one_call(
    fault: Fault, expected: type[Exception]
) -> None:
    async with spotify_world(faults=[fault]) as world:
        assert type(await refusal_of_me(world)) is expected
        assert len(world.server.calls) == 1
        if expected is not OwnerPremiumError:
            await world.client.me("ann")  # and nothing of it stays behind


@pytest.mark.parametrize("fault", [status(403, "Forbidden"), status(403), text(403, "")])
async def test_an_unnamed_403_about_a_playlist_is_about_the_playlist(fault: Fault) -> None:
    async with spotify_world(faults=[fault]) as world:
        assert type(await refusal_of_playlist(world)) is PlaylistNotReadableError


async def test_what_was_said_is_kept_for_the_operator() -> None:
    async with spotify_world(faults=[text(418, "I am\na teapot")]) as world:
        error = await refusal_of_me(world)
    assert isinstance(error, SpotifyRejectedError)
    assert (error.status, error.problem) == (418, "I am a teapot")


async def test_somebody_who_is_not_listed_is_told_so_by_every_call() -> None:
    async with spotify_world() as world:
        for call in (
            world.client.me("stranger"),
            world.client.playlists("stranger", own_id="x"),
            world.client.liked_page("stranger", 0),
        ):
            with pytest.raises(NotAllowlistedError):
                await call


async def test_without_the_scope_the_missing_one_is_named() -> None:
    async with spotify_world() as world:
        with pytest.raises(ScopeMissingError) as caught:
            await world.client.liked_page("ann-nothing", 0)
    assert caught.value.scopes == {"user-library-read"} <= READ_SCOPES


async def test_a_lapsed_premium_of_the_owner_stops_all_calls_for_a_while() -> None:
    async with spotify_world() as world:
        world.server.has_premium = False
        for _ in range(3):
            assert isinstance(await refusal_of_me(world), OwnerPremiumError)
        assert len(world.server.calls) == 1

        world.server.has_premium = True
        world.time.at += OWNER_REST.total_seconds()
        await world.client.me("ann")


@pytest.mark.parametrize("wait_s", [1, 7, 30])
async def test_a_short_rest_is_waited_for(wait_s: int) -> None:
    async with spotify_world(faults=[Fault(FaultKind.RATE_LIMIT, retry_after_s=wait_s)]) as world:
        await world.client.me("ann")
        assert sum(world.time.slept) >= wait_s
        assert world.ledger.admitted == 2
        assert world.ledger.blocks == []


@pytest.mark.parametrize("wait_s", [60, 119])
async def test_a_rest_that_nobody_can_wait_for_is_said_at_once(wait_s: int) -> None:
    async with spotify_world(faults=[Fault(FaultKind.RATE_LIMIT, retry_after_s=wait_s)]) as world:
        error = await refusal_of_me(world)
        assert isinstance(error, RateLimitedError)
        assert error.retry_after_s == pytest.approx(wait_s, abs=1)
        assert world.time.slept == []
        assert isinstance(await refusal_of_me(world), RateLimitedError)
        assert len(world.server.calls) == 1, "one rest for everybody"


async def test_a_429_that_names_no_rest_is_waited_for_a_little() -> None:
    async with spotify_world(faults=[Fault(FaultKind.RATE_LIMIT)]) as world:
        await world.client.me("ann")
        assert 5 <= sum(world.time.slept) <= 10


async def test_a_429_of_plain_text_is_a_rate_limit_too() -> None:
    fault = Fault(FaultKind.RATE_LIMIT, retry_after_s=3, text="Too many requests")
    async with spotify_world(faults=[fault]) as world:
        await world.client.me("ann")
        assert world.ledger.blocks == []


@pytest.mark.parametrize("as_date", [False, True])
async def test_a_spent_quota_is_remembered_until_it_returns(as_date: bool) -> None:
    fault = Fault(FaultKind.QUOTA, retry_after_s=48_925, as_date=as_date)
    async with spotify_world(faults=[fault]) as world:
        error = await refusal_of_me(world)
        assert isinstance(error, QuotaExceededError)
        assert error.until - world.time.now() == timedelta(seconds=48_925)
        assert world.ledger.blocks == [error.until]

        for _ in range(3):
            again = await refusal_of_me(world)
            assert isinstance(again, QuotaExceededError)
            assert again.until == error.until
        assert len(world.server.calls) == 1, "nobody knocks while the quota is gone"
        assert sum(world.time.slept) < 2, "only the gap that is kept between any two calls"

        world.time.at += 48_925
        await world.client.me("ann")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(FaultKind.QUOTA), UNNAMED_QUOTA_REST),
        (Fault(FaultKind.QUOTA, retry_after="soon"), UNNAMED_QUOTA_REST),
        (Fault(FaultKind.QUOTA, retry_after="999999999"), LONGEST_QUOTA_REST),
        (Fault(FaultKind.QUOTA, retry_after="-5"), timedelta(seconds=1)),
        (Fault(FaultKind.RATE_LIMIT, retry_after_s=50_000), timedelta(seconds=50_000)),
        (Fault(FaultKind.RATE_LIMIT, retry_after_s=601, text="Too many requests"), timedelta(seconds=601)),
    ],
)
async def test_the_rest_of_a_quota_is_believed_within_bounds(fault: Fault, expected: timedelta) -> None:
    async with spotify_world(faults=[fault]) as world:
        error = await refusal_of_me(world)
        assert isinstance(error, QuotaExceededError)
        assert error.until - world.time.now() == expected


async def test_the_quota_can_end_in_the_middle_of_a_list() -> None:
    async with spotify_world(quota=4) as world:
        listed = world.library.add(ANN, "Long", rows_of(TRACKS[:400]))
        summary, first = await world.client.playlist("ann", listed.id, own_id=ANN.id)
        with pytest.raises(QuotaExceededError):
            await world.client.rows("ann", summary, first=first)
        assert len(world.server.calls) == 5


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        status(502),
        text(503, "upstream connect error or disconnect/reset before headers"),
        Fault(FaultKind.HTML),
        Fault(FaultKind.GARBAGE),
        Fault(FaultKind.CUT_JSON),
        Fault(FaultKind.TRUNCATED),
        Fault(FaultKind.RESET),
        Fault(FaultKind.EMPTY),
        Fault(FaultKind.REDIRECT),
    ],
    ids=lambda fault: f"{fault.kind.name}-{fault.status}",
)
async def test_what_may_be_gone_at_the_next_try_is_tried_again_and_every_try_is_counted(fault: Fault) -> None:
    async with spotify_world(faults=[fault, fault]) as world:
        await world.client.me("ann")
        # A kept connection that breaks before any answer makes aiohttp itself knock once more.
        unseen = int(fault.kind is FaultKind.RESET)
        assert world.ledger.admitted <= len(world.server.calls) == 3 <= world.ledger.admitted + unseen
        assert world.server.trapped == [], "a redirect is never followed"

    async with spotify_world() as world:
        world.server.always = fault
        assert isinstance(await refusal_of_me(world), SourceUnavailableError)
        assert world.ledger.admitted == 3


@pytest.mark.parametrize("kind", [FaultKind.SILENCE, FaultKind.DRIP, FaultKind.ENDLESS, FaultKind.BOMB])
async def test_an_answer_that_never_ends_does_not_keep_anybody(kind: FaultKind) -> None:
    async with spotify_world(patience=QUICK) as world:
        world.server.always = Fault(kind)
        error = await refusal_of_me(world)
        world.server.closing.set()
    assert isinstance(error, SourceUnavailableError)
    assert not isinstance(error, SpotifyError)


async def test_spotify_that_is_down_is_left_alone() -> None:
    async with spotify_world() as world:
        world.server.always = status(503)
        for _ in range(5):
            await refusal_of_me(world)
        knocked = len(world.server.calls)
        assert knocked <= 6
        await refusal_of_me(world)
        assert len(world.server.calls) == knocked


@pytest.mark.parametrize("shape", [Shape.NEW, Shape.OLD, Shape.EXTENDED])
async def test_the_way_to_the_rows_is_found_once(shape: Shape) -> None:
    async with spotify_world(shape) as world:
        world.server.embeds_rows = False
        first, second = (world.library.add(ANN, name, rows_of(TRACKS[:120])) for name in "ab")
        for listed in (first, second):
            summary, page = await world.client.playlist("ann", listed.id, own_id=ANN.id)
            assert len((await world.client.rows("ann", summary, first=page)).tracks) == 120
        assert len(world.server.calls) == 2 * (1 + 3) + (shape is Shape.OLD)
