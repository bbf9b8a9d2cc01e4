"""Lists of tracks as files for other programs: CSV, links, and what DJ programs read."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from services.domain.features import AudioFeatures, Feature
from services.domain.music import Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import key_of
from services.workflows.export import csv_text

NamedList = tuple[str, Sequence[EnrichedTrack]]
"""A list by its name, in its order."""

_COLUMNS = (
    "Playlist name", "Position", "Track name", "Artist name(s)", "Album name", "ISRC", "Spotify ID", "Link",
    "Duration", "BPM", "Key", "Camelot", "Open Key", "Energy (1-10)",
)  # fmt: skip
"""Names that programs which import playlists look for, then what a DJ looks for."""
_STEP_COLUMNS = ("Played at BPM", "Step")
"""What an order adds: the tempo in the octave of the track before, and why this track follows."""
ESTIMATED = " est."
"""Stands behind a number that is an estimate, so that it can't be taken for a measurement."""
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold."""
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]+')
_LONGEST_NAME = 60
_VERSION = "1.0.0"
"""Of rekordbox's format."""


@dataclass(frozen=True, slots=True)
class DjFiles:
    """Lists as DJ programs read them; a track without a file and without a Spotify id can't be named."""

    rekordbox: bytes
    """One XML with all lists."""
    m3u8: tuple[tuple[str, bytes], ...]
    """One list each, under a name for its file."""
    in_rekordbox: int
    in_m3u8: int
    total: int
    """Entries of the lists, and how many of them the files hold."""
    streamed: bool
    """Whether some are tracks of Spotify in the XML."""

    @property
    def m3u8_zip(self) -> bytes:
        """All M3U8 lists in one archive."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.m3u8:
                archive.writestr(
                    zipfile.ZipInfo(name), content
                )  # without a time: the same lists, the same bytes
        return out.getvalue()


def lists_csv(lists: Sequence[NamedList], *, reasons: Sequence[str] = ()) -> bytes:
    """Write named lists of tracks as one CSV, in their order; what is unknown stays empty.

    Parameters
    ----------
    reasons
        Of one list that was put in order: why each track but the first follows the one before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, *(_STEP_COLUMNS if reasons else ())])
    for name, tracks in lists:
        steps = _steps(tracks, reasons) if reasons else ((),) * len(tracks)
        for position, (entry, step) in enumerate(zip(tracks, steps, strict=True), start=1):
            track, key = entry.track, key_of(entry)
            writer.writerow(
                [
                    csv_text(name),
                    position,
                    csv_text(track.title),
                    csv_text(", ".join(track.artists)),
                    csv_text(track.album or ""),
                    csv_text(track.isrc or ""),
                    track.id or "",
                    _link(track),
                    _clock(track.duration_ms),
                    _number(entry, Feature.TEMPO, "{:.2f}".format),
                    key.name if key else "",
                    key.code if key else "",
                    key.open_key if key else "",
                    _number(entry, Feature.ENERGY, lambda energy: str(round(1 + 9 * energy))),
                    *step,
                ]
            )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _steps(tracks: Sequence[EnrichedTrack], reasons: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield for each track the tempo at which it follows the one before in its own, and why it follows."""
    before = None
    for entry, reason in zip(tracks, ("", *reasons), strict=True):
        tempo = own = entry.features.tempo
        if tempo and before:
            tempo /= 2.0 ** min(max(round(math.log2(tempo / before)), -1), 1)
        before = own
        told = f"{tempo:.2f}{ESTIMATED if entry.is_imputed(Feature.TEMPO) else ''}" if tempo else ""
        yield told, csv_text(reason)


def lists_links(lists: Sequence[NamedList]) -> bytes:
    """Write the links of named lists of tracks, one a line, ready to be pasted into a playlist.

    A track without an id has no link; its name stands there instead.
    """
    parts = []
    for name, tracks in lists:
        heading = [f"# {' '.join(name.split())}"] if len(lists) > 1 else []
        links = (_link(entry.track) or f"# {entry.track.label}" for entry in tracks)
        parts.append("\n".join([*heading, *links]))
    return ("\n\n".join(parts) + "\n").encode()


def dj_files(lists: Sequence[NamedList]) -> DjFiles:
    """Write named lists for rekordbox and for players of M3U8.

    Files stand in both by their path, streamed tracks as `spotify:track:…`, in rekordbox the way it writes
    them itself. Estimates stay away: neither format could say that they are some.
    """
    collection: dict[str, int] = {}
    root = Element("DJ_PLAYLISTS", Version=_VERSION)
    SubElement(root, "PRODUCT", Name="Tastemap", Version=_VERSION, Company="")
    tracks = SubElement(root, "COLLECTION")
    top = SubElement(SubElement(root, "PLAYLISTS"), "NODE", Type="0", Name="ROOT", Count=str(len(lists)))
    for name, entries in lists:
        keys = []
        for entry in entries:
            place = _address(entry.track)
            if place is None:
                continue
            if place not in collection:
                collection[place] = len(collection) + 1
                SubElement(tracks, "TRACK", dict(_attributes(entry, collection[place], place)))
            keys.append(collection[place])
        node = SubElement(top, "NODE", Type="1", Name=_writable(name), KeyType="0", Entries=str(len(keys)))
        for key in keys:
            SubElement(node, "TRACK", Key=str(key))
    tracks.set("Entries", str(len(collection)))
    m3u8 = tuple(
        (f"{number:02d} {_file_name(name)}.m3u8", _m3u8(name, entries))
        for number, (name, entries) in enumerate(lists, start=1)
    )
    everything = [entry.track for _, entries in lists for entry in entries]
    return DjFiles(
        rekordbox=tostring(root, encoding="UTF-8", xml_declaration=True),
        m3u8=m3u8,
        in_rekordbox=sum(_address(track) is not None for track in everything),
        in_m3u8=sum(_place(track) is not None for track in everything),
        total=len(everything),
        streamed=any(_address(track) == _streamed(track) for track in everything if track.id),
    )


def brought(tracks: Sequence[Track]) -> tuple[EnrichedTrack, ...]:
    """Return tracks with what their own file said of them, for lists that nobody was asked about."""
    return tuple(
        EnrichedTrack(track=track, features=track.uploaded or AudioFeatures(), provenance={})
        for track in tracks
    )


def groups_of(report: AnalysisReport) -> tuple[NamedList, ...]:
    """Return the groups of a report as lists in the order of the playlist; without groups, all of it.

    Tracks that are in no group are in none of the lists then.
    """
    if not report.clusters:
        return ((report.playlist.name, report.tracks),)
    rows: list[list[EnrichedTrack]] = [[] for _ in report.clusters]
    for entry, placement in zip(report.tracks, report.placements, strict=True):
        if placement.cluster is not None:
            rows[placement.cluster].append(entry)
    return tuple((cluster.name, row) for cluster, row in zip(report.clusters, rows, strict=True))


def _attributes(entry: EnrichedTrack, number: int, place: str) -> Iterator[tuple[str, str]]:
    """Yield what is known, as rekordbox names it; comments of a file of the collection stay its own."""
    track, key = entry.track, key_of(entry)
    yield "TrackID", str(number)
    yield "Name", _writable(track.title)
    yield "Artist", _writable(", ".join(track.artists))
    yield "Location", place
    if track.album:
        yield "Album", _writable(track.album)
    if track.genres:
        yield "Genre", _writable(", ".join(track.genres))
    if track.duration_ms:
        yield "TotalTime", str(round(track.duration_ms / 1000))
    if track.release_year:
        yield "Year", str(track.release_year)
    if track.added_at and (day := _DAY.match(track.added_at)):
        yield "DateAdded", day[0]
    if (tempo := _known(entry, Feature.TEMPO)) is not None:
        yield "AverageBpm", f"{tempo:.2f}"
    if key is not None:
        yield "Tonality", key.code
    energy = _known(entry, Feature.ENERGY)
    if track.location is None and energy is not None:
        yield "Comments", f"Energy {round(1 + 9 * energy)}"


def _m3u8(name: str, entries: Sequence[EnrichedTrack]) -> bytes:
    lines = ["#EXTM3U", f"#PLAYLIST:{' '.join(name.split())}"]
    for entry in entries:
        track = entry.track
        place = _place(track)
        if place is not None:
            seconds = round(track.duration_ms / 1000) if track.duration_ms else -1
            words = " ".join(" - ".join(filter(None, (", ".join(track.artists), track.title))).split())
            lines += [f"#EXTINF:{seconds},{words}", place]
    return ("\n".join(lines) + "\n").encode()


def _place(track: Track) -> str | None:
    return track.location or (f"spotify:track:{track.id}" if track.id else None)


def _address(track: Track) -> str | None:
    """Return where rekordbox finds a track: a path from a folder would mean another file there."""
    if track.location is not None and _ABSOLUTE.match(track.location):
        path = track.location
        if _DRIVE.match(path):
            path = path.replace("\\", "/")
        return f"file://localhost/{quote(path.lstrip('/'), safe='/:')}"
    return _streamed(track)


def _streamed(track: Track) -> str | None:
    return f"file://localhostspotify:track:{track.id}" if track.id else None


def _known(entry: EnrichedTrack, feature: Feature) -> float | None:
    return None if entry.is_imputed(feature) else entry.features.get(feature)


def _number(entry: EnrichedTrack, feature: Feature, write: Callable[[float], str]) -> str:
    value = entry.features.get(feature)
    if value is None:
        return ""
    return write(value) + (ESTIMATED if entry.is_imputed(feature) else "")


def _clock(length_ms: int | None) -> str:
    if not length_ms:
        return ""
    minutes, seconds = divmod(round(length_ms / 1000), 60)
    return f"{minutes}:{seconds:02d}"


def _link(track: Track) -> str:
    return f"https://open.spotify.com/track/{track.id}" if track.id else ""


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _file_name(name: str) -> str:
    plain = "".join(letter for letter in _NOT_IN_NAMES.sub(" ", name) if letter.isprintable())
    return " ".join(plain.split())[:_LONGEST_NAME].strip(". ") or "list"
