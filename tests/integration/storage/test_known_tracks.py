"""Related tracks: found by recording, song, album and artist, and bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

from benchmarks.features_import import invented_id
from services.analysis.genres import claims_of
from services.domain.features import AudioFeatures
from services.domain.known_tracks import FILES, MUSICBRAINZ, GenreClaim, KnownTrack, TrackKeys, mark_of
from services.domain.music import Track
from services.domain.sources import FetchedFeatures
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.storage.known_tracks import ArtistGenreStore, KnownTrackStore, write_artist_genres
from services.workflows.datasets import import_dataset
from services.workflows.known_tracks import ArtistGenresWorkflow
from tests.integration.storage.samples import NOON, track_id


def known(number: int, artist: str = "", song: str = "", album: str = "", **words: Any) -> KnownTrack:
    return KnownTrack(Track(id=track_id(number), **words), TrackKeys(artist, song, album))


async def measure(database: Database, *numbers: int, source: str = "reccobeats") -> None:
    await FeatureStore(database).save_features(
        FetchedFeatures(
            track_id=track_id(number),
            source=source,
            features=AudioFeatures(energy=number / 1000),
            fetched_at=NOON,
        )
        for number in numbers
    )


async def relatives(database: Database, *asked: KnownTrack, **options: Any) -> list[Any]:
    found = await KnownTrackStore(database).load_relatives(asked, **options)
    return [relative.track.id for relative in found]


async def test_words_come_back_as_they_were(database: Database) -> None:
    track = Track(
        id=track_id(1),
        title="Nachtfähre – “Live” 夜\0",
        artists=("Die Erfundenen", "Guest"),
        album="Hafen",
        album_id="a1",
        isrc="QZTST2600001",
        duration_ms=201_000,
        release_year=2024,
        explicit=False,
        genres=("dream pop", "schlager"),
    )
    await KnownTrackStore(database).remember(
        [KnownTrack(track, TrackKeys("erfundenen", "nachtfaehre", "a1"))]
    )
    await measure(database, 1)

    ((found, features, source),) = await KnownTrackStore(database).load_relatives([known(9, "erfundenen")])

    assert found == replace(track, title="Nachtfähre – “Live” 夜")
    assert (features, source) == (AudioFeatures(energy=0.001), "reccobeats")


async def test_closest_relations_come_first_and_each_track_once_per_source(database: Database) -> None:
    store = KnownTrackStore(database)
    await store.remember(
        [
            known(1, "ann", "other song", "other album"),
            known(2, "ann", "walk", "best of"),
            known(3, "bob", "else", "lp"),
            known(4, "ann", "walk", "lp", isrc="QZTST2600001"),
            known(5, "bob", "unrelated", "unrelated"),
            known(6, "ann", "never measured", "lp"),
        ]
    )
    await measure(database, 1, 2, 3, 4, 5)
    await measure(database, 2, source="file")

    found = await store.load_relatives([known(9, "ann", "walk", "lp", isrc="qztst2600001")])

    assert [(relative.track.id, relative.source) for relative in found] == [
        (track_id(4), "reccobeats"),
        (track_id(2), "file"),
        (track_id(2), "reccobeats"),
        (track_id(3), "reccobeats"),
        (track_id(1), "reccobeats"),
    ]


async def test_the_asked_tracks_are_not_their_own_relatives(database: Database) -> None:
    await KnownTrackStore(database).remember([known(1, "ann"), known(2, "ann"), known(3, "ann")])
    await measure(database, 1, 2, 3)

    assert await relatives(database, known(1, "ann"), known(2, "ann")) == [track_id(3)]
    nameless = KnownTrack(Track(title="no id"), TrackKeys("ann", "", ""))
    assert await relatives(database, nameless) == [track_id(1), track_id(2), track_id(3)]


async def test_the_same_title_by_somebody_else_is_no_relation(database: Database) -> None:
    await KnownTrackStore(database).remember([known(1, "bob", "intro"), known(2, "", "intro")])
    await measure(database, 1, 2)

    assert await relatives(database, known(9, "ann", "intro")) == []


async def test_empty_keys_relate_nobody(database: Database) -> None:
    await KnownTrackStore(database).remember([known(1), known(2, isrc=None)])
    await measure(database, 1, 2)

    assert await relatives(database, known(9), known(8, isrc="")) == []
    assert await relatives(database) == []


async def test_a_famous_artist_is_bounded_by_tracks_not_rows(database: Database) -> None:
    await KnownTrackStore(database).remember(known(number, "famous") for number in range(100))
    await measure(database, *range(100))
    await measure(database, *range(100), source="file")

    found = await relatives(database, known(900, "famous"), per_key=7)

    assert found == [track_id(number) for number in range(7) for _ in range(2)]


async def test_thousands_of_artists_at_once(database: Database) -> None:
    await KnownTrackStore(database).remember(
        known(number, f"artist {number}", f"song {number}") for number in range(3_000)
    )
    await measure(database, *range(3_000))

    asked = [known(10_000 + number, f"artist {number}", f"song {number}") for number in range(3_000)]

    assert len(await relatives(database, *asked)) == 3_000


async def test_what_is_not_said_again_stays_known(database: Database) -> None:
    store = KnownTrackStore(database)
    full = KnownTrack(
        Track(
            id=track_id(1), title="A", album="Hafen", isrc="QZTST2600001", release_year=2024, explicit=True
        ),
        TrackKeys("ann", "a", "hafen"),
    )
    await store.remember([full])
    await store.remember([KnownTrack(Track(id=track_id(1), title="A (new)"), TrackKeys("ann", "a", "hafen"))])
    await measure(database, 1)

    ((track, _, _),) = await store.load_relatives([known(9, "ann")])

    assert track == replace(full.track, title="A (new)")


async def test_tracks_without_an_id_and_numbers_without_sense_are_not_kept(database: Database) -> None:
    store = KnownTrackStore(database)
    await store.remember(
        [
            KnownTrack(Track(title="no id"), TrackKeys("ann", "", "")),
            known(1, "ann", release_year=10**30, duration_ms=-(10**30)),
        ]
    )
    await measure(database, 1)

    ((track, _, _),) = await store.load_relatives([known(9, "ann")])

    assert (track.release_year, track.duration_ms) == (None, None)


async def test_a_year_that_was_kept_as_unknown_comes_back_as_none(database: Database) -> None:
    store = KnownTrackStore(database)
    await store.remember([known(1, "ann", release_year=1900)])
    await measure(database, 1)

    ((track, _, _),) = await store.load_relatives([known(9, "ann")])

    assert track.release_year is None


async def test_keys_with_any_character_find_themselves(database: Database) -> None:
    strange = "d'ann \ud800 \0 %_ 夜 \\"
    await KnownTrackStore(database).remember([known(1, strange, strange, strange)])
    await measure(database, 1)

    assert await relatives(database, known(9, strange, strange)) == [track_id(1)]
    assert await relatives(database, known(9, album=strange)) == [track_id(1)]


async def test_relations_are_looked_up_in_indexes(database: Database) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "known_tracks" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await relatives(
            database, known(9, "ann", "walk", "lp", isrc="QZTST2600001"), known(8, "bob", "b", "c")
        )
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert len(asked) == 4
    async with database.transaction() as connection:
        if database.address.is_sqlite:
            explain, whole_tables = "EXPLAIN QUERY PLAN ", ("SCAN known_tracks", "SCAN features")
        else:
            # On tables this small PostgreSQL would rightly read all of them.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            explain, whole_tables = "EXPLAIN ", ("Seq Scan",)
        for statement, parameters in asked:
            plan = " ".join(
                str(row) for row in await connection.exec_driver_sql(explain + statement, parameters)
            )
            assert "ix_known_tracks" in plan, plan
            assert not any(scan in plan for scan in whole_tables), plan


async def test_a_later_reading_without_genres_leaves_those_that_are_known(database: Database) -> None:
    store = KnownTrackStore(database)
    await measure(database, 1)

    async def genres() -> tuple[str, ...]:
        (relative,) = await store.load_relatives([known(2, "abba")])
        return relative.track.genres

    await store.remember([known(1, "abba", genres=("europop", "disco"))])
    await store.remember([known(1, "abba")])
    assert await genres() == ("europop", "disco")
    await store.remember([known(1, "abba", genres=("schlager",))])
    assert await genres() == ("schlager",)


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
