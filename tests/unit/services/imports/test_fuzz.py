"""Whatever comes in, a playlist or exactly one kind of error comes out."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogs.words.messages import note_lines
from services.domain.errors.playlists import UploadError
from services.domain.features import FEATURE_RANGES
from services.domain.music import Playlist
from services.imports.links import read_links
from services.imports.upload import read_upload
from tests.depth import examples

from .samples import (
    CHOSIC_HEADER,
    CHOSIC_ROW,
    NET_HEADER,
    TMM_HEADER,
    account_item,
    csv_text,
    extended_play,
    net_file,
    playlists_json,
    zip_of,
)

SEEDS = (
    net_file(4),
    f"{CHOSIC_HEADER}\n{CHOSIC_ROW}\n{CHOSIC_ROW}\n".encode(),
    net_file(2).decode().encode("utf-16"),
    playlists_json(A=[account_item(0), account_item(1)], B=[account_item(2)]).encode(),
    json.dumps([extended_play(0), extended_play(1)]).encode(),
    zip_of({"a.csv": net_file(2), "b.json": playlists_json(A=[account_item(0)])}),
    b"https://open.spotify.com/track/" + b"a1" * 11,
)
FUZZ = settings(
    max_examples=examples(80, night=4_000), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def outcome(content: bytes, **more: str) -> tuple[Playlist, ...] | None:
    try:
        upload = read_upload(content, **more)
    except UploadError:
        return None
    assert upload
    for playlist in upload:
        assert playlist.tracks
        assert playlist.name.strip()
        assert playlist.format
        for skipped in playlist.skipped:
            assert skipped.count > 0
        for note in note_lines(playlist.notes):
            assert note.encode()
        for track in playlist.tracks:
            assert track.id or track.isrc or track.title
            assert track.label.encode()
            if track.uploaded is not None:
                assert not track.uploaded.is_empty
                for feature in track.uploaded.known:
                    low, high = FEATURE_RANGES[feature]
                    assert low <= track.uploaded.get(feature) <= high
    return upload


@FUZZ
@given(st.binary(max_size=2000), st.text(max_size=30))
def test_any_bytes(content, filename):
    outcome(content, filename=filename)


@FUZZ
@given(st.text(max_size=1000), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_text(text, encoding):
    outcome(text.encode(encoding, errors="replace"))


@FUZZ
@given(st.data())
def test_damaged_versions_of_good_files(data):
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "double"])):
            case "flip" if content:
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 40))]
            case "insert":
                content[at:at] = data.draw(
                    st.sampled_from([b'"', b"\n", b"\x00", b",", b"\xff", b"{", b"PK\x03\x04"])
                )
            case _:
                content[at:at] = content[at : at + 50]
    outcome(bytes(content), wanted=data.draw(st.sampled_from(["", "A", "zzz"])))


@FUZZ
@given(
    st.sampled_from(
        [NET_HEADER, CHOSIC_HEADER, TMM_HEADER, "title;artist;energy;key;duration;year", "uri\tname"]
    ),
    st.lists(
        st.lists(st.text(max_size=12) | st.floats().map(str) | st.integers().map(str), max_size=30),
        max_size=8,
    ),
)
def test_any_cells_under_a_known_header(header, rows):
    delimiter = "\t" if "\t" in header else ";" if ";" in header else ","
    text = csv_text([header.split(delimiter), *rows], delimiter=delimiter)
    upload = outcome(text.encode(errors="replace"))
    if upload is not None:
        kept = sum(len(playlist.tracks) for playlist in upload)
        left_out = sum(skipped.count for playlist in upload for skipped in playlist.skipped)
        noted = sum("could not be put" in note for note in note_lines(upload[0].notes))
        filled = sum(any(cell.strip("\x00") for cell in row) for row in rows)
        assert kept + left_out == filled or noted


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "playlists",
                    "tracks",
                    "items",
                    "track",
                    "name",
                    "uri",
                    "trackName",
                    "artistName",
                    "trackUri",
                    "episode",
                    "ms_played",
                    "msPlayed",
                    "spotify_track_uri",
                    "master_metadata_track_name",
                    "localTrack",
                    "artist",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@FUZZ
@given(JSON_VALUES)
def test_any_json_with_known_field_names(document):
    outcome(json.dumps(document).encode())


@FUZZ
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20), st.binary(max_size=60) | st.sampled_from(SEEDS), max_size=4
    )
)
def test_any_archive(files):
    outcome(
        zip_of({name.replace("\x00", "_"): content for name, content in files.items() if name.isprintable()})
    )


@FUZZ
@given(
    st.text(max_size=500)
    | st.lists(st.sampled_from(["spotify:", "track:", "a1" * 11, "/", "?", " ", "open.spotify.com/"])).map(
        "".join
    )
)
def test_any_message(text):
    try:
        playlist = read_links(text)
    except UploadError:
        return
    assert playlist.tracks
