"""Which artists and songs two people share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from services.analysis.comparison.listening import Listening
from services.analysis.duplicates import recording_of, song_of
from services.analysis.titles import lead_artist, version_tags
from services.domain.comparison import SharedArtist, SharedTrack
from services.domain.music import Track
from services.domain.report import EnrichedTrack

_NOBODY = frozenset({"various artists", "unknown artist", "various", "unknown", "soundtrack", "[unknown]"})
"""Credits that two people share without sharing an artist."""


@dataclass(frozen=True, slots=True)
class Repertoire:
    """A person's artists and songs under names that do not depend on spelling."""

    artists: Counter[str]
    """Tracks by artist, all credited ones."""
    spellings: dict[str, str]
    """The commonest spelling of each artist."""
    songs: tuple[frozenset[Hashable], ...]
    """Names of each track of `entries`: by id, by recording, by title and artist."""
    entries: tuple[EnrichedTrack, ...]


def repertoire(listening: Listening) -> Repertoire:
    """Collect a person's artists and songs; all tracks count, also those whose sound nobody knows."""
    artists: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in listening.entries:
        for words, name in {lead_artist((name,)): name for name in entry.track.artists}.items():
            if words and words not in _NOBODY:
                artists[words] += 1
                spelled[words][name.strip()] += 1
    return Repertoire(
        artists=artists,
        spellings={
            words: min(names, key=lambda name: (-names[name], name)) for words, names in spelled.items()
        },
        songs=tuple(song_names(entry.track) for entry in listening.entries),
        entries=listening.entries,
    )


def song_names(track: Track) -> frozenset[Hashable]:
    """Return the names under which a song is found again: id, ISRC, and title with lead artist."""
    names: set[Hashable] = set()
    if track.id:
        names.add(("id", track.id))
    if recording := recording_of(track):
        names.add(("isrc", recording))
    if song := song_of(track):
        names.add(("song", *song, version_tags(track.title)))
    return frozenset(names)


def artist_overlap(a: Repertoire, b: Repertoire) -> float | None:
    """Return shared artists in parts of the smaller set, 0..1; None where somebody's artists are not known.

    The overlap coefficient does not punish large libraries, as the Jaccard index does.
    """
    smaller = min(len(a.artists), len(b.artists))
    return len(a.artists.keys() & b.artists.keys()) / smaller if smaller else None


def shared_artists(a: Repertoire, b: Repertoire) -> tuple[SharedArtist, ...]:
    """List the shared artists, those who matter to both first."""
    both = a.artists.keys() & b.artists.keys()
    ranked = sorted(
        both,
        key=lambda words: (
            -min(a.artists[words], b.artists[words]),
            -(a.artists[words] + b.artists[words]),
            words,
        ),
    )
    return tuple(
        SharedArtist(min(a.spellings[words], b.spellings[words]), a.artists[words], b.artists[words])
        for words in ranked
    )


def shared_songs(a: Repertoire, b: Repertoire) -> tuple[SharedTrack, ...]:
    """List the songs that both have, each once, in alphabetical order."""
    where = _index(b.songs)
    taken: set[int] = set()
    found: list[SharedTrack] = []
    for entry, names in zip(a.entries, a.songs, strict=True):
        matches = {row for name in names for row in where.get(name, ())}
        if matches and not matches & taken:
            found.append(SharedTrack(entry.track.title, entry.track.artists, entry.track.id))
        taken |= matches
    return tuple(sorted(found, key=lambda song: (song.label.casefold(), song.id or "")))


def _index(songs: Sequence[frozenset[Hashable]]) -> dict[Hashable, list[int]]:
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, names in enumerate(songs):
        for name in names:
            rows[name].append(row)
    return rows
