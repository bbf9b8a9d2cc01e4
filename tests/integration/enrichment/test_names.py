"""Lists of names become measured tracks: found, doubtful, absent and failed are four different things."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sandbox.catalogue import invented_id
from sandbox.labs import fold
from sandbox.reccobeats import SEARCH
from services.analysis.matching import name_key
from services.analysis.titles import lead_artist
from services.domain.features import Origin
from services.domain.messages import NoteKind
from services.domain.music import Track
from services.domain.recordings import pair_of
from tests.integration.enrichment.names import CATALOGUE, named, services

KNOWN = [entry for entry in CATALOGUE.tracks if entry.known]


async def test_a_list_of_names_gets_measured_features() -> None:
    entries = KNOWN[:30]
    async with services() as world:
        found = await world.enricher.look_up(named(entries))
    for entry, track in zip(entries, found.tracks, strict=True):
        assert track.features == entry.features
        assert track.track.id is None  # nothing is written into the person's list
        assert {each.origin for each in track.provenance.values()} == {Origin.BORROWED}
    (note,) = found.notices
    assert (note.kind, note.count, note.total, note.number) == (NoteKind.FOUND_BY_NAME, 30, 30, 0)


async def test_what_is_found_by_name_and_has_no_features_there_either_is_counted() -> None:
    unheard = [entry for entry in CATALOGUE.tracks if not entry.known]
    async with services() as world:
        found = await world.enricher.look_up(named([*unheard[:10], *KNOWN[:10]]))
    notes = {note.kind: note.count for note in found.notices}
    without = sum(track.features.is_empty for track in found.tracks)
    assert notes[NoteKind.FOUND_UNHEARD] == without - (20 - notes[NoteKind.FOUND_BY_NAME])
    assert notes[NoteKind.FOUND_UNHEARD] > 0


async def test_two_hundred_names_take_eight_calls_and_the_second_time_none() -> None:
    entries = KNOWN[:200]
    async with services() as world:
        began = world.time.at
        found = await world.enricher.look_up(named(entries))
        assert world.look_ups <= 8
        assert world.time.at - began < 30
        measured = [track for track in found.tracks if not track.features.is_empty]
        assert len(measured) >= 0.95 * len(entries)
        calls = world.look_ups
        again = await world.enricher.look_up(named(entries))
        assert world.look_ups == calls
        assert again.tracks == found.tracks


async def test_a_list_without_lengths_takes_them_from_musicbrainz() -> None:
    entries = KNOWN[:40]
    bare = [replace(track, album=None) for track in named(entries, lengths=False)]
    async with services() as world:
        found = await world.enricher.look_up(bare)
    assert [track.features for track in found.tracks] == [entry.features for entry in entries]


async def test_an_id_whose_names_were_only_echoed_is_not_believed() -> None:
    wanted, other = KNOWN[0], KNOWN[25]
    lie = {fold("".join(wanted.track.artists) + wanted.track.title): [str(other.track.id)]}
    async with services(impostors=lie, without_isrc=[wanted.track.title]) as world:
        found = await world.enricher.look_up(named([wanted]))
    assert found.tracks[0].features.is_empty
    assert (found.notices[0].count, found.notices[0].number) == (0, 0)


async def test_two_people_who_ask_for_one_name_make_one_look_up() -> None:
    async with services() as world:
        first, second = await asyncio.gather(
            world.enricher.look_up(named(KNOWN[:20])), world.enricher.look_up(named(KNOWN[10:30]))
        )
        assert len(world.labs.names_asked) == len(set(world.labs.names_asked)) * 2  # recordings, then ids
    assert all(not track.features.is_empty for track in (*first.tracks, *second.tracks))


async def test_somebody_who_leaves_takes_nothing_from_the_others() -> None:
    async with services() as world:
        leaving = asyncio.create_task(world.enricher.look_up(named(KNOWN[:20])))
        staying = asyncio.create_task(world.enricher.look_up(named(KNOWN[:20])))
        await asyncio.sleep(0.01)
        leaving.cancel()
        found = await staying
    assert all(not track.features.is_empty for track in found.tracks)


async def test_a_doubtful_find_is_used_only_when_its_person_says_so() -> None:
    entry = KNOWN[0]
    (track,) = named([entry])
    off = replace(track, duration_ms=(track.duration_ms or 0) + 9_000)
    key = name_key(off)
    assert key
    async with services() as world:
        found = await world.enricher.look_up([off])
        assert found.tracks[0].features.is_empty
        assert (found.notices[0].count, found.notices[0].number) == (0, 1)
        match = (await world.resolver.known([key]))[key]
        pair = pair_of(match)
        assert pair
        taken = await world.enricher.look_up([off], answers={pair: True})
        refused = await world.enricher.look_up([off], answers={pair: False})
    assert taken.tracks[0].features == entry.features
    assert refused.tracks[0].features.is_empty
    assert (refused.notices[0].count, refused.notices[0].number) == (0, 0)


async def test_what_nobody_knows_is_absent_for_a_month_and_then_asked_again() -> None:
    unknown = Track(title="Nobody Wrote This", artists=("Nobody At All",), duration_ms=200_000)
    async with services() as world:
        await world.enricher.look_up([unknown])
        calls = world.look_ups
        assert calls
        await world.enricher.look_up([unknown])
        assert world.look_ups == calls
        world.time.at += 31 * 24 * 3600
        await world.enricher.look_up([unknown])
        assert world.look_ups > calls


async def test_titles_go_to_the_search_only_where_the_operator_allows_it() -> None:
    unknown = Track(title="Nobody Wrote This", artists=("Nobody At All",))
    async with services(searches=True) as world:
        await world.enricher.look_up([unknown])
        assert len(world.reccobeats.calls_of(SEARCH)) == 1
    async with services() as world:
        await world.enricher.look_up([unknown])
        assert not world.reccobeats.calls_of(SEARCH)


async def test_the_search_is_asked_for_twenty_tracks_of_a_list_at_most() -> None:
    unknown = [Track(title=f"Lost Song {n}", artists=("Nobody At All",)) for n in range(30)]
    async with services(searches=True) as world:
        await world.enricher.look_up(unknown)
        assert len(world.reccobeats.calls_of(SEARCH)) == 20


async def test_a_track_whose_own_id_is_unknown_is_found_under_another_release() -> None:
    """ReccoBeats misses ids of recordings that it knows under another one."""
    known = next(e for e in KNOWN if len(CATALOGUE.by_isrc[e.track.isrc or ""]) == 2)
    own = replace(known.track, id=invented_id("a release that no source knows"), isrc=None, uploaded=None)
    async with services() as world:
        found = await world.enricher.look_up([own])
    assert found.tracks[0].features == known.features
    assert found.tracks[0].track.id == own.id


async def test_genres_come_along_with_names_and_are_remembered() -> None:
    entries = KNOWN[:10]
    genres = {lead_artist(entry.track.artists): (entry.style,) for entry in entries}
    async with services() as world:
        assert (await world.enricher.look_up(named(entries))).artist_genres == genres
        assert (await world.enricher.look_up(named(entries))).artist_genres == genres
