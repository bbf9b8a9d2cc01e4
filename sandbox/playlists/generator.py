"""Which invented songs are on which sample playlist, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NotRequired, TypedDict, Unpack

from sandbox.playlists.dice import Dice
from sandbox.playlists.discography import SEED, Discography, discography
from sandbox.playlists.songs import Song

_STAY = 2.2
"""How much likelier the next block is of the same kind: people add music in moods."""
_ALBUM_RUN = (3, 5)
_REFUSED_RECENT = 0.8
"""Share of 2025-26 releases whose features Spotify refused to the road trip's export."""
_REFUSED_OLD = 0.08


@dataclass(frozen=True, slots=True)
class Entry:
    """A song on a playlist."""

    song: Song
    added_at: datetime
    measured: bool = True
    """Whether the file carries its features, where the format has room for them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An ordered playlist with the name that its file or its owner gives it."""

    name: str
    owner: str
    entries: tuple[Entry, ...]

    @property
    def songs(self) -> tuple[Song, ...]:
        """The songs in order, repeats included."""
        return tuple(entry.song for entry in self.entries)


class _Dating(TypedDict):
    """From when to when songs were added, and the ids whose features the file lacks."""

    since: str
    until: str
    refused: NotRequired[frozenset[str]]


@lru_cache(maxsize=1)
def listings() -> Mapping[str, tuple[Listing, ...]]:
    """Compose every sample playlist, by file name; account data holds three."""
    pool = discography()
    mika = _mika(pool)
    return {
        "late-drive.csv": (_late_drive(pool),),
        "sunday-kitchen.csv": (_sunday_kitchen(pool),),
        "road-trip-2026.csv": (_road_trip(pool),),
        "everything-liked.csv": (_everything_liked(pool),),
        "account-data.json": _account(pool),
        "tiny.csv": (_tiny(pool),),
        "links.txt": (_links(pool),),
        "mika.csv": (mika,),
        "noor.csv": (_noor(pool, mika),),
        "tam.csv": (_tam(pool),),
    }


