from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.comparison import comparison_sentence, difference_words, pair_reasons
from cogs.words.grouping import group_line, trait_numbers, trait_words
from cogs.words.messages import note_lines
from cogs.words.people import comparison_words
from cogs.words.quality import quality
from cogs.words.report import notices, verdict
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.group_words import outlier_words
from services.domain.music import Track, TrackId
from services.domain.report import AnalysisReport, EnrichedTrack
from services.storage.codec import (
    ZSTANDARD,
    UnreadableReportError,
    decode_playlist,
    decode_report,
    encode_playlist,
    encode_report,
    pack,
    zstd,
)
from services.storage.group_results import _decode
from tests.integration.storage.samples import some_report

STORED = Path(__file__).parent / "stored"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.none() | st.floats(allow_nan=False)
FEATURES = st.builds(AudioFeatures, **{feature.value: VALUE for feature in Feature})
TRACKS = st.builds(
    Track,
    id=st.none() | TEXT.map(TrackId),
    title=TEXT,
    artists=st.lists(TEXT, max_size=3).map(tuple),
    duration_ms=st.none() | st.integers(),
    release_year=st.none() | st.integers(),
    explicit=st.none() | st.booleans(),
    genres=st.lists(TEXT, max_size=2).map(tuple),
    uploaded=st.none() | FEATURES,
)
PROVENANCES = st.dictionaries(
    st.sampled_from(Feature), st.builds(Provenance, st.sampled_from(Origin), TEXT), max_size=4
)
ROWS = st.builds(
    EnrichedTrack,
    track=TRACKS,
    features=FEATURES,
    provenance=PROVENANCES,
    standard_errors=st.none() | FEATURES,
)


@given(rows=st.lists(ROWS, max_size=6).map(tuple), listed=st.none() | st.lists(TRACKS, max_size=4).map(tuple))
def test_any_report_comes_back_equal(
    rows: tuple[EnrichedTrack, ...], listed: tuple[Track, ...] | None
) -> None:
    report = some_report(3)
    tracks = tuple(row.track for row in rows) if listed is None else listed
    report = replace(report, tracks=rows, playlist=replace(report.playlist, tracks=tracks))

    assert decode_report(encode_report(report)) == report


@pytest.mark.parametrize("tracks", [0, 1, 499, 500, 501, 1_250])
def test_every_length_comes_back_with_its_types(tracks: int) -> None:
    report = some_report(tracks)

    back = decode_report(encode_report(report))

    assert back == report
    assert isinstance(back, AnalysisReport)
    for row, original in zip(back.tracks, report.tracks, strict=True):
        assert type(row.track.artists) is tuple
        assert all(type(feature) is Feature for feature in row.provenance)
        assert {source.origin.name for source in row.provenance.values()} == {
            source.origin.name for source in original.provenance.values()
        }


def test_a_thousand_tracks_take_little_room() -> None:
    assert len(encode_report(some_report(1_000))) < 400_000


@pytest.mark.parametrize("is_shared", [True, False])
def test_features_that_came_with_a_track_are_written_once(is_shared: bool) -> None:
    came, equal = (AudioFeatures(tempo=123.25) for _ in range(2))
    report = some_report(1)
    row = replace(report.tracks[0], features=came if is_shared else equal)
    row = replace(row, track=replace(row.track, uploaded=came))
    report = replace(report, tracks=(row,), playlist=replace(report.playlist, tracks=(row.track,)))

    payload = encode_report(report)

    assert zstd.decompress(payload[17:]).count(b"123.25") == (1 if is_shared else 2)
    assert decode_report(payload) == report


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    report = some_report(2)
    row = replace(report.tracks[0], track=replace(report.tracks[0].track, title="A\ud83d"))
    report = replace(report, tracks=(row, report.tracks[1]), mood="\udc00!")

    back = decode_report(encode_report(report))

    assert back.tracks[0].track.title == "A\ufffd"
    assert back.mood == "\ufffd!"
    assert back.tracks[1] == report.tracks[1]


def test_a_report_with_wrong_types_is_not_stored_in_silence() -> None:
    with pytest.raises(ValueError, match="tempo_bpm"):
        encode_report(
            replace(some_report(2), clusters=(replace(some_report(2).clusters[0], tempo_bpm="fast"),))  # type: ignore[arg-type]
        )


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_report_with_a_flipped_bit_is_refused(place: float, bit: int) -> None:
    payload = bytearray(encode_report(some_report(5)))
    payload[int(place * len(payload))] ^= 1 << bit

    with pytest.raises(UnreadableReportError):
        decode_report(bytes(payload))


