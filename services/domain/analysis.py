"""What an analysis of a playlist is asked, what it goes on from, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.domain.charts import Chart
from services.domain.grouping import Grouping, GroupName
from services.domain.known_tracks import GenreClaim, Relative
from services.domain.messages import Note
from services.domain.music import TrackId
from services.domain.portrait import SoundRow, Summary
from services.domain.report import AnalysisReport, EnrichedTrack


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierGroup:
    """A group of the last report of a list."""

    name: str
    """Empty where nobody is told of it."""
    called: GroupName | None
    letter: int
    colour: int | None
    tracks: tuple[str, ...]
    """What `Track.words_key` says of those in it."""


@dataclass(frozen=True, slots=True)
class LastGroups:
    """The groups of the last report of a list, which a new one should keep."""

    centres: tuple[tuple[float, ...], ...] = ()
    groups: tuple[EarlierGroup, ...] = ()
    source: str = ""
    """Where most values came from; empty where nobody is told so."""

    @staticmethod
    def of(report: AnalysisReport) -> LastGroups:
        """Read them from that report."""
        groups = tuple(
            EarlierGroup(
                name=cluster.name,
                called=cluster.called,
                letter=index if cluster.letter is None else cluster.letter,
                colour=cluster.colour,
                tracks=tuple(report.tracks[row].track.words_key for row in cluster.members),
            )
            for index, cluster in enumerate(report.clusters)
        )
        source = report.coverage.main_source
        return LastGroups(tuple(cluster.centre for cluster in report.clusters), groups, source)

    @property
    def untold(self) -> LastGroups:
        """The same for a list of another name: whoever sees that would not know which time the last was."""
        return replace(self, groups=tuple(replace(each, name="") for each in self.groups), source="")


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierSound:
    """How a list sounded in an earlier report, track by track."""

    made_at: datetime
    keys: tuple[str, ...]
    """What `Track.words_key` says of its tracks."""
    rows: tuple[SoundRow, ...]
    grouping: Grouping
    then: LastGroups


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What a person asked of an analysis."""

    groups: int | None = None
    """Wanted number of groups, 2..8; None chooses."""
    by: Grouping | None = None
    """Wanted way of grouping; None is by sound, unless the person chose otherwise before."""
    by_is_remembered: bool = False
    """Whether that is what the person chose before."""
    last_groups: LastGroups = LastGroups()
    """Those of the last analysis of this playlist, whose tracks, letters, colours and names should stay."""
    last_sound: EarlierSound | None = None
    """How the list sounded before, to say what changed."""
    measured_only: bool = False
    """Leave out whatever was not measured for exactly this track or carried by the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What could be found out about the tracks of a playlist, before anything is estimated."""

    tracks: tuple[EnrichedTrack, ...]
    artist_genres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Genres by lead artist that came with the names of these tracks, for those that come without any."""
    genre_claims: tuple[GenreClaim, ...] = ()
    """The same, as far as they may be remembered for other lists."""
    earlier_genres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Genres by lead artist that earlier files, data sets and answers agree on, for the rest of them."""
    relatives: tuple[Relative, ...] | None = None
    """Remembered tracks from which missing values may be estimated; None where nothing is estimated."""
    tempo_factors: Mapping[TrackId, float] = field(default_factory=dict)
    """By what the person who asks multiplied the tempo of some tracks."""
    notices: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """A finished analysis, as it comes from a worker: nobody else has to encode or draw it."""

    report: AnalysisReport
    encoded: bytes
    """The report as it is stored."""
    charts: tuple[Chart, ...]
    """The pictures that were wanted at once."""
    summary: Summary | None = None
    """What is remembered of it where its owner asked for that."""
