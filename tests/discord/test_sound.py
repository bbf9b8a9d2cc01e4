"""Sound files from the upload to the card, and what leaves the machine on the way."""

from __future__ import annotations

import io
import time
import wave
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.app import App
from sandbox.playlists import load
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.reccobeats_analysis import MOST_BYTES, SandboxAnalysis
from sandbox.sample_catalogue import sample_catalogue
from sandbox.sounds import Piece, encode, render, tagged_mp3
from services.compute import ComputePool
from services.domain.features import SOUND_FEATURES, Feature, Origin
from services.domain.sound import CLIP_SOURCE, SOUND_SOURCE
from services.storage.schema.people import heard_sounds, jobs, sound_offers
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room, keep_no_connection, open_app
from tests.discord.samples import exportify
from tests.discord.test_message_menu import menu_on
from tests.discord.test_refusals import answer_of

PIECE = Piece(style="dance", seed=3, bpm=124.0, tonic=9, is_major=True, length_s=40.0)
OTHER = Piece(style="waltz", seed=1, bpm=150.0, tonic=7, is_major=True, length_s=10.0)
PRESS = "Send 1 x 30 seconds to ReccoBeats?"


@cache
def mp3(piece: Piece) -> bytes:
    return encode(render(piece), 44_100, "mp3")


@pytest.fixture
def reccobeats() -> SandboxReccoBeats:
    return SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)


@pytest.fixture
def analysis(reccobeats: SandboxReccoBeats) -> SandboxAnalysis:
    return reccobeats.analysis


@pytest.fixture
async def app(tmp_path: Path, pool: ComputePool, reccobeats: SandboxReccoBeats) -> AsyncIterator[App]:
    server = TestServer(keep_no_connection(reccobeats.app()))
    await server.start_server()
    try:
        async with open_app(tmp_path, pool, reccobeats_url=str(server.make_url("/v1"))) as opened:
            yield opened
    finally:
        reccobeats.closing.set()
        await server.close()


async def rows(app: App, table: Any) -> list[Any]:
    async with app.database.reading() as connection:
        return list((await connection.execute(select(table))).mappings())


async def last_report(room: Room) -> Any:
    reports = room.app.workflows.reports
    (newest,) = await reports.recent(room.ann.id, 1)
    return (await reports.open(newest.report_id, room.ann.id)).report


async def test_two_lists_without_any_sound_are_not_told_about_sound(room: Room) -> None:
    files = {"file": ("a.csv", exportify(20)), "file2": ("b.csv", exportify(20))}
    answer = await answer_of(await room.ann.slash(room.channel, "analyze", **files))
    assert "2 lists" in text_of(answer)
    assert "sound" not in text_of(answer)
    assert len(room.env.refusals()) == 1


async def test_one_file_is_measured_here_and_nothing_of_it_leaves(
    room: Room, analysis: SandboxAnalysis
) -> None:
    content = tagged_mp3(mp3(PIECE), TIT2="Dark Water", TPE1="Nobody Known")
    card = await room.analyze("water.mp3", content=content)
    check_message(card)
    words = text_of(card)
    assert words.startswith("## Nobody Known – Dark Water")
    assert "124.0\u00a0BPM" in words
    assert "A major or F♯ minor" in words
    assert "LUFS" in words
    assert "0:40, stereo, 44.1 kHz" in words
    assert "Tempo measured from the sound; 8 of 9 features estimated." in words
    assert "Nothing of it has been sent" in words
    assert PRESS in custom_ids(card)
    assert analysis.calls == []
    (entry,) = (await last_report(room)).tracks
    assert entry.provenance[Feature.TEMPO].origin is Origin.SOUND
    assert entry.provenance[Feature.TEMPO].source == SOUND_SOURCE
    assert {entry.provenance[each].origin for each in SOUND_FEATURES if each is not Feature.TEMPO} == {
        Origin.IMPUTED
    }
    assert entry.standard_errors.energy > 0


