"""Every record of the invented artists: the pool that the sample playlists are picked from."""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache
from typing import NamedTuple

from sandbox.playlists.archetypes import ARCHETYPES, Hand, draw_features
from sandbox.playlists.dice import Dice
from sandbox.playlists.roster import ARTISTS, LABELS
from sandbox.playlists.songs import Album, Song, invented_isrc, performed_live, reissued, remixed
from sandbox.playlists.words import TitleWriter

SEED = "tastemap-1"
"""Changing it rewrites every sample file."""

_LAST_MONTH_OF_2026 = 9
_ACTIVE_SHARE = 0.50
"""Share of artists with a record from 2025 or 2026."""
_YEAR_ONLY_SHARE = 0.25
"""Share of records from before 1990 of which only the year is known."""


class Curio(NamedTuple):
    """A hand-written title that a playlist reader has to survive, played by somebody in the roster."""

    title: str
    kind: str
    artists: tuple[str, ...]
    year: int


CURIOS: tuple[Curio, ...] = (
    Curio("Call Me When the 🚕 Is Outside", "pop", ("Super Lemon Weekend",), 2021),
    Curio(
        "In Which the Night Porter Reads the Entire Shipping Forecast Aloud to a Ballroom of Sleeping "
        "Accordionists, Somebody's Umbrella Applauds, and the Lift Declines to Comment (Part II)",
        "indie",
        ("Mild Panic Orchestra",),
        2009,
    ),
    Curio("$aved *Me* a _Seat_", "rap", ("Lil Thesaurus",), 2017),
    Curio('"Almost" Home, Again', "ballad", ("Marguerite Salt",), 2012),
    Curio("終電のあとで", "indie", ("Kissa Parade",), 2015),
    Curio("Nachtbus nach Nirgendwo (feat. MC Sparbuch)", "club", ("Nachtbus 44", "MC Sparbuch"), 2018),
    Curio(
        "Grandma Had Bars (feat. Auntie Cadence & Tía Metrónomo)",
        "rap",
        ("Big Ledger", "Auntie Cadence", "Tía Metrónomo"),
        2022,
    ),
    Curio("Ça va, ça va, ça ne va pas", "pop", ("Mademoiselle Néon-Nylon",), 2019),
    Curio("~~~ || ok || ~~~", "ambient", ("Cloud Registry",), 2020),
    Curio("Świt (Interlude) [Skit]", "rap", ("Blok Czwarty B",), 2014),
)  # fmt: skip


class Discography(NamedTuple):
    """All songs, and the few that the samples ask for by role."""

    songs: tuple[Song, ...]
    curios: tuple[Song, ...]
    reissues: tuple[tuple[Song, Song], ...]
    """(original, the same recording under another id)."""
    versions: tuple[tuple[Song, Song], ...]
    """(original, a live version or remix of it)."""


@lru_cache(maxsize=1)
def discography() -> Discography:
    """Build the whole pool; the same in every run."""
    titles = TitleWriter(Dice(f"{SEED}|titles"))
    records: dict[str, tuple[Song, ...]] = {}
    curios: list[Song] = []
    for kind, artists in ARTISTS.items():
        for name, language in artists:
            dice = Dice(f"{SEED}|artist|{name}")
            player = _Player(name, language, kind, dice)
            records[name] = player.records(titles)
            curios += [player.curio(curio) for curio in CURIOS if curio.artists[0] == name]
    reissues, versions = _other_versions(records)
    pool = [song for songs in records.values() for song in songs]
    others = [other for _, other in (*reissues, *versions)]
    return Discography((*pool, *curios, *others), tuple(curios), reissues, versions)


