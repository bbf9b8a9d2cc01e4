"""What is known about other tracks: their measured features, summed up per artist, album, song and genre."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from services.analysis.imputation.neighbourhoods import Neighbourhoods, contributions, ties_of
from services.analysis.imputation.prior import expected
from services.analysis.imputation.recordings import Member, RecordingIndex
from services.analysis.imputation.shapes import Constants, FloatArray, load_constants, raw_matrix, to_shape
from services.domain.features import AudioFeatures
from services.domain.music import Track

_BATCH = 1000
"""Rows summed up at once; small enough for the memory of titles already read."""


class RelatedTracks:
    """Measured tracks that an unknown track may be related to.

    Holds a whole cache, or the few relatives loaded from a database. Only real evidence belongs here:
    estimates never feed other estimates. Adding a track costs the same however many are known.
    """

    def __init__(self, constants: Constants | None = None) -> None:
        self.constants = constants or load_constants()
        self.neighbourhoods = Neighbourhoods()
        self.recordings = RecordingIndex()

    @classmethod
    def of(
        cls,
        rows: Iterable[tuple[Track, AudioFeatures]],
        *,
        source: str = "cache",
        constants: Constants | None = None,
    ) -> RelatedTracks:
        """Gather `rows`, all given by one `source`."""
        related_tracks = cls(constants)
        related_tracks.extend(Member(track, features, source) for track, features in rows)
        return related_tracks

    def add(self, track: Track, features: AudioFeatures, *, source: str = "cache") -> None:
        """Add one measured track; a track with the same id (else ISRC) is replaced."""
        self.extend((Member(track, features, source),))

    def extend(self, members: Iterable[Member]) -> None:
        """Add many measured tracks at once, cheaper than one by one."""
        remaining = iter(members)
        while batch := list(islice(remaining, _BATCH)):
            for member, row in zip(batch, self.contributions_of(batch), strict=True):
                self.discard(member.track)
                self.recordings.add(member)
                self.neighbourhoods.add(ties_of(member.track), row)

    def discard(self, track: Track) -> None:
        """Forget the track with the same id (else ISRC), if it is known."""
        member = self.recordings.pop(track)
        if member is not None:
            self.neighbourhoods.add(ties_of(member.track), -self.contributions_of([member])[0])

    def standardised(self, raw: FloatArray) -> FloatArray:
        """Map raw sound features `(n, 9)` to spreads of the reference population; NaN stays NaN."""
        standard: FloatArray = (to_shape(raw) - self.constants.centre) / self.constants.spread
        return standard

    def contributions_of(self, members: Sequence[Member]) -> FloatArray:
        """Compute what `members` add to the sums, `(n, 18)`."""
        raw = raw_matrix([member.features for member in members])
        promised = expected(
            [member.track for member in members], self.constants.prior_centre, self.constants.prior_table
        )
        return contributions(self.standardised(raw) - promised)

    def __len__(self) -> int:
        return len(self.recordings)
