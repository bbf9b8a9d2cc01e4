"""Files that are made to cost as much as possible while they are read; each is at most 10 MiB."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

_MOST_BYTES = 10 * 1024 * 1024
_ROW = "spotify:track:{:022d},Song {},Artist {},Album {}\n"
_HEADER = "Track URI,Track Name,Artist Name(s),Album Name\n"


def table(rows: int, first: int = 0) -> bytes:
    """Write a table that looks like Exportify's."""
    return (_HEADER + "".join(_ROW.format(n, n, n, n) for n in range(first, first + rows))).encode()


def one_file_many_times(entries: int = 200, rows: int = 3_000) -> bytes:
    """Write an archive whose directory lists one file under many names: 10 kB that would be 600,000 rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("list.csv", b"title,artist\n" + b"Song,Artist\n" * rows)
        (entry,) = archive.filelist
        archive.filelist.extend(entry for _ in range(entries - 1))
    return out.getvalue()


def overlapping_files() -> bytes:
    """Write an archive in which one file contains the next one, header and all."""
    inner = _zip({"inner.csv": table(3_000)}, zipfile.ZIP_STORED)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("outer.csv", _HEADER.encode() + inner)
        (outer,) = archive.filelist
        (nested,) = zipfile.ZipFile(io.BytesIO(inner)).filelist
        nested.header_offset = len(outer.FileHeader()) + len(_HEADER)
        archive.filelist.append(nested)
    return out.getvalue()


def many_tables(members: int = 199, rows: int = 950) -> bytes:
    """Write an honest archive of very many rows."""
    return _zip({f"{n}.csv": table(rows, first=n * rows) for n in range(members)})


def many_skipped_rows(members: int = 199, rows: int = 19_000) -> bytes:
    """Write tables of which no row is a track: nothing is kept, but everything is read."""
    return _zip({f"{n}.csv": b"title,artist\n" + b",x\n" * rows for n in range(members)})


def many_artists(rows: int = 19_900, artists: int = 50) -> bytes:
    """Write tracks with as many artists as are kept."""
    lines = (
        f"spotify:track:{n:022d},T,{';'.join(f'a{n}x{i}' for i in range(artists))},A\n" for n in range(rows)
    )
    return (_HEADER + "".join(lines)).encode()[:_MOST_BYTES]


def many_genres(rows: int = 19_900, genres: int = 50) -> bytes:
    """Write tracks with as many genres as are kept, no two lists alike."""
    lines = (f"T{n},A,{';'.join(f'g{n}x{i}' for i in range(genres))}\n" for n in range(rows))
    return ("Track Name,Artist Name(s),Genres\n" + "".join(lines)).encode()[:_MOST_BYTES]


def many_empty_playlists(number: int = 400_000) -> bytes:
    """Write account data with very many playlists without a track."""
    return b'{"playlists":[' + b",".join([b'{"items":[]}'] * number) + b"]}"


def many_plays(members: int = 8, plays: int = 160_000) -> bytes:
    """Write a listening history of very many tracks, each played once."""

    def history(first: int) -> bytes:
        return json.dumps(
            [
                {"msPlayed": 40_000, "trackName": f"{n:x}", "artistName": "a"}
                for n in range(first, first + plays)
            ]
        ).encode()

    return _zip({f"StreamingHistory_music_{n}.json": history(n * plays) for n in range(members)})


def many_json_values(members: int = 60) -> bytes:
    """Write JSON of as many small values as are accepted, again and again."""
    text = b'[{"msPlayed":1,"x":[' + b",".join([b"{}"] * 700_000) + b"]}]"
    return _zip({f"StreamingHistory_{n}.json": text for n in range(members)})


def many_links(members: int = 199) -> bytes:
    """Write lists of links that lead to no track."""
    text = b"open.spotify.com/album/0000000000000000000001\n" * 19_000
    return _zip({f"{n}.txt": text for n in range(members)})


def wide_characters() -> bytes:
    """Write text in which one character makes all others take four bytes."""
    return ("title,artist\n\U0001f3b5,x\n" + "x" * 9_000_000).encode()


def attributes_of_one_line(attributes: int = 1_000_000) -> bytes:
    """Write a line of M3U with more attributes than a pattern can step back from."""
    return b"#EXTM3U\n#EXTINF:1" + b' a="b"' * attributes


def different_plays(plays: int = 250_000) -> bytes:
    """Write plays none of which is of a track that was played before."""
    rows = (f"{1_600_000_000 + n},Ann{n},,t{n}\n" for n in range(plays))
    return ("uts,artist,album,track\n" + "".join(rows)).encode()


def columns_of_json(rows: int = 700_000) -> bytes:
    """Write columns of which a table with as many rows would be made."""
    return json.dumps({"artist": ["A"] * rows, "title": ["x"] * rows}).encode()


def rows_of_a_wiki(rows: int = 700_000) -> bytes:
    """Write a table of more rows than are read, in the longest way."""
    return b"{|\n! Title !! Artist\n" + b"|-\n| a || b\n" * rows + b"|}"


CORPUS: Mapping[str, Callable[[], bytes]] = {
    maker.__name__: maker
    for maker in (
        one_file_many_times,
        overlapping_files,
        many_tables,
        many_skipped_rows,
        many_artists,
        many_genres,
        many_empty_playlists,
        many_plays,
        many_json_values,
        many_links,
        wide_characters,
        attributes_of_one_line,
        different_plays,
        columns_of_json,
        rows_of_a_wiki,
    )
}


def _zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