async def test_a_press_sends_mono_clips_of_thirty_seconds_and_nothing_else(
    room: Room, analysis: SandboxAnalysis
) -> None:
    content = tagged_mp3(mp3(PIECE), TIT2="Secret Title", TPE1="Secret Artist")
    card = await room.analyze("secret-name.mp3", content=content, private=True)
    answer = (await room.ann.click(card, label=PRESS)).response
    check_message(answer)
    (call,) = analysis.calls
    (part,) = call.parts
    assert part.name == "audioFile"
    assert part.filename == "clip.wav"
    with wave.open(io.BytesIO(part.content)) as clip:
        assert clip.getnchannels() == 1
        assert clip.getnframes() <= 30 * clip.getframerate()
    assert len(part.content) <= MOST_BYTES
    for word in (b"ecret", b"ann", str(room.ann.id).encode()):
        assert word not in part.content
        assert word not in str(call.headers).encode()
    (entry,) = (await last_report(room)).tracks
    assert entry.provenance[Feature.ENERGY].origin is Origin.CLIP
    assert entry.provenance[Feature.ENERGY].source == CLIP_SOURCE
    assert entry.provenance[Feature.TEMPO].origin is Origin.SOUND
    words = text_of(answer)
    assert "8 of 9 features measured by ReccoBeats from clips" in words
    assert "ReccoBeats measured 1 of 1 clip" in words
    assert PRESS not in custom_ids(answer)


async def test_what_was_measured_once_is_not_sent_again_and_is_nobody_elses(
    room: Room, analysis: SandboxAnalysis
) -> None:
    content = mp3(PIECE)
    card = await room.analyze("a.mp3", content=content, private=True)
    await room.ann.click(card, label=PRESS)
    again = await room.analyze("renamed.mp3", content=content, private=True)
    assert PRESS not in custom_ids(again)
    assert "measured by ReccoBeats from clips" in text_of(again)
    assert len(analysis.calls) == 1
    bobs = (await room.bob.slash(room.channel, "analyze", file=("a.mp3", content), private=True)).response
    assert PRESS in custom_ids(bobs)


