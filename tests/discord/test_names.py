"""Lists of names without ids, from the upload to the card with measured features."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.catalogue import CatalogueTrack, build_catalogue, invented_id
from sandbox.labs import SandboxLabs
from sandbox.listenbrainz import SandboxListenBrainz, SandboxListener
from sandbox.reccobeats import SandboxReccoBeats
from services.compute import ComputePool
from tests.discord.cards import check_message, custom_ids, text_of, walk
from tests.discord.conftest import Room, furnish, keep_no_connection, open_app, simulate

CATALOGUE = build_catalogue()
KNOWN = [entry for entry in CATALOGUE.tracks if entry.known]
LISTENER = SandboxListener("annie", top=[entry.track for entry in KNOWN[:30]])


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    async with TestServer(keep_no_connection(app)) as server:
        yield str(server.make_url("")).rstrip("/")


@dataclass(frozen=True, slots=True)
class NamedRoom:
    room: Room
    labs: SandboxLabs
    listenbrainz: SandboxListenBrainz
    reccobeats: SandboxReccoBeats


@asynccontextmanager
async def open_room(folder: Path, pool: ComputePool, **settings: object) -> AsyncIterator[NamedRoom]:
    """Open a room whose bot asks loopback services about names."""
    labs = SandboxLabs(CATALOGUE, clock=time.monotonic)
    listenbrainz = SandboxListenBrainz(CATALOGUE, clock=time.monotonic, users=[LISTENER])
    reccobeats = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with (
        serve(labs.app()) as labs_url,
        serve(listenbrainz.app()) as api_url,
        serve(reccobeats.app()) as recco_url,
        open_app(
            folder,
            pool,
            listenbrainz_labs_url=labs_url,
            listenbrainz_url=api_url,
            reccobeats_url=f"{recco_url}/v1",
            **settings,
        ) as app,
        simulate(app) as env,
    ):
        yield NamedRoom(await furnish(app, env), labs, listenbrainz, reccobeats)


@pytest.fixture
async def named(tmp_path: Path, pool: ComputePool) -> AsyncIterator[NamedRoom]:
    async with open_room(tmp_path, pool) as opened:
        yield opened


def list_of(entries: Iterable[CatalogueTrack], *, longer_ms: int = 0) -> bytes:
    """Write a table of names as a music program exports it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Name", "Artist", "Album", "Duration (ms)"])
    for entry in entries:
        track = entry.track
        writer.writerow(
            [track.title, ", ".join(track.artists), track.album, (track.duration_ms or 0) + longer_ms]
        )
    return out.getvalue().encode()


async def test_a_list_of_names_becomes_a_map_with_measured_features(named: NamedRoom) -> None:
    card = await named.room.analyze("apple.csv", content=list_of(KNOWN[:40]))
    check_message(card)
    words = text_of(card)
    assert "40 tracks were found by name." in words
    assert "All 40 tracks borrowed from the same recording." in words


async def test_with_the_switch_off_no_name_leaves_the_machine(tmp_path: Path, pool: ComputePool) -> None:
    reccobeats = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with (
        serve(reccobeats.app()) as url,
        open_app(tmp_path, pool, reccobeats_url=f"{url}/v1") as app,
        simulate(app) as env,
    ):
        room = await furnish(app, env)
        card = await room.analyze("apple.csv", content=list_of(KNOWN[:20]))
    assert reccobeats.calls == []
    assert "by name" not in text_of(card)


async def test_a_pasted_link_shows_title_and_artist(named: NamedRoom) -> None:
    links = "\n".join(f"https://open.spotify.com/track/{entry.track.id}" for entry in KNOWN[:14])
    card = await named.room.analyze("links.txt", content=links.encode())
    exported = (await named.room.ann.click(card, label="Export")).response
    table = (await exported.attachments[0].read()).decode()
    assert all(entry.track.title in table for entry in KNOWN[:14])
    assert "without names" not in text_of(card)


async def test_links_that_nobody_can_name_are_counted_with_their_places(named: NamedRoom) -> None:
    ids = [entry.track.id for entry in KNOWN[:14]] + [invented_id(f"lost {n}") for n in range(2)]
    links = "\n".join(f"https://open.spotify.com/track/{each}" for each in ids)
    words = text_of(await named.room.analyze("links.txt", content=links.encode()))
    assert (
        "2 tracks without names; what is behind their links is not known (places 15 and 16)."
        in words.replace("\\", "")
    )
    assert not any(f"track {each}" in words for each in ids)


async def test_a_redrawn_map_counts_links_without_names_once(named: NamedRoom) -> None:
    ids = [entry.track.id for entry in KNOWN[:14]] + [invented_id(f"lost {n}") for n in range(2)]
    links = "\n".join(f"https://open.spotify.com/track/{each}" for each in ids)
    card = await named.room.analyze("links.txt", content=links.encode())
    quality = (await named.room.ann.click(card, label="Quality")).response
    again = (await named.room.ann.click(quality, label="Redraw the map")).response
    assert text_of(again).count("without names") == 1


