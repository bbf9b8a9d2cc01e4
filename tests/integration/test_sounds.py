"""Sound files in real worker processes: whatever a decoder does, it costs that file only."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from sandbox.sounds import Piece, encode, render, tagged_mp3
from services.compute import ComputePool
from services.domain.errors.playlists import (
    CostlySoundError,
    SoundError,
    TooManySoundsError,
    TooShortSoundError,
)
from services.domain.features import AudioFeatures
from services.domain.messages import NoteKind
from services.domain.music import Playlist, Skipped, SkipReason, Track
from services.sources.clock import utc_now
from services.workflows import sounds
from services.workflows.costly_files import CostlyFiles
from services.workflows.sounds import NamedFile, SoundsWorkflow, joined
from tests.depth import examples
from tests.integration import deadly

PIECE = Piece(style="rock", seed=0, bpm=120.0, tonic=0, is_major=True, length_s=6.0)
KINDS = ("wav", "aiff", "flac", "ogg", "opus", "mp3")


@pytest.fixture
async def compute() -> AsyncIterator[ComputePool]:
    pool = ComputePool(workers=1, preload=("services.audio.measuring",))
    yield pool
    await pool.aclose()


def workflow(compute: ComputePool, **options: Any) -> SoundsWorkflow:
    return SoundsWorkflow(compute=compute, costly=CostlyFiles(None, utc_now), clock=utc_now, **options)


async def test_a_decoder_that_dies_costs_its_file_and_no_other(
    compute: ComputePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds.tasks, "measure_sound", deadly.measure)
    good = encode(render(PIECE), 44_100)
    files = [NamedFile("a.wav", good), NamedFile("b.wav", deadly.DEADLY + good), NamedFile("c.wav", good)]
    found, beside = await asyncio.gather(
        workflow(compute).read(1, files), compute.run("somebody else's", len, "abc")
    )
    tracks, notes = found
    assert [track.title for track in tracks] == ["a", "c"]
    (refused,) = notes
    assert refused.kind is NoteKind.SOUND_REFUSED
    assert refused.names == ("too costly", "b.wav")
    assert beside == 3
    with pytest.raises(CostlySoundError):
        await workflow(compute).read(1, [files[1]])


async def test_tags_name_a_file_whose_sound_is_too_short_to_measure(compute: ComputePool) -> None:
    bare = encode(render(PIECE)[: 2 * 44_100], 44_100, "mp3")
    tagged = tagged_mp3(bare, TIT2="Song", TPE1="Ann", TSRC="QZABC2500001", TBPM="126", TKEY="8A")
    files = [NamedFile("tagged.mp3", tagged), NamedFile("bare.mp3", bare)]
    (track,), (refused,) = await workflow(compute).read(1, files)
    assert (track.label, track.isrc, track.sound, track.duration_ms) == (
        "Ann – Song",
        "QZABC2500001",
        None,
        None,
    )
    assert track.uploaded == AudioFeatures(tempo=126.0, key=9.0, mode=0.0)
    assert refused.names == ("too short", "tagged.mp3", "bare.mp3")
    with pytest.raises(TooShortSoundError):
        await workflow(compute).read(1, files[1:])


async def test_more_files_than_are_measured_at_once_are_refused_as_a_whole(compute: ComputePool) -> None:
    with pytest.raises(TooManySoundsError) as refused:
        await workflow(compute).read(1, [NamedFile("a.wav", b"")] * 11)
    assert (refused.value.count, refused.value.limit) == (11, 10)


def broken(content: bytes, dice: random.Random) -> bytes:
    """Break a file: flip bits, lie about lengths, cut it, repeat or insert pieces."""
    spoiled = bytearray(content)
    match dice.randrange(5):
        case 0:
            for _ in range(dice.randint(1, 60)):
                spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
        case 1:
            for _ in range(dice.randint(1, 6)):
                at = dice.randrange(min(len(spoiled), 200))
                spoiled[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x00" * 4, b"\x7f\xff\xff\xff"))
        case 2:
            del spoiled[dice.randrange(len(spoiled)) :]
        case 3:
            at = dice.randrange(len(spoiled))
            spoiled[at:at] = spoiled[: dice.randrange(4_000)]
        case _:
            at = dice.randrange(min(len(spoiled), 400))
            spoiled[at:at] = dice.randbytes(dice.randint(1, 300))
    return bytes(spoiled)


async def test_broken_files_end_in_a_measurement_or_a_refusal(compute: ComputePool) -> None:
    """Two thousand of them at night; a few dozen otherwise."""
    dice = random.Random(20261129)
    short = render(PIECE, rate_hz=48_000)
    good = [encode(short, 48_000, kind) for kind in KINDS]
    good.append(tagged_mp3(good[-1], TIT2="Song", TPE1="Somebody", TBPM="120", UFID="x" * 36))
    measured = 0
    for number in range(examples(12, 2_000)):
        content = broken(good[number % len(good)], dice)
        try:
            tracks, notes = await workflow(compute).read(1, [NamedFile(f"{number}.bin", content)])
        except SoundError:
            continue
        (track,) = tracks
        if track.sound is None:  # cut too short: its tags are what is left, and it is said
            assert [note.kind for note in notes] == [NoteKind.SOUND_REFUSED]
            continue
        measured += 1
        assert 5.0 <= track.sound.reading.length_s <= 720.0
    assert measured
    assert await compute.run("still there", len, "abc") == 3


def local(title: str, artist: str = "Somebody") -> Track:
    return Track(title=title, artists=(artist,))


@pytest.mark.parametrize(
    ("listed", "in_file", "kept"),
    [
        (("Jazz",), ("Rock",), ("Jazz",)),
        (("Other",), ("Rock",), ("Rock",)),
        (("Other",), (), ("Other",)),
        ((), ("Rock",), ("Rock",)),
    ],
)
def test_the_genre_in_a_sound_file_counts_where_its_list_says_none(
    listed: tuple[str, ...], in_file: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    playlist = Playlist(name="Mine", tracks=(replace(local("First"), genres=listed),))
    (track,) = joined(playlist, [replace(local("First"), genres=in_file)], ()).tracks
    assert track.genres == kept


async def test_sound_finds_its_track_in_a_list_by_isrc_or_by_name(compute: ComputePool) -> None:
    content = encode(render(PIECE), 44_100, "mp3")
    files = [
        NamedFile("x.mp3", tagged_mp3(content, TIT2="Renamed", TPE1="Nobody", TSRC="QZABC2500001")),
        NamedFile("02 - Somebody - Second (Remastered).mp3", content),
        NamedFile("Stranger - Third.mp3", content),
    ]
    found, notes = await workflow(compute).read(1, files)
    listed = Playlist(
        name="Mine",
        tracks=(Track(title="First", artists=("A",), isrc="qzabc2500001"), local("Second (Remastered)")),
        skipped=(Skipped(SkipReason.LOCAL_FILE, 2, ("Stranger – Third", "Other – Song")),),
    )
    together = joined(listed, found, notes)
    assert [track.title for track in together.tracks] == ["First", "Second (Remastered)", "Third"]
    assert all(track.sound is not None for track in together.tracks)
    assert together.skipped == (Skipped(SkipReason.LOCAL_FILE, 1, ("Other – Song",)),)
    (joined_note,) = together.notes
    assert (joined_note.kind, joined_note.count, joined_note.total) == (NoteKind.SOUNDS_JOINED, 2, 1)
