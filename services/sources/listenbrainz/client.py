"""Ask ListenBrainz and its labs host about names of tracks; no key, and nothing about people is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import aiohttp

from services.domain.errors.sources import SourceUnavailableError
from services.domain.music import TrackId
from services.domain.recordings import NameQuestion
from services.sources.batches import Answers, ask_in_batches, require
from services.sources.http.answers import MEBIBYTE
from services.sources.http.clock import Clock, Deadline
from services.sources.http.pacing import Breaker, Pace, pacer_of
from services.sources.http.upstream import Ask, OnCall, Patience, Upstream, unheard
from services.sources.listenbrainz.answers import (
    Recording,
    find_mbid,
    read_lookups,
    read_recording,
    read_spotify_ids,
)

NAME = "ListenBrainz"
Said = TypeVar("Said")

LABS_BATCH = 300
"""Questions in one call: 200 names in a spelling and a half. 100 were answered in .7 s."""
RECORDINGS_BATCH = 500
"""1,000 are allowed; with tags, half of that keeps an answer below the limit of its size."""
LABS_GAP_S = 0.5
API_GAP_S = 0.4
"""30 calls in 10 s are allowed."""


def connect_labs(
    session: aiohttp.ClientSession,
    *,
    base_url: str,
    clock: Clock,
    random: Random | None = None,
    patience: Patience | None = None,
    on_call: OnCall = unheard,
    pace: Pace | None = None,
) -> Labs:
    """Build the one client of the labs host in this process."""
    manners = _Manners(LABS_GAP_S, clock, random, patience, pace, "ListenBrainz labs")
    return Labs(_connect(session, base_url, manners, on_call))


def connect_listenbrainz(
    session: aiohttp.ClientSession,
    *,
    base_url: str,
    clock: Clock,
    random: Random | None = None,
    patience: Patience | None = None,
    on_call: OnCall = unheard,
    pace: Pace | None = None,
) -> ListenBrainz:
    """Build the one client of the service in this process."""
    manners = _Manners(API_GAP_S, clock, random, patience, pace, NAME)
    return ListenBrainz(_connect(session, base_url, manners, on_call))


@dataclass(frozen=True, slots=True)
class _Manners:
    gap_s: float
    clock: Clock
    random: Random | None
    patience: Patience | None
    pace: Pace | None
    row: str


def _connect(session: aiohttp.ClientSession, base_url: str, manners: _Manners, on_call: OnCall) -> Upstream:
    pacer = pacer_of(NAME, clock=manners.clock, pace=manners.pace, min_gap_s=manners.gap_s, row=manners.row)
    return Upstream(
        session,
        source=NAME,
        base_url=base_url,
        pacer=pacer,
        breaker=Breaker(NAME, monotonic=manners.clock.monotonic, tell=pacer.tell_others),
        clock=manners.clock,
        random=manners.random,
        patience=manners.patience,
        body_limit=8 * MEBIBYTE,
        on_call=on_call,
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
    """Recordings by MusicBrainz id, and the public lists of users (`lists.py`)."""

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
