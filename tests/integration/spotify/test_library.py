"""Reading people's own playlists: what it costs, what is kept, what still works when Spotify does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from cogs.words.messages import note_lines, progress_line
from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import ODD_ROWS, Grant, Row, RowKind, rows_of
from services.domain.errors.playlists import EmptyPlaylistError, PlaylistTooLongError
from services.domain.errors.sources import (
    NotLinkedError,
    OwnerPremiumError,
    PlaylistNotReadableError,
    QuotaExceededError,
    ScopeMissingError,
    SourceUnavailableError,
    SpotifyNotFoundError,
    TokenRefusedError,
)
from services.domain.messages import Progress
from services.domain.music import Playlist, PlaylistSource, SkipReason
from services.domain.spotify import READ_SCOPES
from services.storage.spotify import LibraryStore, PlaylistStore
from services.workflows.library import KEPT_AFTER_USE, KEPT_AT_MOST
from tests.integration.spotify.conftest import KIM, NOBODY, SAM, Reading
from tests.unit.services.sources.spotify_world import ANN, BOB, TOKENS, TRACKS


def ids(playlist: Playlist) -> list[str | None]:
    return [track.id for track in playlist.tracks]


@pytest.mark.parametrize("count", [40, 100, 170])
async def test_an_unchanged_playlist_costs_one_call(reading: Reading, count: int) -> None:
    listed = reading.world.library.add(ANN, "Walk", [*rows_of(TRACKS[:count]), ODD_ROWS[0]])
    first = await reading.library.read(SAM, listed.id)
    assert ids(first) == [track.id for track in TRACKS[:count]]
    assert (first.name, first.source, first.id, first.snapshot_id) == (
        "Walk",
        PlaylistSource.SPOTIFY,
        listed.id,
        listed.snapshot_id,
    )
    assert [(each.reason, each.count) for each in first.skipped] == [(SkipReason.LOCAL_FILE, 1)]

    before = reading.calls
    listed.name = "Walk, renamed"
    again = await reading.library.read(SAM, listed.id)
    assert reading.calls == before + 1
    assert again == replace(first, name="Walk, renamed")

    listed.change([*listed.rows, Row(RowKind.TRACK, TRACKS[300])])
    changed = await reading.library.read(SAM, listed.id)
    assert ids(changed) == [*ids(first), TRACKS[300].id]


async def test_liked_songs_that_have_not_changed_cost_one_call(reading: Reading) -> None:
    liked = reading.world.library.liked[ANN.id] = rows_of(TRACKS[:130])
    first = await reading.library.read_liked(SAM)
    assert (first.name, first.id, len(first.tracks), reading.calls) == ("Liked Songs", None, 130, 3)

    assert await reading.library.read_liked(SAM) == first
    assert reading.calls == 4

    liked.insert(0, Row(RowKind.TRACK, TRACKS[300], added_at=reading.world.time.now()))
    assert ids(await reading.library.read_liked(SAM))[:2] == [TRACKS[300].id, TRACKS[0].id]

    reading.later(hours=25)
    before = reading.calls
    await reading.library.read_liked(SAM)
    assert reading.calls == before + 3, "without a snapshot nothing is trusted for longer than a day"


async def test_progress_is_said_page_by_page(reading: Reading) -> None:
    lines: list[str] = []

    async def say(progress: Progress) -> None:
        lines.append(progress_line(progress))

    listed = reading.world.library.add(ANN, "Walk", rows_of(TRACKS[:230]))
    await reading.library.read(SAM, listed.id, say=say)
    assert lines == [f"Reading the playlist: {done} of 230 rows…" for done in (100, 150, 200)]


async def test_a_playlist_that_changes_between_its_pages_is_read_as_one_version(reading: Reading) -> None:
    listed = reading.world.library.add(ANN, "Busy", rows_of(TRACKS[:180]))
    other = rows_of(reversed(TRACKS[:180]))

    def reorder(_request: web.Request) -> None:
        if reading.calls == 2 and listed.version == 1:
            listed.change(other)

    reading.world.server.before = reorder
    playlist = await reading.library.read(SAM, listed.id)
    assert ids(playlist) == [track.id for track in reversed(TRACKS[:180])]
    assert playlist.snapshot_id == listed.snapshot_id
    assert playlist.notes == ()


async def test_a_long_playlist_that_changes_on_the_way_says_so_and_is_read_anew_next_time(
    reading: Reading,
) -> None:
    listed = reading.world.library.add(ANN, "Busy", rows_of(TRACKS[:650]))

    def reorder(_request: web.Request) -> None:
        if reading.calls == 5 and listed.version == 1:
            listed.change(list(reversed(listed.rows)))

    reading.world.server.before = reorder
    playlist = await reading.library.read(SAM, listed.id)
    assert "being changed" in note_lines(playlist.notes)[-1]
    assert reading.calls == 1 + 11 + 1, "not paid for twice"
    again = await reading.library.read(SAM, listed.id)
    assert ids(again) == list(listed.track_ids)
    assert again.notes == ()


async def test_what_one_persons_login_read_is_not_shown_to_another(reading: Reading) -> None:
    private = reading.world.library.add(ANN, "Diary", rows_of(TRACKS[:20]))
    public = reading.world.library.add(ANN, "Open diary", rows_of(TRACKS[:20]), is_public=True)
    await reading.library.read(SAM, private.id)
    await reading.library.read(SAM, public.id)

    with pytest.raises(SpotifyNotFoundError):
        await reading.library.read(KIM, private.id)
    with pytest.raises(PlaylistNotReadableError) as caught:
        await reading.library.read(KIM, public.id)
    assert caught.value.name == "Open diary"
    with pytest.raises(NotLinkedError):
        await reading.library.read(NOBODY, public.id)


async def test_a_closed_playlist_is_not_knocked_at_twice(reading: Reading) -> None:
    public = reading.world.library.add(ANN, "Open diary", rows_of(TRACKS[:20]), is_public=True)
    for calls in (2, 3, 4):
        with pytest.raises(PlaylistNotReadableError):
            await reading.library.read(KIM, public.id)
        assert reading.calls == calls

    public.collaborators.add(BOB.id)
    assert len((await reading.library.read(KIM, public.id)).tracks) == 20


async def test_a_playlist_that_was_taken_away_is_forgotten(reading: Reading) -> None:
    listed = reading.world.library.add(BOB, "Shared", rows_of(TRACKS[:20]), is_collaborative=True)
    reading.world.library.saved[ANN.id] = [listed.id]
    await reading.library.read(SAM, listed.id)
    listed.is_collaborative = False
    reading.world.library.saved[ANN.id] = []
    with pytest.raises(SpotifyNotFoundError):
        await reading.library.read(SAM, listed.id)
    assert await PlaylistStore(reading.database).export_of(SAM) == []


async def test_without_quota_what_was_read_lately_still_works_and_says_when_more_will(
    reading: Reading,
) -> None:
    world = reading.world
    listed = world.library.add(ANN, "Walk", rows_of(TRACKS[:120]))
    other = world.library.add(ANN, "Never read", rows_of(TRACKS[:20]))
    world.library.liked[ANN.id] = rows_of(TRACKS[:60])
    first = await reading.library.read(SAM, listed.id)
    await reading.library.read_liked(SAM)
    await reading.library.current(SAM)
    reading.later(hours=3)
    world.server.quota = 0

    again = await reading.library.read(SAM, listed.id)
    assert again.tracks == first.tracks
    (note,) = note_lines(again.notes)
    assert note == (
        "Spotify's daily quota for this bot is used up and returns in 14 hours; "
        "this is the playlist as I read it 3 hours ago."
    )
    knocked = reading.calls
    assert "as I read it 3 hours ago" in note_lines((await reading.library.read_liked(SAM)).notes)[0]
    notice = (await reading.library.current(SAM)).notice
    assert notice is not None
    assert "the list as I read it 3 hours ago" in note_lines([notice])[0]
    with pytest.raises(QuotaExceededError) as caught:
        await reading.library.read(SAM, other.id)
    returns_in = caught.value.until - world.time.now()
    assert timedelta(seconds=48_900) < returns_in <= timedelta(seconds=48_925)
    assert reading.calls == knocked, "once was enough to know"
    assert (await reading.library.calls.load(reading.library.clock())).blocked_until == caught.value.until

    reading.later(seconds=48_925)
    world.server.quota = None
    assert (await reading.library.read(SAM, listed.id)).notes == ()


async def test_our_own_budget_is_kept_and_a_long_list_is_not_begun_without_it(reading: Reading) -> None:
    calls = reading.library.calls
    long = reading.world.library.add(ANN, "Long", rows_of(TRACKS[:600]))
    short = reading.world.library.add(ANN, "Short", rows_of(TRACKS[:60]))
    calls.budget = 9
    with pytest.raises(PlaylistTooLongError):
        await reading.library.read(SAM, long.id)
    calls.budget = 11
    with pytest.raises(QuotaExceededError):
        await reading.library.read(SAM, long.id)
    assert reading.calls == 2
    assert len((await reading.library.read(SAM, short.id)).tracks) == 60


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(FaultKind.STATUS, status=503), SourceUnavailableError),
        (Fault(FaultKind.STATUS, status=403, text="Active premium subscription required"), OwnerPremiumError),
    ],
)
async def test_while_spotify_fails_what_was_read_lately_still_works(
    reading: Reading, fault: Fault, error: type[Exception]
) -> None:
    listed = reading.world.library.add(ANN, "Walk", rows_of(TRACKS[:20]))
    other = reading.world.library.add(ANN, "Never read", rows_of(TRACKS[:20]))
    await reading.library.read(SAM, listed.id)
    reading.world.server.always = fault

    playlist = await reading.library.read(SAM, listed.id)
    assert note_lines(playlist.notes)[0].startswith(
        "Spotify can't be asked at the moment; this is the playlist as I read"
    )
    with pytest.raises(error):
        await reading.library.read(SAM, other.id)


async def test_a_playlist_is_kept_for_a_day_after_its_use_and_thirty_days_at_most(reading: Reading) -> None:
    store = PlaylistStore(reading.database)
    listed = reading.world.library.add(ANN, "Walk", rows_of(TRACKS[:20]))
    await reading.library.read(SAM, listed.id)
    began = reading.world.time.now()

    reading.later(hours=23)
    assert await store.purge(reading.world.time.now()) == 0
    await reading.library.read(SAM, listed.id)
    reading.later(hours=25)
    assert await store.purge(reading.world.time.now()) == 1

    reads = 0
    while reading.world.time.now() < began + KEPT_AT_MOST + 3 * KEPT_AFTER_USE:
        await reading.library.read(SAM, listed.id)
        (row,) = await store.export_of(SAM)
        reads += row["fetched_at"] == reading.world.time.now().isoformat()
        assert row["expires_at"] <= (reading.world.time.now() + KEPT_AFTER_USE).isoformat()
        reading.later(hours=20)
    assert reads == 2, "after thirty days it is read anew although it never changed"


async def test_the_list_is_read_once_in_a_while_and_known_without_asking(reading: Reading) -> None:
    world = reading.world
    assert await reading.library.known(SAM) is None
    world.library.add(ANN, "Mine", rows_of(TRACKS[:3]))
    world.library.add(BOB, "Theirs", rows_of(TRACKS[:3]), is_public=True, followers=[ANN])
    world.library.liked[ANN.id] = rows_of(TRACKS[:7])
    library = await reading.library.current(SAM)
    assert [(each.name, each.is_readable) for each in library.playlists] == [
        ("Theirs", False),
        ("Mine", True),
    ]
    assert (library.liked, reading.calls) == (7, 2)

    assert await reading.library.current(SAM) == await reading.library.known(SAM) == library
    assert reading.calls == 2
    reading.later(minutes=11)
    await reading.library.current(SAM)
    assert reading.calls == 4
    with pytest.raises(NotLinkedError):
        await reading.library.current(NOBODY)


async def test_liked_songs_need_their_own_consent(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOKENS, "ann-lists", Grant(ANN, READ_SCOPES - {"user-library-read"}))
    reading.tokens.tokens[SAM] = "ann-lists"
    with pytest.raises(ScopeMissingError) as caught:
        await reading.library.read_liked(SAM)
    assert caught.value.scopes == {"user-library-read"}


async def test_a_refused_token_is_replaced_once_even_in_the_middle_of_a_list(reading: Reading) -> None:
    listed = reading.world.library.add(ANN, "Walk", rows_of(TRACKS[:250]))

    def expire(_request: web.Request) -> None:
        if reading.calls == 2 and not reading.tokens.refreshes:
            reading.world.server.faults.append(Fault(FaultKind.STATUS, status=401, text="expired"))

    reading.world.server.before = expire
    assert len((await reading.library.read(SAM, listed.id)).tracks) == 250
    assert reading.tokens.refreshes == [(SAM, "ann")]
    assert reading.calls == 1 + 3 + 1 + 1, "one page more, not the whole list"

    reading.world.server.before = lambda _request: None
    reading.world.server.always = Fault(FaultKind.STATUS, status=401)
    listed.change([])
    with pytest.raises(TokenRefusedError):
        await reading.library.read(SAM, listed.id)
    assert len(reading.tokens.refreshes) == 2


@pytest.mark.parametrize("rows", [[], list(ODD_ROWS)])
async def test_a_playlist_without_a_track_is_said_to_be_empty(reading: Reading, rows: list[Row]) -> None:
    listed = reading.world.library.add(ANN, "Nothing", rows)
    with pytest.raises(EmptyPlaylistError) as caught:
        await reading.library.read(SAM, listed.id)
    assert sum(each.count for each in caught.value.skipped) == len(rows)
    with pytest.raises(EmptyPlaylistError):
        await reading.library.read_liked(SAM)


async def test_nothing_is_left_of_somebody_who_leaves_while_their_playlist_is_read(reading: Reading) -> None:
    listed = reading.world.library.add(ANN, "Walk", rows_of(TRACKS[:120]))
    lines: list[str] = []

    async def leave(line: str) -> None:
        lines.append(line)
        reading.tokens.outlives = await reading.links.load(SAM)
        await reading.links.disconnect(SAM)

    await reading.library.read(SAM, listed.id, say=leave)
    assert lines
    assert await PlaylistStore(reading.database).export_of(SAM) == []
    await reading.library.refresh(SAM)
    assert await LibraryStore(reading.database).load(SAM) is None
