"""Ask ListenBrainz and its labs host about names of tracks, trusting no answer; no person is named there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, Unpack

import aiohttp

from services.domain.errors.sources import SourceUnavailableError
from services.domain.music import LONGEST_MS, Track, TrackId, valid_isrc, valid_track_id
from services.domain.recordings import NameQuestion
from services.sources.clock import Deadline
from services.sources.outcomes import Answers, ask_in_batches, require
from services.sources.upstream import Ask, Upstream, Wiring

_MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_SPOTIFY = re.compile(
    r"open\.spotify\.com/(?:intl-[a-z-]+/)?track/([0-9A-Za-z]{22})(?![0-9A-Za-z])", re.ASCII
)

_MOST_IDS = 10
"""Ids of one name that are looked at; releases beyond them are the same recordings again."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What people call a recording or an artist."""

    name: str
    count: int
    """How many people say so."""
    is_genre: bool
    """Whether MusicBrainz lists it as a genre; others are free words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as MusicBrainz knows it."""

    mbid: str
    track: Track
    """With the first ISRC, and the Spotify id where MusicBrainz links to one."""
    artist_mbids: tuple[str, ...] = ()
    """One for each of the artists, "" where there is none."""
    tags: tuple[Tag, ...] = ()
    artist_tags: Mapping[str, tuple[Tag, ...]]
    """By MusicBrainz id of the artist."""


MOST_GENRES = 3
FEWEST_VOICES = 2
"""A count of one is one person's opinion."""


def genres_of(recording: Recording) -> tuple[str, ...]:
    """Return the genres that people give a recording, else its artists; free words are none."""
    artists = [tag for mbid in recording.artist_mbids for tag in recording.artist_tags.get(mbid, ())]
    for tags in (recording.tags, artists):
        genres = [tag for tag in tags if tag.is_genre and tag.count >= FEWEST_VOICES]
        if genres:
            ranked = sorted(genres, key=lambda tag: (-tag.count, tag.name))
            return tuple(dict.fromkeys(tag.name for tag in ranked))[:MOST_GENRES]
    return ()


def find_mbid(text: object) -> str | None:
    """Return the MusicBrainz id in a text or an address."""
    match = _MBID.search(text.casefold()) if isinstance(text, str) else None
    return match[0] if match else None


def spotify_id_in(text: object) -> TrackId | None:
    """Return the track id in an address of Spotify's."""
    match = _SPOTIFY.search(text) if isinstance(text, str) else None
    return TrackId(match[1]) if match else None


def words_in(entry: Mapping[str, object], name: str) -> str:
    """Return a text of an entry, or ""."""
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def length_ms(value: object) -> int | None:
    """Return a length in milliseconds that can be true, from a number or digits in text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_MS:
        return None
    return round(value)


def object_in(value: object) -> Mapping[str, object]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Iterate over the objects of a list, passing over everything else."""
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def read_spotify_ids(
    rows: Sequence[object], asked: Sequence[NameQuestion]
) -> dict[NameQuestion, tuple[TrackId, ...]]:
    """Match rows of `spotify-id-from-metadata` to questions by the names that they echo.

    Neither by position nor in full: of two questions that fold to one key only one is answered.
    """
    by_words: dict[tuple[str, str, str], NameQuestion] = {
        (each.artist, each.album, each.title): each for each in asked
    }
    found: dict[NameQuestion, tuple[TrackId, ...]] = {}
    for row in objects(list(rows)):
        echo = tuple(str(row.get(name) or "") for name in ("artist_name", "release_name", "track_name"))
        question = by_words.get((echo[0], echo[1], echo[2]))
        ids = row.get("spotify_track_ids")
        if question is not None and isinstance(ids, list):
            valid = (valid_track_id(each) for each in ids[:_MOST_IDS] if isinstance(each, str))
            found[question] = tuple(dict.fromkeys(each for each in valid if each))
    return found


def read_lookups(rows: Sequence[object], asked: Sequence[NameQuestion]) -> dict[NameQuestion, str]:
    """Match rows of `acr-lookup`, which come for hits alone and in any order, to questions; give MBIDs."""
    found: dict[NameQuestion, str] = {}
    for row in objects(list(rows)):
        index, mbid = row.get("index"), find_mbid(row.get("recording_mbid"))
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(asked) or not mbid:
            continue
        question = asked[index]
        echo = (row.get("artist_credit_arg"), row.get("recording_arg"))
        if echo == (question.artist, question.title):
            found[question] = mbid
    return found


def read_recording(mbid: str, entry: object) -> Recording | None:
    """Read one entry of `/1/metadata/recording/`; None for one that names nothing."""
    if not isinstance(entry, dict):
        return None
    recording, artist, release = (object_in(entry.get(part)) for part in ("recording", "artist", "release"))
    people = list(objects(artist.get("artists")))
    names = tuple(name for each in people if (name := words_in(each, "name")))
    title = words_in(recording, "name")
    if not title or not names:
        return None
    isrcs = recording.get("isrcs")
    valid = (valid_isrc(each) for each in isrcs if isinstance(each, str)) if isinstance(isrcs, list) else ()
    links = (spotify_id_in(each.get("url")) for each in objects(recording.get("url_rels")))
    tags = object_in(entry.get("tag"))
    by_artist: dict[str, list[Tag]] = {}
    for row in objects(tags.get("artist")):
        owner, tag = find_mbid(row.get("artist_mbid")), _tag(row)
        if owner and tag:
            by_artist.setdefault(owner, []).append(tag)
    return Recording(
        mbid=mbid,
        track=Track(
            id=next((each for each in links if each), None),
            title=title,
            artists=names,
            album=words_in(release, "name") or None,
            isrc=next((each for each in valid if each), None),
            duration_ms=length_ms(recording.get("length")),
        ),
        artist_mbids=tuple(
            find_mbid(each.get("artist_mbid")) or "" for each in people if words_in(each, "name")
        ),
        tags=tuple(tag for row in objects(tags.get("recording")) if (tag := _tag(row))),
        artist_tags={owner: tuple(found) for owner, found in by_artist.items()},
    )


