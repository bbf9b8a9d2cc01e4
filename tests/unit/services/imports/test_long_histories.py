"""A long history is counted without building an object for each play, and is the same list as before."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from services.domain.errors.playlists import DamagedFileError
from services.domain.music import Playlist, SkipReason
from services.imports import account, history
from services.imports.nested import cut
from services.imports.text import count_bytes, is_binary
from services.imports.upload import read_upload

from .samples import IDS, extended_play, zip_of

INDENTED: dict[str, Any] = {"indent": 2, "ensure_ascii": False}
COMPACT: dict[str, Any] = {"separators": (",", ":")}
PODCAST = {
    "master_metadata_track_name": None,
    "master_metadata_album_artist_name": None,
    "spotify_track_uri": None,
    "episode_name": "Talk",
}
AWKWARD = 'a "quote" \\ and }, {"ts": "ms_played": 1, {'


def plays(number: int = 400, distinct: int = 9, seed: int = 3) -> list[dict[str, object]]:
    dice = random.Random(seed)
    return [
        extended_play(dice.randrange(distinct), dice.choice([1_000, 29_999, 30_000])) for _ in range(number)
    ]


def written(rows: Sequence[object], layout: dict[str, Any]) -> bytes:
    return json.dumps(rows, **layout).encode()


def parsed_whole(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Playlist, ...]:
    with monkeypatch.context() as patch:
        patch.setattr(account, "cut", lambda _text: None)
        return read_upload(content)


@pytest.mark.parametrize("layout", [INDENTED, COMPACT, {}], ids=["indented", "compact", "one line"])
def test_only_the_first_play_of_each_track_is_parsed(
    layout: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = written(plays(), layout)
    parsed: list[str] = []
    monkeypatch.setattr(history, "json", _Watched(parsed))
    (playlist,) = read_upload(content)
    assert len(parsed) == len(playlist.tracks) == 9
    assert (playlist,) == parsed_whole(content, monkeypatch)


def test_plays_are_counted_from_thirty_seconds_on() -> None:
    rows = [extended_play(1, 30_000), extended_play(2, 29_999), extended_play(1, 30_000), extended_play(1, 5)]
    (playlist,) = read_upload(written(rows, INDENTED))
    assert [track.id for track in playlist.tracks] == [IDS[1]]
    (note,) = playlist.notes
    assert (note.count, note.total) == (2, 1)
    assert [(each.reason, each.count) for each in playlist.skipped] == [(SkipReason.SHORT_PLAY, 1)]


@pytest.mark.parametrize("layout", [INDENTED, COMPACT, {}], ids=["indented", "compact", "one line"])
def test_awkward_plays_are_what_they_are_when_everything_is_parsed(
    layout: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        extended_play(1, master_metadata_track_name=AWKWARD),
        extended_play(1, platform=AWKWARD),
        extended_play(2, **PODCAST),
        extended_play(3, spotify_track_uri="spotify:local:x"),
        extended_play(3, spotify_track_uri="spotify:local:x", ms_played=1),
        extended_play(4, spotify_track_uri=None),
        extended_play(4, spotify_track_uri=None, master_metadata_track_name="SONG 4"),
        extended_play(1, ms_played=None),
        extended_play(1, ms_played=4.5e4),
        extended_play(1, ms_played="40000"),
        extended_play(1, ms_played=-1),
        extended_play(5, nested={"a": [1, {}]}),
    ]
    rows = [*plays(60), *odd, *plays(60, seed=4)]
    random.Random(7).shuffle(rows)
    content = written(rows, layout)
    assert read_upload(content) == parsed_whole(content, monkeypatch)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [1, 2],
        [extended_play(1)],
        [extended_play(1), 7],
        [extended_play(1), {"x": 1}],
        [{}, extended_play(1)],
    ],
    ids=["none", "numbers", "one", "a number", "another object", "an empty one first"],
)
def test_what_is_written_in_another_way_is_parsed_whole(rows: list[object]) -> None:
    pieces = cut(json.dumps(rows))
    assert pieces is None or [json.loads(piece) for piece in pieces] == rows


@pytest.mark.parametrize("layout", [INDENTED, COMPACT], ids=["indented", "compact"])
def test_a_history_that_breaks_off_anywhere_is_damaged(layout: dict[str, Any]) -> None:
    content = written(plays(12), layout)
    for end in range(len(content) // 4, len(content) - 1, 17):
        with pytest.raises(DamagedFileError):
            read_upload(content[:end])


def test_of_a_damaged_file_no_play_is_counted() -> None:
    rows = plays(40)
    broken = written([*rows, extended_play(10)], INDENTED).replace(b'"Song 10"', b'Song 10"')
    (playlist,) = read_upload(zip_of({"a.json": written(rows, INDENTED), "b.json": broken}))
    (alone,) = read_upload(written(rows, INDENTED))
    assert playlist.tracks == alone.tracks
    assert alone.notes[0] in playlist.notes


@pytest.mark.parametrize("length", [0, 1, 262_144, 262_145, 600_000])
def test_bytes_are_counted_across_blocks(length: int) -> None:
    content = random.Random(length).randbytes(length)
    assert count_bytes(content, b"{[,") == sum(content.count(each) for each in (b"{", b"[", b","))


def test_line_breaks_are_no_sign_of_data_and_other_controls_are() -> None:
    assert not is_binary(b"\r\n\t" * 300_000)
    assert not is_binary(b"a" * 4_900 + b"\x01" * 98)
    assert is_binary(b"a" * 4_900 + b"\x01" * 101)


class _Watched:
    """`json`, and what was parsed."""

    def __init__(self, parsed: list[str]) -> None:
        self._parsed = parsed

    def loads(self, text: str) -> object:
        self._parsed.append(text)
        return json.loads(text)