async def test_nothing_of_the_sound_is_kept_and_forget_takes_the_values_along(
    room: Room, app: App, tmp_path: Path
) -> None:
    content = mp3(PIECE)
    card = await room.analyze("a.mp3", content=content, private=True)
    assert all(row["content"] is None for row in await rows(app, jobs))
    await room.ann.click(card, label=PRESS)
    piece = content[len(content) // 2 : len(content) // 2 + 64]
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or piece not in file.read_bytes(), file
    assert len(await rows(app, heard_sounds)) == 1
    assert await rows(app, sound_offers)
    await app.workflows.privacy.forget(room.ann.id)
    assert not await rows(app, heard_sounds)
    assert not await rows(app, sound_offers)


async def test_somebody_else_can_not_send_my_sound(room: Room, analysis: SandboxAnalysis, env: Any) -> None:
    card = await room.analyze("a.mp3", content=mp3(OTHER))
    refused = (await room.bob.click(card, label=PRESS)).response
    assert "Only the person who asked" in text_of(refused)
    assert analysis.calls == []
    env.refusals()


async def test_a_file_is_placed_on_the_last_map(room: Room) -> None:
    await room.analyze("late-drive.csv")
    card = await room.analyze("a.mp3", content=mp3(PIECE))
    words = text_of(card)
    assert "On your map of **late\\-drive** it sounds most like **group " in words
    assert "Nearest: " in words
    (picture,) = card.attachments
    assert "Ringed: your file, a." in (picture.description or "")


async def test_a_shared_file_is_posted_as_it_was_shown(room: Room) -> None:
    await room.analyze("late-drive.csv", private=True)
    card = await room.analyze("a.mp3", content=mp3(PIECE), private=True)
    await room.analyze("sunday-kitchen.csv", private=True)
    shared = (await room.ann.click(card, label="Share")).response
    check_message(shared)
    assert "late\\-drive" in text_of(shared)
    assert text_of(card).startswith(text_of(shared))
    assert "Share" not in custom_ids(shared)
    assert [each.description for each in shared.attachments] == [
        each.description for each in card.attachments
    ]


async def test_the_message_menu_takes_all_sound_of_a_message_and_says_what_it_could_not_measure(
    room: Room,
) -> None:
    files = (
        ("one.mp3", mp3(OTHER)),
        ("cover.png", b"\x89PNG\r\n\x1a\n"),
        ("two.flac", encode(render(PIECE), 44_100, "flac")),
        ("quiet.wav", encode(render(OTHER) * 0.0, 44_100)),
        ("broken.ogg", b"OggS" + bytes(24) + b"\x01vorbis" + bytes(90)),
    )
    card = (await menu_on(room, "demos", *files)).response
    check_message(card)
    words = text_of(card)
    assert card.ephemeral
    assert "2 tracks · Sound files" in words
    assert "silent from beginning to end\\: quiet.wav" in words
    assert "can be decoded\\: broken.ogg" in words


async def test_an_archive_and_a_list_come_together(room: Room) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("album/01 - Nobody Known - Dark Water.mp3", mp3(OTHER))
        archive.writestr("album/cover.jpg", b"\xff\xd8\xff")
    listed = b"Track Name,Artist Name(s)\nDark Water,Nobody Known\nOther Song,Somebody\n"
    result = await room.ann.slash(
        room.channel,
        "analyze",
        file=("album.zip", packed.getvalue()),
        file2=("list.csv", listed),
        private=True,
    )
    card = result.response
    assert "1 sound file found its track in the list." in text_of(card)
    report = await last_report(room)
    assert [entry.track.title for entry in report.tracks] == ["Dark Water", "Other Song"]
    assert report.tracks[0].provenance[Feature.TEMPO].origin is Origin.SOUND
    assert report.tracks[1].track.sound is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.m4a", lambda: b"\x00\x00\x00\x20ftypM4A " + bytes(40), "M4A"),
        ("a.mp3", lambda: mp3(replace(OTHER, length_s=2.0)), "Below 5 seconds"),
        ("a.wav", lambda: encode(np.zeros((441_000, 2)), 44_100), "silent from beginning to end"),
        ("a.flac", lambda: b"fLaC" + bytes(400), "nothing in it can be decoded"),
    ],
)
async def test_each_refusal_has_a_sentence_of_its_own(
    room: Room, env: Any, name: str, content: Callable[[], bytes], words: str
) -> None:
    result = await room.ann.slash(room.channel, "analyze", file=(name, content()))
    assert words in text_of(result.followups[-1] if result.followups else result.response)
    env.refusals()


async def test_a_tagged_recording_is_looked_up_like_any_track(
    room: Room, reccobeats: SandboxReccoBeats
) -> None:
    known = next(each for each in reccobeats.catalogue.tracks if each.known and each.track.isrc)
    content = tagged_mp3(mp3(OTHER), TIT2=known.track.title, TPE1="X", TSRC=known.track.isrc or "")
    await room.analyze("a.mp3", content=content, private=True)
    assert known.track.isrc in reccobeats.ids_asked
    (entry,) = (await last_report(room)).tracks
    assert entry.provenance[Feature.ENERGY].origin is Origin.BORROWED
    assert entry.provenance[Feature.TEMPO].origin is Origin.SOUND
    quality = (await room.ann.slash(room.channel, "quality")).response
    assert "Two sources of one track" in text_of(quality)
    assert "its sound, measured here" in text_of(quality)


async def test_the_list_of_a_playlist_shows_no_sound(room: Room) -> None:
    card = await room.analyze("late-drive.csv", content=load("late-drive.csv"))
    assert not any(label.startswith("Send") for label in custom_ids(card))