def _tag(row: Mapping[str, object]) -> Tag | None:
    name, count = words_in(row, "tag"), row.get("count")
    if not name or isinstance(count, bool) or not isinstance(count, int) or count <= 0:
        return None
    return Tag(name[:80], count, find_mbid(row.get("genre_mbid")) is not None)


NAME = "ListenBrainz"
Said = TypeVar("Said")

LABS_BATCH = 300
"""Questions in one call: 200 names in a spelling and a half. 100 were answered in .7 s."""
RECORDINGS_BATCH = 500
"""1,000 are allowed; with tags, half of that keeps an answer below the limit of its size."""
LABS_GAP_S = 0.5
API_GAP_S = 0.4
"""30 calls in 10 s are allowed."""


def connect_labs(session: aiohttp.ClientSession, *, base_url: str, **wiring: Unpack[Wiring]) -> Labs:
    """Build the one client of the labs host in this process."""
    row = "ListenBrainz labs"
    return Labs(Upstream(session, source=NAME, base_url=base_url, min_gap_s=LABS_GAP_S, row=row, **wiring))


def connect_listenbrainz(
    session: aiohttp.ClientSession, *, base_url: str, **wiring: Unpack[Wiring]
) -> ListenBrainz:
    """Build the one client of the service in this process."""
    return ListenBrainz(
        Upstream(session, source=NAME, base_url=base_url, min_gap_s=API_GAP_S, row=NAME, **wiring)
    )


class Labs:
    """From names to ids, by equality of folded names."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def spotify_ids(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, tuple[TrackId, ...]]:
        """Return the Spotify ids of names, the best first; `()` for a name that it does not know.

        The ids prove nothing yet: the names in the answer are an echo of the question.
        """

        async def ask(batch: Sequence[NameQuestion]) -> Mapping[NameQuestion, tuple[TrackId, ...]]:
            body = [
                {"artist_name": each.artist, "release_name": each.album, "track_name": each.title}
                for each in batch
            ]
            rows = await self._post("/spotify-id-from-metadata/json", body, deadline)
            found = read_spotify_ids(rows, batch)
            if not found:
                raise SourceUnavailableError(NAME, "answers to other questions")
            return found

        return _for_all(questions, await ask_in_batches(_without_doubles(questions), LABS_BATCH, ask))

    async def recordings(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, str | None]:
        """Return the MusicBrainz ids of names; None for a name that it does not know."""

        async def ask(batch: Sequence[NameQuestion]) -> Mapping[NameQuestion, str | None]:
            body = [{"artist_credit_name": each.artist, "recording_name": each.title} for each in batch]
            rows = await self._post("/acr-lookup/json", body, deadline)
            found = read_lookups(rows, batch)
            if rows and not found:
                raise SourceUnavailableError(NAME, "answers to other questions")
            return {each: found.get(each) for each in batch}

        plain = [NameQuestion(each.artist, each.title) for each in questions]
        return _for_all(plain, await ask_in_batches(_without_doubles(plain), LABS_BATCH, ask))

    async def _post(self, path: str, body: object, deadline: Deadline) -> list[object]:
        answer = await self._upstream.send(Ask(path=path, method="POST", json=body), deadline=deadline)
        return require(answer, NAME, list)


class ListenBrainz:
    """Recordings by MusicBrainz id, and the public lists of users."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream

    async def recordings(self, mbids: Sequence[str], *, deadline: Deadline) -> Answers[str, Recording | None]:
        """Return recordings with their artists, ISRCs, lengths and tags; None for an unknown one."""

        async def ask(batch: Sequence[str]) -> Mapping[str, Recording | None]:
            body = {"recording_mbids": list(batch), "inc": "artist tag release"}
            answer = await self.upstream.send(
                Ask(path="/1/metadata/recording/", method="POST", json=body), deadline=deadline
            )
            entries = require(answer, NAME, dict)
            if entries and not any(each in entries for each in batch):
                raise SourceUnavailableError(NAME, "answers to other questions")
            read = {each: read_recording(each, entries[each]) for each in batch if each in entries}
            return dict.fromkeys(batch, None) | read

        # One malformed id fails its whole batch.
        return await ask_in_batches(
            [each for each in mbids if find_mbid(each) == each], RECORDINGS_BATCH, ask
        )


def _without_doubles(questions: Sequence[NameQuestion]) -> list[NameQuestion]:
    """Drop questions that fold to the key of an earlier one: the host answers only one of them."""
    unique: dict[str, NameQuestion] = {}
    for each in questions:
        unique.setdefault(_folded(each), each)
    return list(unique.values())


def _for_all(
    questions: Sequence[NameQuestion], answers: Answers[NameQuestion, Said]
) -> Answers[NameQuestion, Said]:
    """Give the doubles the answer of the question that was asked in their place."""
    asked = {_folded(each): each for each in (*answers.said, *answers.failed)}
    for each in questions:
        if (same := asked.get(_folded(each))) in answers.said:
            answers.said[each] = answers.said[same]
        else:
            answers.failed.add(each)
    return answers


def _folded(question: NameQuestion) -> str:
    words = f"{question.artist}\0{question.album}\0{question.title}".casefold()
    return "".join(letter for letter in words if letter.isalnum() or letter == "\0")
