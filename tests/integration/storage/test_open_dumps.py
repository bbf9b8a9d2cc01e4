"""Open dumps in a real database: read row by row, resumed where they stopped, used where nobody knows."""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.domain.errors.playlists import DatasetColumnsError, DatasetUnreadableError
from services.domain.features import AudioFeatures, Feature, Origin
from services.domain.music import Track, TrackId
from services.domain.recordings import NameQuestion, Readings, mbid_of, name_hash, reading, recording_of
from services.enrichment.enricher import Enricher
from services.enrichment.recordings import IndexedLabs, KnownRecordings
from services.imports.open_dumps import DumpRows, OpenDump
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import Answers
from services.storage.database import Database
from services.storage.recordings import RecordingStore
from services.workflows.datasets import DatasetStep, DumpReport, readable
from services.workflows.open_dumps import import_dump

NOW = datetime(2026, 11, 29, tzinfo=UTC)
RHYTHM = (
    "mbid,submission_offset,bpm,bpm_histogram_first_peak_bpm_mean,bpm_histogram_first_peak_bpm_median,"
    "bpm_histogram_second_peak_bpm_mean,bpm_histogram_second_peak_bpm_median,danceability,onset_rate"
)
TONAL = "mbid,submission_offset,key_key,key_scale,tuning_frequency,tuning_equal_tempered_deviation"
CANONICAL = (
    "id,artist_credit_id,artist_mbids,artist_credit_name,release_mbid,release_name,recording_mbid,"
    "recording_name,combined_lookup,score"
)


class StoppedError(Exception):
    """The process ended here."""


def mbid(number: int) -> str:
    return str(UUID(int=number * 0x10001))


def rhythm(*rows: tuple[int, object]) -> bytes:
    lines = [f"{mbid(number)},{at},{bpm},1,1,2,2,1.1,3.3" for at, (number, bpm) in enumerate(rows)]
    return "\r\n".join([RHYTHM, *lines, ""]).encode()


def tonal(*rows: tuple[int, str, str]) -> bytes:
    lines = [f"{mbid(number)},{at},{key},{scale},440,0.1" for at, (number, key, scale) in enumerate(rows)]
    return "\r\n".join([TONAL, *lines, ""]).encode()