class _Player:
    """One artist at work: a hand, a level of fame, a label and a chance of their own."""

    def __init__(self, name: str, language: str, kind: str, dice: Dice) -> None:
        self.name, self.language, self.kind, self.dice = name, language, kind, dice
        self.sound = ARCHETYPES[kind]
        self.hand = Hand(drive=dice.normal(), joy=dice.normal())
        self.fame = dice.normal(46, 14)
        self.label = dice.pick(LABELS)
        self.genres = tuple(dice.shuffled(self.sound.genres)[: dice.whole(1, 3)])

    def records(self, titles: TitleWriter) -> tuple[Song, ...]:
        """Release an album or two, and something new where the artist is still active."""
        first = self.dice.whole(self.sound.since, 2020)
        years = [first]
        if self.dice.chance(0.45):
            years.append(min(first + self.dice.whole(2, 7), 2024))
        if self.dice.chance(_ACTIVE_SHARE):
            years.append(2025 + int(self.dice.chance(0.5)))
        songs: list[Song] = []
        for year in dict.fromkeys(years):
            names = [titles.title(self.kind, self.language) for _ in range(self.dice.whole(3, 6))]
            album = self._album(
                self.dice.pick(names) if self.dice.chance(0.6) else titles.title(self.kind, self.language),
                year,
            )
            songs += [self._song(title, album, number) for number, title in enumerate(names, start=1)]
        return tuple(songs)

    def curio(self, curio: Curio) -> Song:
        """Release a hand-written title as a single."""
        song = self._song(curio.title, self._album(curio.title, curio.year), 1)
        return dataclasses.replace(song, artists=curio.artists)

    def _album(self, title: str, year: int) -> Album:
        month = self.dice.whole(1, _LAST_MONTH_OF_2026 if year == 2026 else 12)
        day = self.dice.whole(1, 28)
        year_only = year < 1990 and self.dice.chance(_YEAR_ONLY_SHARE)
        released = str(year) if year_only else f"{year}-{month:02d}-{day:02d}"
        return Album(title=title, artist=self.name, released=released, label=self.label)

    def _song(self, title: str, album: Album, number: int) -> Song:
        minutes, spread = self.sound.minutes
        return Song(
            title=title,
            artists=(self.name,),
            album=album,
            number=number,
            kind=self.kind,
            features=draw_features(self.kind, self.hand, self.dice),
            time_signature=3 if self.dice.chance(self.sound.waltz_share) else 4,
            duration_ms=math.floor(60_000 * minutes * math.exp(spread * self.dice.normal())),
            popularity=min(max(math.floor(self.fame + self.dice.normal(0, 8)), 0), 93),
            explicit=self.dice.chance(self.sound.explicit_share),
            genres=self.genres,
            isrc=invented_isrc(f"{self.name}|{title}", album.year),
        )


def _other_versions(
    records: dict[str, tuple[Song, ...]],
) -> tuple[tuple[tuple[Song, Song], ...], tuple[tuple[Song, Song], ...]]:
    """Reissue, perform and remix a few songs that came out early enough."""
    dice = Dice(f"{SEED}|versions")

    def classic(name: str) -> Song:
        return dice.pick([song for song in records[name] if song.album.year <= 2020])

    reissues = tuple(
        (song, reissued(song, year))
        for song, year in (
            (classic("Granite Aunt"), 2021),
            (classic("The Slow Ferries"), 2022),
            (classic("Hotel Marzipan"), 2023),
            (classic("Mirrorball Bureau"), 2021),
            (classic("Odette Brioche"), 2022),
        )
    )
    performed = [
        (song, performed_live(song, place, 2022))
        for song, place in (
            (classic("Okapi Parliament"), "the Municipal Baths"),
            (classic("The Loud Librarians"), "Reading Room 3"),
            (classic("Marguerite Salt"), "St Odd's"),
        )
    ]
    clubbed = [
        (song, remixed(song, by, draw_features("club", Hand(0.3, 0.4), dice), 2023))
        for song, by in (
            (classic("Lido Hours"), "Otto Vantablau"),
            (classic("Coco Fluor"), "DJ Kaltmamsell"),
            (classic("Ruby Tablecloth"), "Sister Solenoid"),
        )
    ]
    return reissues, (*performed, *clubbed)
