"""Files that are made to cost as much as possible: refused early, or cheap."""

from __future__ import annotations

import tracemalloc
import zipfile

import pytest

from cogs.words.errors import sentence
from cogs.words.lists import damage_words
from sandbox import hostile
from services.domain.errors.playlists import (
    ArchiveRefusedError,
    TooManyNamesError,
    TooManyRowsError,
    UploadError,
)
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.imports import spreadsheets
from services.imports.formats import MAX_NAMES, MAX_TOTAL_ROWS
from services.imports.upload import read_upload
from tests.depth import cases

from .samples import net_file, zip_of


@pytest.mark.parametrize("maker", [hostile.one_file_many_times, hostile.overlapping_files])
def test_entries_that_share_bytes_are_refused_before_one_is_unpacked(maker, monkeypatch):
    content = maker()
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(content)
    assert damage_words(caught.value.damage) == "two files in it share the same bytes"


def test_the_ten_kilobytes_that_stopped_all_work_are_what_they_were():
    assert len(hostile.one_file_many_times()) < 16_000


def test_archives_with_data_descriptors_comments_and_a_prefix_share_no_bytes():
    class Pipe:  # can't be sought in: sizes stand behind each file
        def __init__(self):
            self.content = b""

        def write(self, data):
            self.content += data
            return len(data)

        def flush(self):
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"from a stream"
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, net_file(3))
    assert len(read_upload(pipe.content)) == 2


@pytest.mark.parametrize(
    "maker", cases([hostile.many_tables, hostile.many_skipped_rows], gate=[hostile.many_skipped_rows])
)
def test_rows_are_counted_while_they_are_read(maker, monkeypatch):
    seen = 0

    class Counting(spreadsheets.RowReader):
        def read(self, row, header_width):
            nonlocal seen
            seen += 1
            return super().read(row, header_width)

    monkeypatch.setattr(spreadsheets, "RowReader", Counting)
    with pytest.raises(TooManyRowsError) as caught:
        read_upload(maker())
    assert caught.value.limit == MAX_TOTAL_ROWS
    assert seen <= MAX_TOTAL_ROWS


@pytest.mark.parametrize(
    "maker", cases([hostile.many_links, hostile.many_empty_playlists], gate=[hostile.many_empty_playlists])
)
def test_what_is_no_track_counts_too(maker):
    with pytest.raises(TooManyRowsError):
        read_upload(maker())


@pytest.mark.parametrize(
    "maker", cases([hostile.many_artists, hostile.many_genres], gate=[hostile.many_genres])
)
def test_names_are_counted_while_they_are_read(maker):
    with pytest.raises(TooManyNamesError) as caught:
        read_upload(maker())
    assert caught.value.limit == MAX_NAMES
    assert f"{MAX_NAMES:,}" in sentence(caught.value)


def test_names_of_several_files_are_one_sum():
    files = {f"{n}.csv": hostile.many_artists(rows=2_000) for n in range(4)}
    assert read_upload(zip_of({"0.csv": files["0.csv"]}))
    with pytest.raises(TooManyNamesError):
        read_upload(zip_of(files))


@pytest.mark.parametrize(
    "name",
    cases(
        [
            *("one_file_many_times", "many_artists", "many_empty_playlists", "attributes_of_one_line"),
            *("different_plays", "columns_of_json", "rows_of_a_wiki"),
        ],
        gate=["one_file_many_times", "attributes_of_one_line"],
    ),
)
def test_a_hostile_file_takes_little_memory(name):
    content = hostile.CORPUS[name]()
    assert len(content) <= MAX_UPLOAD_BYTES
    tracemalloc.start()
    try:
        with pytest.raises(UploadError):
            read_upload(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * 1024 * 1024
