"""Find out how people's playlists sound, compare or mix them, and write that down for other programs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Pair, Participant, Person, PersonKey, TopPairs, TopPeople
from services.domain.errors import TastemapError
from services.domain.errors.groups import OnePlaylistFailedError
from services.domain.errors.jobs import OverloadedError, ShuttingDownError, StoppedError
from services.domain.errors.storage import StorageError
from services.domain.groups import Blend, BlendMode
from services.domain.messages import Activity, ComparisonWords, OnProgress, Progress, quiet
from services.domain.music import Playlist
from services.workflows import group_tasks
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.export import fields_of

COMPARISON_DEADLINE_S = 60.0
"""25 people with 300 tracks each take less than two seconds; the rest is room for a busy machine."""

COMPARISON_CHARTS = (ChartKind.COMPATIBILITY, ChartKind.PEOPLE_MAP, ChartKind.PEOPLE_PROFILES)

_AT_ONCE = 4
"""People whose tracks are looked up at the same time; the sources are asked politely whatever this says."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A person with the playlist to compare."""

    key: PersonKey
    name: str
    playlist: Playlist
    user_id: int | None = None
    """Whose corrections of tempos count."""


class Comparer(Protocol):
    """Compares people, mixes for them, and draws what comparing found."""

    async def compare(self, people: Sequence[Brought], *, say: OnProgress) -> Comparison:
        """Find who sounds alike, and why."""

    async def blend(self, people: Sequence[Brought], *, size: int, mode: BlendMode, say: OnProgress) -> Blend:
        """Mix a playlist for everybody."""

    async def draw(self, found: Comparison, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a comparison."""

    async def draw_blend(self, found: Comparison, blend: Blend) -> tuple[Chart, ...]:
        """Draw a mixed playlist as a poster in both sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWorkflow:
    """A `Comparer` that looks up how tracks sound, and computes in worker processes."""

    analyze: AnalyzeWorkflow
    words: Callable[[Comparison], ComparisonWords]
    """Says what charts tell of a comparison."""
    offline: bool = False

    async def compare(self, people: Sequence[Brought], *, say: OnProgress = quiet) -> Comparison:
        """Compare two people or more.

        Raises
        ------
        OnePlaylistFailedError
            The tracks of somebody can't be looked up; says whose.
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        ValueError
            Fewer than two people, or one key for two of them.
        """
        persons = await self._look_up(people, say)
        await say(Progress(Activity.COMPARING, total=len(people)))
        return await self.analyze.compute.run(
            "comparison", group_tasks.compare, persons, deadline_s=COMPARISON_DEADLINE_S
        )

    async def blend(
        self,
        people: Sequence[Brought],
        *,
        size: int,
        mode: BlendMode = BlendMode.FAIR,
        say: OnProgress = quiet,
    ) -> Blend:
        """Mix a playlist for two people or more; fewer tracks than asked for are said in it.

        Raises
        ------
        OnePlaylistFailedError, DeadlineExceededError, WorkerLostError
            As for `compare`.
        ValueError
            Fewer than two people, one key for two of them, or no size.
        """
        persons = await self._look_up(people, say)
        await say(Progress(Activity.MIXING, total=len(people)))
        return await self.analyze.compute.run(
            "blend", group_tasks.blend, persons, size, mode, deadline_s=COMPARISON_DEADLINE_S
        )

    async def draw(
        self, found: Comparison, kinds: Sequence[ChartKind] = COMPARISON_CHARTS
    ) -> tuple[Chart, ...]:
        """Draw charts of a comparison."""
        return await self.analyze.compute.run(
            "comparison charts",
            group_tasks.draw_comparison,
            tuple(kinds),
            found,
            self.words(found),
            deadline_s=COMPARISON_DEADLINE_S,
        )

    async def draw_blend(self, found: Comparison, blend: Blend) -> tuple[Chart, ...]:
        """Draw a mixed playlist as a poster in both sizes."""
        return await self.analyze.compute.run(
            "poster", group_tasks.draw_blend, found, self.words(found), blend
        )

    async def _look_up(self, people: Sequence[Brought], say: OnProgress) -> tuple[Person, ...]:
        """Find out how everybody's tracks sound, a few people at a time."""
        turns = asyncio.Semaphore(_AT_ONCE)
        done = 0

        async def look_up(one: Brought) -> Person:
            nonlocal done
            try:
                async with turns:
                    tracks = await self.analyze.enrich(
                        one.playlist, user_id=one.user_id, offline=self.offline
                    )
            except (OverloadedError, ShuttingDownError, StoppedError, StorageError):
                raise  # nobody's playlist has to do with that
            except TastemapError as error:
                raise OnePlaylistFailedError(one.name, error) from error
            done += 1
            await say(Progress(Activity.HEARD_PEOPLE, done, len(people)))
            return Person(key=one.key, name=one.name, tracks=tracks)

        lookups = [asyncio.create_task(look_up(one)) for one in people]
        try:
            return tuple(await asyncio.gather(*lookups))
        finally:
            for each in lookups:
                each.cancel()
            await asyncio.gather(*lookups, return_exceptions=True)


def comparison_document(
    found: Comparison, order: Sequence[PersonKey], said: ComparisonWords
) -> dict[str, Any]:
    """Turn a comparison into the document that `compare --json` prints.

    People, matrix and pairs are in the given order; `order` of the document is that of the charts, in which
    alike people stand together. `centre`, `lone_wolf` and `bridge` are names, or null where it is too close
    to tell, or fewer than three people have a score; `ties` names the two or three that it may be. So
    `most_alike` and `most_different` list one to three pairs, or none. `percentile` of a pair is the share of
    pairs of strangers that score lower, in tenths, within two of which it is known from 50 tracks on, and
    `band` is what its error allows to say; both are null where that is not known, so where `is_rough`: of few
    tracks or artists, or with a wide range, `low` and `high` are all that is known.
    `genre_affinity` is null where genre words are not in the score; `genres_counted` is what they count in
    it, in parts of their full weight, 0..1. So are `explicit_shares`, those of `a` and of `b`, and
    `explicit_counted`.
    """
    rank = {key: place for place, key in enumerate(order)}
    people = [found.person(key) for key in order]
    told = zip(found.pairs, said.reasons, strict=True)
    pairs = sorted(told, key=lambda each: sorted((rank[each[0].a], rank[each[0].b])))
    names = {person.key: person.name for person in found.people}
    matrix = [
        [
            (100.0 if one.is_scored else None) if one is other else found.pair(one.key, other.key).score
            for other in people
        ]
        for one in people
    ]
    return {
        "sentence": said.sentence,
        "people": [person.name for person in people],
        "matrix": [[_rounded(score) for score in row] for row in matrix],
        "pairs": [
            _pair_document(pair, found, reasons, turned=rank[pair.a] > rank[pair.b])
            for pair, reasons in pairs
        ],
        "centre": _only(found.centre, names),
        "lone_wolf": _only(found.lone_wolf, names),
        "bridge": _only(found.bridge, names),
        "ties": {
            role: [names[key] for key in top.keys]
            for role, top in (
                ("centre", found.centre),
                ("lone_wolf", found.lone_wolf),
                ("bridge", found.bridge),
            )
            if top is not None and top.is_sure and top.only is None
        },
        "most_alike": _pairs_at(found.most_alike, names),
        "most_different": _pairs_at(found.most_different, names),
        "mean": _rounded(found.mean),
        "lowest": _rounded(found.lowest),
        "order": [person.name for person in found.people],
        "groups": [
            {"name": group.name, "blurb": blurb, "size": group.size}
            for group, blurb in zip(found.groups, said.groups, strict=True)
        ],
        "profiles": [_person_document(person, found) for person in people],
        "awards": [
            {"title": title, "people": [names[key] for key in award.keys], "words": words}
            for award, (title, words) in zip(found.awards, said.awards, strict=True)
        ],
    }


def comparison_json(found: Comparison, order: Sequence[PersonKey], said: ComparisonWords) -> str:
    """Write the document of a comparison as JSON."""
    return json.dumps(comparison_document(found, order, said), ensure_ascii=False, separators=(",", ":"))


def blend_document(found: Blend, notes: Sequence[str]) -> dict[str, Any]:
    """Turn a blend into the document that `blend --json` prints."""
    names = {person.key: person.name for person in found.people}
    return {
        "mode": found.mode.value,
        "people": [
            {
                "name": person.name,
                "satisfaction": _rounded(person.satisfaction, 4),
                **fields_of(person, "turns", "owned", "foreign"),
            }
            for person in found.people
        ],
        "floor": found.floor,
        "tracks": [
            {
                "id": track.entry.track.id,
                "title": track.entry.track.title,
                "artists": list(track.entry.track.artists),
                "turn": names[track.turn],
                "owners": [names[key] for key in track.owners],
                "serves": [names[key] for key in track.serves],
                "satisfaction": {
                    person.name: _rounded(value, 4)
                    for person, value in zip(found.people, track.satisfaction, strict=True)
                },
            }
            for track in found.tracks
        ],
        "notes": list(notes),
    }


def blend_json(found: Blend, notes: Sequence[str]) -> str:
    """Write the document of a blend as JSON."""
    return json.dumps(blend_document(found, notes), ensure_ascii=False, separators=(",", ":"))


def own_json(found: Comparison, key: PersonKey, made: datetime, said: ComparisonWords) -> bytes:
    """Write down a person's profile, awards and scores with the others, and nothing about anybody else."""
    me = found.person(key)
    document = {
        "name": me.name,
        "made": made.isoformat(),
        "tracks": {"all": me.tracks, "measured": me.measured, "estimated": me.imputed},
        "profile": {
            feature.value: {
                "first_quartile": spread.low,
                "median": spread.median,
                "third_quartile": spread.high,
                "level": spread.level,
            }
            for feature, spread in me.profile.items()
        },
        "groups": [
            {"name": group.name, "share": share}
            for group, share in zip(found.groups, me.shares, strict=False)
        ],
        "scores": [
            {
                "with": found.name(pair.b if pair.a == key else pair.a),
                **fields_of(pair, "score", "low", "high"),
                "is_rough": found.is_rough(pair),
                "reasons": list(reasons),
            }
            for pair, reasons in zip(found.pairs, said.reasons, strict=True)
            if pair.has(key)
        ],
        "awards": [
            {"title": title, "words": words}
            for award, (title, words) in zip(found.awards, said.awards, strict=True)
            if key in award.keys
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _pair_document(pair: Pair, found: Comparison, reasons: Sequence[str], *, turned: bool) -> dict[str, Any]:
    a, b = (pair.b, pair.a) if turned else (pair.a, pair.b)
    explicit = pair.explicit and pair.explicit[:: -1 if turned else 1]
    return {
        "a": found.name(a),
        "b": found.name(b),
        "score": _rounded(pair.score),
        "low": _rounded(pair.low),
        "high": _rounded(pair.high),
        "is_rough": found.is_rough(pair),
        "sound": _rounded(pair.sound),
        "percentile": _rounded(pair.percentile, 1),
        "band": pair.band.value if pair.band else None,
        "artist_overlap": _rounded(pair.overlap, 4),
        "genre_affinity": _rounded(pair.affinity, 4),
        "genres_counted": _rounded(pair.genres_counted, 4),
        "explicit_shares": explicit and [_rounded(share, 4) for share in explicit],
        "explicit_counted": _rounded(pair.explicit_counted, 4),
        "energy_distance": _rounded(pair.distance, 4),
        "reasons": list(reasons),
        "differences": {
            entry.feature.value: {
                "amount": _rounded(-entry.amount if turned else entry.amount, 4),
                "distance": _rounded(entry.distance, 4),
            }
            for entry in pair.differences
        },
        "shared_artists": [artist.name for artist in pair.shared_artists],
        "shared_tracks": [
            {"id": track.id, "title": track.title, "artists": list(track.artists)}
            for track in pair.shared_tracks
        ],
        "shared_groups": [group.name for group in pair.shared_groups],
    }


def _person_document(person: Participant, found: Comparison) -> dict[str, Any]:
    return {
        **fields_of(person, "name", "tracks", "measured", "imputed"),
        "enough_data": person.is_scored,
        "groups": {
            group.name: _rounded(share, 4) for group, share in zip(found.groups, person.shares, strict=True)
        },
        "features": {
            feature.value: {
                "low": _rounded(spread.low, 4),
                "median": _rounded(spread.median, 4),
                "high": _rounded(spread.high, 4),
                "level": _rounded(spread.level, 4),
            }
            for feature, spread in person.profile.items()
        },
    }


def _pairs_at(top: TopPairs | None, names: Mapping[PersonKey, str]) -> list[list[str]]:
    pairs = top.pairs if top is not None and top.is_sure else ()
    return [[names[one], names[other]] for one, other in pairs]


def _only(top: TopPeople | None, names: dict[PersonKey, str]) -> str | None:
    return names[top.only] if top is not None and top.only is not None else None


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
