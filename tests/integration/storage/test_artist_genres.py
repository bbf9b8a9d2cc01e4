"""Genres of artists, from files to lists that come without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.features_import import invented_id
from services.analysis.genres import claims_of
from services.domain.known_tracks import FILES, MUSICBRAINZ, GenreClaim, mark_of
from services.domain.music import Track
from services.storage.artist_genres import ArtistGenreStore, write_artist_genres
from services.storage.database import Database
from services.workflows.artist_genres import ArtistGenresWorkflow
from services.workflows.datasets import import_dataset
from tests.integration.storage.samples import NOON, track_id

TAGGED = tuple(
    Track(id=track_id(n), title=f"Song {n}", artists=("Mira Voss", "A Guest"), genres=("Hip-Hop", "Own Word"))
    for n in range(4)
)
BARE = tuple(replace(track, genres=()) for track in TAGGED)


def collecting(database: Database, **options: bool) -> ArtistGenresWorkflow:
    return ArtistGenresWorkflow(store=ArtistGenreStore(database), clock=lambda: NOON, **options)


async def test_a_list_without_genres_profits_from_files_of_two_others(database: Database) -> None:
    genres = collecting(database)
    await genres.learn(TAGGED, 11)
    await genres.learn(TAGGED, 11)
    assert await genres.recall(BARE, 13) == {}
    assert await genres.recall(BARE, 11) == {"mira voss": ("hip hop",)}
    await genres.learn(TAGGED, 12)
    assert await genres.recall(BARE, 13) == {"mira voss": ("hip hop",)}
    assert await genres.recall(TAGGED, 13) == {}
    untold = [replace(track, genres=("Other", "2019")) for track in TAGGED]
    assert await genres.recall(untold, 13) == {"mira voss": ("hip hop",)}


async def test_where_the_database_is_only_read_nothing_is_kept(database: Database) -> None:
    await collecting(database, remembers=False).learn(TAGGED, 11)
    assert await ArtistGenreStore(database).load(["mira voss"]) == []


async def test_what_musicbrainz_says_is_used_only_where_the_operator_takes_it(database: Database) -> None:
    claim = GenreClaim("mira voss", "jazz", MUSICBRAINZ, 3)
    await collecting(database).keep([claim])
    assert await collecting(database).recall(BARE, 13) == {"mira voss": ("jazz",)}
    assert await collecting(database, takes_musicbrainz=False).recall(BARE, 13) == {}


async def test_files_add_marks_and_data_sets_add_tracks(database: Database) -> None:
    store = ArtistGenreStore(database)
    await store.add([GenreClaim("a", "rock", FILES, 5, mark_of(1, "a"))], NOON)
    await store.add([GenreClaim("a", "rock", FILES, 4, mark_of(2, "a"))], NOON)
    for _ in range(2):
        async with database.transaction() as connection:
            await write_artist_genres(connection, [GenreClaim("a", "rock", "set", 2)], now=NOON, adds=True)
    files, dataset = sorted(await store.load(["a", "b"]), key=lambda claim: claim.source)
    assert files == GenreClaim("a", "rock", FILES, 5, mark_of(1, "a") | mark_of(2, "a"))
    assert dataset == GenreClaim("a", "rock", "set", 4)


async def test_what_nobody_says_again_goes(database: Database) -> None:
    store = ArtistGenreStore(database)
    await store.add([GenreClaim("a", "rock", FILES, 5, 1)], NOON)
    await store.add([GenreClaim("b", "rock", FILES, 5, 1)], NOON + timedelta(days=2))
    assert await store.purge(NOON + timedelta(days=1)) == 1
    assert [claim.artist for claim in await store.load(["a", "b"])] == ["b"]


def test_only_known_genres_of_released_recordings_are_counted() -> None:
    private = [replace(track, id=None, title=f"Demo {track.title}") for track in TAGGED]
    compilation = [replace(track, artists=("Various Artists",)) for track in TAGGED]
    assert claims_of([*private, *compilation, *TAGGED[:2], TAGGED[0]], FILES, 11) == []
    assert claims_of([*TAGGED, TAGGED[0]], FILES, 11) == [
        GenreClaim("mira voss", "hip hop", FILES, 4, mark_of(11, "mira voss"))
    ]


async def test_a_data_set_of_the_operator_is_enough_by_itself(database: Database, tmp_path: Path) -> None:
    rows = [f'{invented_id(n)},Song {n},"Mira Voss, A Guest",0.5,"folk, own word"' for n in range(3)]
    file = tmp_path / "songs.csv"
    file.write_text("\n".join(["id,name,artists,energy,genres", *rows, rows[0]]), encoding="utf-8")
    await import_dataset(
        database, file, source="dataset:songs", now=NOON, on_start=lambda *_: None, on_step=lambda _: None
    )
    assert await ArtistGenreStore(database).load(["mira voss"]) == [
        GenreClaim("mira voss", "folk", "dataset:songs", 3)
    ]
    assert await collecting(database).recall(BARE, 13) == {"mira voss": ("folk",)}