def canonical(*rows: tuple[int, str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CANONICAL.split(","))
    for number, artist, title in rows:
        writer.writerow(
            [1, 2, f"{mbid(8)},{mbid(9)}", artist, mbid(7), "Al, bum", mbid(number), title, "x", 3]
        )
    return out.getvalue().encode()


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    async with Database.open(f"sqlite:///{tmp_path / 'data.db'}", bulk=True) as opened:
        yield opened


async def load(
    database: Database,
    file: Path,
    content: bytes,
    kind: OpenDump = OpenDump.ACOUSTICBRAINZ,
    on_step: Callable[[DatasetStep], None] = lambda _step: None,
) -> DumpReport:
    file.write_bytes(content)
    return await import_dump(
        database,
        file,
        kind,
        now=NOW,
        on_start=lambda _before, _columns: None,
        on_step=on_step,
        chunk_rows=3,
    )


@pytest.mark.parametrize(
    ("tempi", "tempo"),
    [
        ([128.0], 128.0),
        ([128.0, 64.1, 127.9], 127.9),  # the octave that most hear, and a reading of it
        ([64.0, 64.2, 128.0], 64.0),
        ([174.0, 87.0], 87.0),  # as many votes: nearer to 120
        ([90.0, 120.0], None),  # nobody agrees
        ([90.0, 120.0, 121.0, 60.2], 120.0),
        ([], None),
    ],
)
def test_submissions_vote_on_tempo_and_octave(tempi: list[float], tempo: float | None) -> None:
    votes = Readings()
    for each in tempi:
        votes = votes.joined(reading(each, None))
    assert votes.features.tempo == tempo


async def test_a_dump_is_loaded_once_however_often_it_is_stopped(tmp_path: Path, database: Database) -> None:
    content = rhythm(*((number % 5, 100 + number % 5) for number in range(20)), (9, ""), (10, "nan"))
    content += b"not an id,1,100,1,1,1,1,1,1\r\nfew,cells\r\n"
    stops = 0

    def stop(_step: DatasetStep) -> None:
        nonlocal stops
        if stops < 4:
            stops += 1
            raise StoppedError

    for _ in range(4):
        with pytest.raises(StoppedError):
            await load(database, tmp_path / "rhythm.csv", content, on_step=stop)
    report = await load(database, tmp_path / "rhythm.csv", content, on_step=stop)
    assert (report.rows_read, report.rows_saved, report.rows_before) == (24, 20, 12)
    store = RecordingStore(database)
    readings = await store.load_readings(recording_of(mbid(number)) or b"" for number in range(11))
    assert {mbid_of(key): len(each.tempi) for key, each in readings.items()} == {mbid(n): 8 for n in range(5)}
    again = await load(database, tmp_path / "renamed.csv", content)
    assert again.was_complete


async def test_tracks_get_tempo_and_key_where_nobody_else_knows_them(
    tmp_path: Path, database: Database
) -> None:
    await load(database, tmp_path / "r.csv", rhythm((1, 128), (1, 128), (2, 99.5), (3, 80)))
    await load(database, tmp_path / "t.csv", tonal((1, "F#", "minor"), (2, "Bb", "major"), (3, "H", "major")))
    names = canonical((1, "Ångström & Bo", "Slow, low"), (3, "Cee", "Three"), (4, "…", "!"))
    report = await load(database, tmp_path / "c.csv", names, OpenDump.CANONICAL)
    assert report.rows_saved == 2
    known = KnownRecordings(RecordingStore(database), Clock())
    tracks = [
        Track(title="Slow, Low", artists=("Angstrom", "Bo")),
        Track(title="Tagged", artists=("X",), recording_id=mbid(2)),
        Track(title="Three", artists=("Cee",), uploaded=AudioFeatures(tempo=160.0)),
        Track(title="Three (Live)", artists=("Cee",)),
        Track(title="Unknown", artists=("Cee",)),
        Track(id=TrackId("1" * 22)),
    ]
    found = (await Enricher(recordings=known).look_up(tracks, offline=True)).tracks
    told = [(each.features.tempo, each.features.key, each.features.mode) for each in found]
    assert told == [
        (128.0, 6.0, 0.0),
        (99.5, 10.0, 1.0),
        (160.0, None, None),  # the file comes first, and “H” is no key of the dump
        *3 * [(None, None, None)],  # another version is another recording
    ]
    provenance = found[0].provenance[Feature.TEMPO]
    assert (provenance.origin, provenance.source) == (Origin.BORROWED, "acousticbrainz")


async def test_the_index_answers_before_a_service_is_asked(tmp_path: Path, database: Database) -> None:
    await load(database, tmp_path / "c.csv", canonical((1, "Ann", "One")), OpenDump.CANONICAL)

    class Labs:
        asked: list[NameQuestion] = []  # noqa: RUF012

        async def spotify_ids(self, questions: Any, *, deadline: Deadline) -> Any:
            raise AssertionError

        async def recordings(
            self, questions: Any, *, deadline: Deadline
        ) -> Answers[NameQuestion, str | None]:
            self.asked += questions
            return Answers(said=dict.fromkeys(questions))

    labs = Labs()
    clock = Clock()
    wanted = [NameQuestion("ANN", "One!"), NameQuestion("Bob", "Two")]
    known = IndexedLabs(labs, KnownRecordings(RecordingStore(database), clock))
    answers = await known.recordings(wanted, deadline=Deadline(9, clock.monotonic))
    assert answers.said == {wanted[0]: mbid(1), wanted[1]: None}
    assert labs.asked == [wanted[1]]


def packed(files: dict[str, bytes]) -> bytes:
    """Return a `.tar.zst` as MetaBrainz packs its dumps."""
    zstandard = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        for name, content in files.items():
            member = tarfile.TarInfo(f"dump-20260815/../{name}")  # a name, never a place on the disk
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return bytes(zstandard.compress(archive.getvalue()))


async def test_a_dump_is_read_as_it_is_downloaded(tmp_path: Path, database: Database) -> None:
    names = canonical(*((number, f"Artist {number}", "Song") for number in range(600)))
    redirects = b"a,b\r\n" * 9_999
    dump = packed({"canonical_recording_redirect.csv": redirects, "canonical_musicbrainz_data.csv": names})
    steps: list[DatasetStep] = []
    for cut in (len(dump) // 2, len(dump) - 4):
        with pytest.raises(DatasetUnreadableError, match="breaks off"):
            await load(database, tmp_path / "cut.tar.zst", dump[:cut], OpenDump.CANONICAL)
    file = tmp_path / "c.tar.zst"
    sums = tmp_path / "c.tar.zst.sha256"
    sums.write_text(f"{'0' * 64}  c.tar.zst\n")
    with pytest.raises(DatasetUnreadableError, match="download it again"):
        await load(database, file, dump, OpenDump.CANONICAL)
    sums.write_text(f"{hashlib.sha256(dump).hexdigest()} *c.tar.zst\n")
    report = await load(database, file, dump, OpenDump.CANONICAL, steps.append)
    assert report.rows_saved == 600
    assert steps[-1].bytes_read == steps[-1].bytes_total == len(dump)
    assert (await RecordingStore(database).count())[1] == 600
    report = await load(
        database, tmp_path / "r.tar.zst", packed({"COPYING": b"CC0", "x-rhythm.csv": rhythm((1, 100))})
    )
    assert report.rows_saved == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"COPYING": b"CC0"}, "without any table"),
        ({"one.csv": b"id,tempo\n", "two.tsv": b"id,tempo\n"}, "of 2 tables"),
    ],
)
def test_an_archive_says_what_it_lacks(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    (tmp_path / "x.tar.zst").write_bytes(packed(files))
    with pytest.raises(DatasetUnreadableError, match=said), readable(tmp_path / "x.tar.zst"):
        pass


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"", OpenDump.ACOUSTICBRAINZ, DatasetUnreadableError),
        (canonical((1, "a", "b")), OpenDump.ACOUSTICBRAINZ, DatasetColumnsError),
        (rhythm((1, 100)), OpenDump.CANONICAL, DatasetColumnsError),
        (b"mbid,bpm\r\n" + b"x" * 200_000, OpenDump.ACOUSTICBRAINZ, DatasetUnreadableError),
    ],
)
async def test_what_is_no_such_dump_is_refused_and_nothing_kept(
    tmp_path: Path, database: Database, content: bytes, kind: OpenDump, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await load(database, tmp_path / "x.csv", content, kind)
    assert await RecordingStore(database).count() == (0, 0)


def test_ids_and_names_come_back() -> None:
    assert mbid_of(recording_of(mbid(77)) or b"") == mbid(77)
    for text in ("zz" * 18, "ab" * 18, "-" * 36, "ab" * 8 + "-" * 20, f"{mbid(77)[:-2]}  "):
        assert recording_of(text) is None
    assert name_hash("Beyoncé", "Déjà-Vu") == name_hash("BEYONCE", "deja vu")
    assert name_hash("Ke$ha", "$ave") == name_hash("Kesha", "Save") != name_hash("Keha", "Ave")
    assert name_hash("日本", "歌") != name_hash("日本", "詩")
    assert name_hash("!", "One") is None


def rows_of(text: str) -> Iterator[object]:
    return DumpRows(io.StringIO(text, newline="")).readings()


def test_a_row_of_another_width_is_no_reading() -> None:
    assert list(rows_of(f"mbid,bpm\r\n{mbid(1)},100\r\n{mbid(1)}\r\n{mbid(1)},100,1\r\n"))[1:] == [None, None]
