"""ReccoBeats in its two roles in the chain: by Spotify id, then by ISRC."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.music import Track, TrackId
from services.domain.sources import FetchOutcome
from services.sources.http.deadline import Deadline
from services.sources.ids import valid_isrc, valid_track_id
from services.sources.reccobeats.answers import SOURCE
from services.sources.reccobeats.client import NAME, OnPart, ReccoBeats


class ReccoBeatsById:
    """Exactly the tracks asked for."""

    name = SOURCE
    provider = SOURCE
    label = NAME

    def __init__(self, client: ReccoBeats) -> None:
        self._client = client

    def key_of(self, track: Track) -> TrackId | None:
        """Return the Spotify id, where the track has a well-formed one."""
        return valid_track_id(track.id)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by Spotify id."""
        return await self._client.fetch(keys, deadline=deadline, on_part=on_part)


class ReccoBeatsByIsrc:
    """The same recordings under other ids."""

    name = f"{SOURCE}:isrc"
    """What is absent here is an ISRC, remembered apart from ids."""
    provider = SOURCE
    label = NAME

    def __init__(self, client: ReccoBeats) -> None:
        self._client = client

    def key_of(self, track: Track) -> TrackId | None:
        """Return the ISRC, where the track has a well-formed one: here that is what is asked for."""
        isrc = valid_isrc(track.isrc)
        return None if isrc is None else TrackId(isrc)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by ISRC."""
        return await self._client.fetch_by_isrc(keys, deadline=deadline, on_part=on_part)