def _late_drive(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|late drive 4")
    counts = {"ballad": 22, "club": 22, "rap": 21, "ambient": 20}
    extras = [
        *_curios(pool, "🚕", "$aved", "Almost", "Nachtbus", "|| ok ||"),
        *_pair(pool.reissues, "The Slow Ferries"),
        *_pair(pool.reissues, "Mirrorball Bureau"),
        _pair(pool.versions, "Lido Hours")[1],
    ]
    songs = _mixed(pool, dice, counts, extras, lambda song: song.album.year <= 2024)
    songs = (*songs, songs[17])  # the same track once more, as people do
    return _list(
        "Late Drive Home",
        "nightdriver",
        songs,
        dice,
        since="2019-03-02",
        until="2024-12-20",
    )


def _sunday_kitchen(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|sunday kitchen")
    extras = list(_pair(pool.reissues, "Odette Brioche"))
    songs = _mixed(pool, dice, {"soul": 76}, extras, lambda song: song.album.year <= 2024, runs=0.06)
    return _list("Sunday Kitchen", "oatmeal.fan", songs, dice, since="2020-11-08", until="2025-01-12")


def _road_trip(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|road trip")
    recent = _mixed(
        pool, dice, {"indie": 16, "pop": 16, "rock": 8, "soul": 8}, [], lambda song: song.is_recent
    )
    artists = {song.artists[0] for song in recent}
    old = _mixed(
        pool,
        dice,
        {"indie": 16, "pop": 16, "rock": 14, "soul": 10},
        _curios(pool, "🚕", "In Which the Night Porter"),
        lambda song: not song.is_recent,
        first=lambda song: song.artists[0] in artists,
    )
    blocks = dice.shuffled([*_chunks(recent, 3), *_chunks(old, 4)])
    songs = tuple(song for block in blocks for song in block)
    refused = frozenset(
        song.id for song in songs if dice.chance(_REFUSED_RECENT if song.is_recent else _REFUSED_OLD)
    )
    return _list(
        "Road Trip 2026", "nightdriver", songs, dice, since="2026-04-11", until="2026-10-18", refused=refused
    )


def _everything_liked(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|everything liked")
    counts = {"ballad": 66, "indie": 68, "club": 70, "rock": 68, "rap": 64, "ambient": 62}
    extras = [
        *pool.curios,
        *_pair(pool.reissues, "Granite Aunt"),
        *_pair(pool.reissues, "Hotel Marzipan"),
        *_pair(pool.reissues, "Mirrorball Bureau"),
        *(
            song
            for name in ("Okapi Parliament", "The Loud Librarians", "Lido Hours")
            for song in _pair(pool.versions, name)
        ),
    ]
    new = frozenset(
        song.id for song in pool.songs if song.is_recent and Dice(f"{SEED}|liked|{song.id}").chance(0.1)
    )
    songs = _mixed(pool, dice, counts, extras, lambda song: not song.is_recent or song.id in new, runs=0.12)
    return _list(
        "Everything I Ever Liked",
        "nightdriver",
        songs[:420],
        dice,
        since="2014-06-30",
        until="2026-11-02",
        refused=new,
    )


def _account(pool: Discography) -> tuple[Listing, ...]:
    wishes = (
        ("Gym, allegedly", {"rock": 12, "pop": 8, "club": 7}, "2022-01-03", "2026-10-30"),
        ("Rainy tram 🌧️", {"ballad": 10, "indie": 9, "ambient": 5}, "2021-10-19", "2026-09-28"),
        ("Mum's 60th: dancing from 9", {"soul": 13, "pop": 7}, "2025-08-24", "2026-10-01"),
    )
    made = []
    for name, counts, since, until in wishes:
        dice = Dice(f"{SEED}|account|{name}")
        songs = _mixed(pool, dice, counts, [], lambda _: True, runs=0.1)
        made.append(_list(name, "nightdriver", songs, dice, since=since, until=until))
    return tuple(made)


def _tiny(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|tiny")
    extras = _curios(pool, "終電", "Ça va")
    songs = _mixed(
        pool, dice, {"indie": 3, "soul": 2, "ballad": 1}, extras, lambda song: not song.is_recent, runs=0.0
    )
    return _list(
        "Eight Songs for Aunt Pearl", "nightdriver", songs, dice, since="2024-12-24", until="2024-12-25"
    )


def _links(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|links")
    songs = _mixed(
        pool, dice, {"indie": 5, "club": 5, "ambient": 5}, [], lambda song: not song.is_recent, runs=0.0
    )
    return _list("Pasted links", "nightdriver", songs, dice, since="2025-01-01", until="2025-01-02")


def _mika(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|mika")
    extras = _curios(pool, "Almost", "終電", "In Which the Night Porter")
    songs = _mixed(pool, dice, {"indie": 36, "ballad": 26, "soul": 15}, extras, _taste("mika"))
    return _list("mika", "mika", songs, dice, since="2018-05-05", until="2025-03-09")


def _noor(pool: Discography, mika: Listing) -> Listing:
    dice = Dice(f"{SEED}|noor")
    shared = [song for song in mika.songs if song.kind in {"indie", "soul"} and song not in pool.curios]
    extras = [*dice.shuffled(shared)[:9], *_curios(pool, "🚕", "終電")]
    songs = _mixed(pool, dice, {"indie": 26, "soul": 25, "pop": 18}, extras, _taste("noor"))
    return _list("noor", "noor", songs, dice, since="2019-09-14", until="2025-06-22")


def _tam(pool: Discography) -> Listing:
    dice = Dice(f"{SEED}|tam")
    extras = _curios(pool, "$aved", "Grandma", "Świt", "Nachtbus")
    songs = _mixed(pool, dice, {"rap": 32, "rock": 25, "club": 19}, extras, _taste("tam"))
    return _list("tam", "tam", songs, dice, since="2017-02-20", until="2025-04-27")


def _taste(person: str) -> Callable[[Song], bool]:
    """Let a person like two artists in three, and records up to 2024."""

    def likes(song: Song) -> bool:
        return song.album.year <= 2024 and Dice(f"{SEED}|{person}|{song.artists[0]}").chance(0.66)

    return likes


def _curios(pool: Discography, *beginnings: str) -> list[Song]:
    """Find the hand-written titles that contain each of the given words."""
    return [next(song for song in pool.curios if words in song.title) for words in beginnings]


def _pair(pairs: Iterable[tuple[Song, Song]], artist: str) -> tuple[Song, Song]:
    """Find the original and the other version by `artist`."""
    return next(pair for pair in pairs if pair[0].artists[0] == artist)


def _mixed(
    pool: Discography,
    dice: Dice,
    counts: Mapping[str, int],
    extras: Sequence[Song],
    allowed: Callable[[Song], bool],
    *,
    runs: float = 0.22,
    first: Callable[[Song], bool] = lambda _: True,
) -> tuple[Song, ...]:
    """Pick `counts` songs per kind and put them in moods, with `extras` strewn in.

    `runs` is the share of albums that come as a run of consecutive tracks; albums with a song that
    passes `first` are taken before the others.
    """
    special = {
        song.id for song in (*pool.curios, *extras, *(other for _, other in (*pool.reissues, *pool.versions)))
    }
    free = [song for song in pool.songs if song.id not in special and allowed(song)]
    blocks = {
        kind: _blocks(dice, [song for song in free if song.kind == kind], count, runs, first)
        for kind, count in counts.items()
    }
    order: list[Song] = []
    last = ""
    while any(blocks.values()):
        kinds = [kind for kind in blocks if blocks[kind]]
        weights = [len(blocks[kind]) * (_STAY if kind == last else 1.0) for kind in kinds]
        last = dice.weighted(kinds, weights)
        order += blocks[last].pop()
    for song in extras:
        order.insert(dice.whole(0, len(order)), song)
    return tuple(order)


def _blocks(
    dice: Dice, songs: Sequence[Song], count: int, runs: float, first: Callable[[Song], bool]
) -> list[list[Song]]:
    """Cut `count` of the songs into album runs and single tracks, going round the albums."""
    albums: dict[str, list[Song]] = {}
    for song in songs:
        albums.setdefault(song.album.id, []).append(song)
    waiting = sorted(dice.shuffled(list(albums.values())), key=lambda album: not any(map(first, album)))
    blocks: list[list[Song]] = []
    left = count
    while left and any(waiting):
        for album in waiting:
            if not album or not left:
                continue
            length = min(dice.whole(*_ALBUM_RUN) if dice.chance(runs) else 1, len(album), left)
            start = dice.whole(0, len(album) - length)
            blocks.append(album[start : start + length])
            del album[start : start + length]
            left -= length
    if left:
        raise ValueError(f"The discography has {left} songs too few for this playlist; raise the roster.")
    return dice.shuffled(blocks)


def _chunks(songs: Sequence[Song], size: int) -> list[Sequence[Song]]:
    return [songs[start : start + size] for start in range(0, len(songs), size)]


def _list(name: str, owner: str, songs: Sequence[Song], dice: Dice, **dating: Unpack[_Dating]) -> Listing:
    """Date the songs, often several in one sitting; one not yet released at its turn waits until it is."""
    start, end = (
        datetime.fromisoformat(f"{dating[key]}T19:04:11").replace(tzinfo=UTC) for key in ("since", "until")
    )
    gaps = [dice.whole(20, 400) if dice.chance(0.6) else dice.whole(5_000, 500_000) for _ in songs]
    stretch = (end - start) / sum(gaps)
    without = dating.get("refused", frozenset())
    waiting = list(songs)
    entries = []
    moment = start
    for gap in gaps:
        moment += timedelta(seconds=gap) if gap <= 400 else stretch * gap
        today = f"{moment:%Y-%m-%d}"
        song = next((song for song in waiting if song.album.released <= today), None)
        if song is None:
            song = min(waiting, key=lambda one: one.album.released)
            moment = datetime.fromisoformat(f"{song.album.released}T20:15:00").replace(tzinfo=UTC)
        waiting.remove(song)
        entries.append(Entry(song, moment.replace(microsecond=0), song.id not in without))
    return Listing(name, owner, tuple(entries))