@given(place=st.floats(0, 1, exclude_max=True))
def test_a_report_cut_short_is_refused(place: float) -> None:
    payload = encode_report(some_report(5))

    with pytest.raises(UnreadableReportError):
        decode_report(payload[: int(place * len(payload))])


def sealed(version: int, stream: bytes) -> bytes:
    return bytes([version]) + hashlib.blake2b(stream, digest_size=16).digest() + stream


def test_a_report_that_was_packed_with_zlib_is_read() -> None:
    report = some_report(600)
    payload = encode_report(report)
    content = zstd.decompress(payload[17:])

    assert payload == sealed(payload[0], payload[17:])
    assert decode_report(sealed(payload[0], zlib.compress(content))) == report


@pytest.mark.parametrize("compress", [zlib.compress, zstd.compress])
@pytest.mark.parametrize(
    "content", [b"", b"\0\0\0\2[]", b"\0\0\0", b"\0\0\0\x02{}", b"\xff\xff\xff\xff[", b"\0\0\0\x05[null"]
)
def test_a_sound_stream_of_something_else_is_refused(
    content: bytes, compress: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(UnreadableReportError):
        decode_report(sealed(1, compress(content)))


@pytest.mark.parametrize("stream", [b"", b"neither", ZSTANDARD, ZSTANDARD + b"no more than that"])
def test_what_was_never_packed_is_refused(stream: bytes) -> None:
    with pytest.raises(UnreadableReportError):
        decode_report(sealed(2, stream))


def test_a_report_of_the_version_with_sentences_is_shown_as_it_was() -> None:
    report = decode_report((STORED / "report_of_version_1.bin").read_bytes())

    assert verdict(report) == "Two moods with blurred borders."
    assert quality(report) == "10 of 20 tracks measured, 10 estimated; mostly new."
    assert notices(report) == (
        "Read as Windows-1252.",
        "ReccoBeats asks for a pause; try again in about a minute. 3 tracks were not looked up there.",
    )
    today = some_report(3)
    assert report.tracks == today.tracks
    assert [group_line(each) for each in report.clusters] == ["very calm · about 92 BPM"] * 2
    assert [(trait_words(each), trait_numbers(each)) for each in report.clusters[0].traits] == [
        ("very calm", "energy 0.21 (typical 0.65)")
    ] * 2
    assert [outlier_words(each, report.names) for each in report.outliers] == ["far livelier"]
    assert decode_report(encode_report(report)) == report


def test_a_playlist_of_the_version_with_sentences_keeps_its_notes() -> None:
    playlist = decode_playlist((STORED / "playlist_of_version_1.bin").read_bytes())

    assert playlist is not None
    assert note_lines(playlist.notes) == ("Read as Windows-1252.",)
    assert decode_playlist(encode_playlist(playlist)) == playlist


@pytest.mark.parametrize("content", [b"[]", b"[{}]", b"[1]", b'[{"report": 1}]', b'{"a": 1}', b"null"])
def test_something_else_of_an_older_version_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableReportError):
        decode_report(pack(1, [content]))
    assert decode_playlist(pack(1, [content])) is None


def test_a_comparison_that_was_stored_with_its_sentence_is_said_anew_in_the_same_words() -> None:
    found = _decode((STORED / "comparison_with_sentence.bin").read_bytes())

    assert found is not None
    assert comparison_sentence(found) == (
        "Person 0 and Person 1 score 15 of 100 (12–18 with other tracks of theirs)."
    )
    assert comparison_words(found).awards[0] == ("Darkest mood", "median valence 0.39; the next has 0.40")
    assert comparison_words(found).groups[0] == "very live · about 121 BPM"
    (pair,) = found.pairs
    assert difference_words(pair.differences[0]) == "4.3 dB quieter (−8.7 against −4.4 dB)"
    assert difference_words(pair.differences[0].turned()) == "4.3 dB louder (−4.4 against −8.7 dB)"
    assert pair_reasons(found, pair) == pair.reasons != ()
    assert pair_reasons(found, pair, pair.b) == pair.reasons_to_b != pair.reasons
