"""A year says when music is from only where the edition cannot be much younger than what is on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogs.words.grouping import subtitle
from cogs.words.report import verdict
from services.analysis.facts import leads_of, years_of_their_time
from services.domain.music import Track
from tests.unit.services.analysis import sounds


def years(*tracks: Track) -> list[int | None]:
    return years_of_their_time(tracks, leads_of(tracks))


@pytest.mark.parametrize(
    "album",
    ["The Best of Nina Simone", "Anthology", "Kind of Blue (Legacy Edition)", "Pet Sounds - 2012 Remaster"],
)
def test_a_compilation_says_nothing_about_when_its_music_is_from(album: str) -> None:
    assert years(Track(title="Song", artists=("Ann",), album=album, release_year=2012)) == [None]
    assert years(Track(title="Song", artists=("Ann",), album="Halcyon", release_year=2012)) == [2012]


def test_a_remaster_is_younger_than_its_music_and_no_edition_is_older() -> None:
    remastered = Track(title="Song - Remastered 2009", artists=("Ann",), release_year=2009)
    assert years(remastered, replace(remastered, release_year=1971)) == [None, 1971]


def test_the_year_that_catalogues_write_where_they_know_none_is_no_year() -> None:
    unknown = Track(title="Song", artists=("Ann",), release_year=1900)
    assert years(unknown, replace(unknown, release_year=1975)) == [None, 1975]
    assert years(replace(unknown, release_year=1927)) == [1927]


def test_an_edition_of_a_generation_later_may_be_of_old_recordings() -> None:
    drake = [
        Track(title=f"Song {year}", artists=("Nick Drake",), release_year=year) for year in (1970, 1972, 2007)
    ]
    other = Track(title="Song", artists=("Ann",), release_year=2007)
    assert years(*drake, other) == [1970, 1972, None, 2007]
    nobody = [replace(track, artists=("Various Artists",)) for track in drake]
    assert years(*nobody) == [1970, 1972, 2007]


def test_a_list_of_one_artist_is_told_no_decade_of_its_reissues() -> None:
    rows = np.concatenate([sounds.group(30, 1, **sounds.QUIET), sounds.group(30, 2, **sounds.LOUD)])
    entries = [
        replace(
            entry,
            track=replace(entry.track, artists=("Nick Drake",), release_year=2007 if row < 30 else 1970),
        )
        for row, entry in enumerate(sounds.tracks(rows))
    ]
    report = sounds.report(entries, groups=2)
    said = " ".join([verdict(report), *map(subtitle, report.clusters)])
    assert "1970s" in said
    assert "2000s" not in said