async def test_doubtful_finds_are_asked_in_one_list_and_count_for_their_person_alone(
    named: NamedRoom,
) -> None:
    room = named.room
    content = list_of(KNOWN[:12]).decode() + list_of(KNOWN[12:15], longer_ms=9_000).decode().split("\n", 1)[1]
    card = await room.analyze("apple.csv", content=content.encode())
    assert "3 of 15 names are doubtful" in text_of(card)
    asked = (await room.ann.click(card, label="Same song? (3)")).response
    check_message(asked)
    words = text_of(asked)
    assert "3 of 15 tracks are doubtful" in words
    assert KNOWN[12].track.title in words
    menu = custom_ids(asked)["Take those that are the same song…"]
    rows = [option["value"] for part in walk(asked.components) for option in part.get("options", [])]
    taken = (await room.ann.select(asked, rows[:1], custom_id=menu)).response
    assert "1 track taken" in text_of(taken)
    skipped = (await room.ann.click(taken, label="Skip all 2")).response
    assert "2 tracks skipped" in text_of(skipped)
    again = (await room.ann.click(skipped, label="Redraw the map")).response
    assert "2 of 15 names were not found" in text_of(again)
    other = await room.bob.slash(room.channel, "analyze", file=("apple.csv", content.encode()))
    assert "3 of 15 names are doubtful" in text_of(other.response)


async def test_a_name_at_listenbrainz_is_enough_for_a_map(named: NamedRoom) -> None:
    room = named.room
    result = await room.ann.slash(room.channel, "analyze", **{"from": "listenbrainz:annie"})
    words = text_of(result.response)
    assert "Top tracks of annie" in words
    assert "30 tracks · ListenBrainz" in words
    assert "A public list at" in words


async def test_a_name_at_listenbrainz_is_a_source_to_compare_with(named: NamedRoom) -> None:
    room = named.room
    card = (await room.ann.slash(room.channel, "group start")).response
    brought = await room.ann.slash(room.channel, "group source", **{"from": "listenbrainz:annie"})
    words = text_of(brought.followups[-1] if brought.followups else brought.response)
    assert "You bring" in words
    assert "Top tracks of annie" in words
    assert "1 ready" in text_of(card)
    gone = await room.ann.slash(room.channel, "group source", **{"from": "listenbrainz:nobody"})
    assert "shows nothing for “nobody”" in text_of(gone.followups[-1] if gone.followups else gone.response)
    assert "1 ready" in text_of(card), "what was brought before stays"
    room.env.refusals()


async def test_a_name_that_is_not_there_and_a_service_that_is_off_are_said(named: NamedRoom) -> None:
    room = named.room
    gone = await room.ann.slash(room.channel, "analyze", **{"from": "listenbrainz:nobody"})
    assert "shows nothing for “nobody”" in text_of(gone.followups[-1] if gone.followups else gone.response)
    off = await room.ann.slash(room.channel, "analyze", **{"from": "lastfm:annie"})
    assert "has not switched Last.fm on" in text_of(off.followups[-1] if off.followups else off.response)
    wrong = await room.ann.slash(room.channel, "analyze", **{"from": "just words"})
    assert "is no name that I can look up" in text_of(wrong.response)
    room.env.refusals()


async def test_a_link_of_another_service_is_answered_with_the_way_that_works(named: NamedRoom) -> None:
    room = named.room
    for link, service in (
        ("https://music.apple.com/de/playlist/abc/pl.123", "Apple Music"),
        ("https://music.youtube.com/playlist?list=PL1", "YouTube"),
        ("https://www.deezer.com/playlist/123", "Deezer"),
    ):
        answer = await room.ann.slash(room.channel, "analyze", playlist=link)
        words = text_of(answer.followups[-1] if answer.followups else answer.response)
        assert f"I can't read playlists at {service} directly." in words.replace("\\", "")
    room.env.refusals()


async def test_a_link_that_leads_to_no_playlist_is_said_before_anybody_is_told_to_log_in(
    named: NamedRoom,
) -> None:
    room = named.room
    for link, said in (
        ("https://example.org/x", "I can't read a playlist from this link."),
        ("https://open.spotify.com/album/1ATL5GLyefJaxhQzSPVrLX", "leads to an album; I read playlists."),
        ("https://open.spotify.com/intl-de/artist/4Z8W4fKeB5YxbusRsdQVPb?si=1", "leads to an artist"),
        ("spotify:show:4Z8W4fKeB5YxbusRsdQVPb", "leads to a podcast"),
        ("https://open.spotify.com/user/robin", "somebody's profile"),
    ):
        answer = await room.ann.slash(room.channel, "analyze", playlist=link)
        words = text_of(answer.followups[-1] if answer.followups else answer.response)
        assert said in words
    room.env.refusals()
