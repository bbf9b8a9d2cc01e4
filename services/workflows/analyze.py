"""Analyse a playlist: read, enrich, describe and draw, keep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.analysis import Analysis, AnalysisOptions, LastGroups, LookedUp
from services.domain.charts import ChartKind
from services.domain.errors import TastemapError
from services.domain.errors.jobs import DeadlineExceededError, WorkerLostError
from services.domain.grouping import ENOUGH_YEARS, Grouping, year_share
from services.domain.inputs import PlaylistInput
from services.domain.messages import Activity, Note, NoteKind, OnProgress, Progress, quiet
from services.domain.music import Playlist, PlaylistSource, TrackId
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import PlacedSound
from services.enrichment.assembly import corrected
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import DEADLINE_S, Enricher
from services.enrichment.ports import FeatureSource
from services.storage.decisions import PreferenceStore
from services.workflows import tasks
from services.workflows.corrections import CorrectionsWorkflow, NamesWorkflow
from services.workflows.known_tracks import ArtistGenresWorkflow, RelatedTracksWorkflow, is_lacking
from services.workflows.reading import PlaylistChoice, PlaylistReader
from services.workflows.reports import StoredReport, last_sound

ANALYSIS_DEADLINE_S = 60.0
"""A playlist of 10,000 tracks takes about a second; the rest is room for a busy machine."""

FIRST_MAP_S = 30.0
"""Who brings 1,500 tracks that nobody has asked about waits no longer: the others are estimated meanwhile."""

_MAPS_LOOKED_AT, _FEWEST_TO_PLACE = 25, 3
"""A map of fewer tracks says nothing about where another one stands."""

_log = logging.getLogger(__name__)

PersonalSources = Callable[[int], Awaitable[Sequence[FeatureSource]]]
"""Returns the sources that a person's own login opens."""


async def nobodys_sources(_user_id: int) -> Sequence[FeatureSource]:
    """Open no source to anybody."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Under which name a map is stored, and for whom."""

    report_id: str
    private: bool
    begun_before: bool
    """Whether it may be stored already: by the same work, begun before a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeWorkflow:
    """Makes maps of playlists: new ones, and stored ones once more."""

    compute: ComputePool
    reader: PlaylistReader
    enricher: Enricher
    related_tracks: RelatedTracksWorkflow
    names: NamesWorkflow
    corrections: CorrectionsWorkflow | None = None
    genres: ArtistGenresWorkflow | None = None
    """None where nothing is remembered about artists."""
    preferences: PreferenceStore | None = None
    """None where nobody's choices are kept."""
    personal_sources: PersonalSources = nobodys_sources

    async def analyze(
        self,
        person: int,
        what: PlaylistInput,
        options: AnalysisOptions,
        say: OnProgress = quiet,
        *,
        keep_as: Keeping,
        reuse: bool = False,
        for_lists: bool = False,
    ) -> StoredReport | PlaylistChoice:
        """Draw the map of a playlist: read, enrich, describe and draw, keep.

        A file that holds several playlists ends in the question which one is meant.

        Parameters
        ----------
        reuse
            Whether only what is in a map is wanted: it is not drawn, and a stored one that is meant serves
            as it is, where it is grouped as wanted.
        for_lists
            Whether playlists are to be made of the groups. People make those by era, artist and scene, so
            style and era are usual then, where enough years are known, whatever the person chose for maps.

        Raises
        ------
        TastemapError
            The playlist can't be read (see `PlaylistReader.open`) or analysed.
        """
        if (before := await self._kept_before(keep_as)) is not None:
            return before
        playlist = await self.reader.open(person, what, say)
        if isinstance(playlist, PlaylistChoice):
            return playlist
        if isinstance(playlist, StoredReport):
            if reuse and _is_grouped_so(playlist.report, options):
                return playlist
            playlist = playlist.report.playlist
        else:
            await self.learn_genres(playlist, person)
        by, is_remembered = await self._grouping(person, playlist, options.by, for_lists=for_lists)
        earlier = await self.reader.maps.of_list(person, playlist)
        last_groups = await self.reader.maps.last_groups(person, playlist, by, earlier)
        options = replace(options, by=by, by_is_remembered=is_remembered, last_groups=last_groups)
        draw = () if reuse else (ChartKind.CARD,)
        kept = await self._draw_and_keep(person, playlist, options, say, earlier, keep_as=keep_as, draw=draw)
        await self.reader.sounds.offer(person, kept.report, kept.report_id, what)
        return kept

    async def with_clips(
        self, person: int, report_id: str, what: PlaylistInput, say: OnProgress, *, keep_as: Keeping
    ) -> StoredReport:
        """Have clips of the sound of a stored report measured by ReccoBeats, and draw its map once more.

        Raises
        ------
        ClipsOffError
            No clips are sent by this installation.
        """
        if (before := await self._kept_before(keep_as)) is not None:
            return before
        stored = await self.reader.maps.open(report_id, person, owner_only=True)
        playlist = await self.reader.sounds.with_clips(person, stored.report, what, say)
        _, options = _once_more(stored.report, measured_only=False)
        earlier = await self.reader.maps.of_list(person, playlist)
        return await self._draw_and_keep(person, playlist, options, say, earlier, keep_as=keep_as)

    async def place(self, stored: StoredReport) -> PlacedSound:
        """Put the one sound file of a report onto its owner's last map of something else before it."""
        maps = self.reader.maps
        entry, last = stored.report.tracks[0], None
        for summary in await maps.recent(stored.owner_id, _MAPS_LOOKED_AT):
            is_later = summary.created_at > stored.created_at
            if is_later or summary.report_id == stored.report_id or summary.tracks < _FEWEST_TO_PLACE:
                continue
            last = await maps.find(summary.report_id)
            if last is not None:
                break
        return await self.compute.run("place sound", tasks.place_sound, entry, last and last.report)

    async def again(
        self,
        person: int,
        report_id: str,
        say: OnProgress,
        *,
        measured_only: bool,
        by: Grouping | None,
        keep_as: Keeping,
    ) -> StoredReport:
        """Draw the map of a stored report once more, for somebody who may see it.

        Parameters
        ----------
        by
            The way of grouping, which is remembered for the person; None keeps that of the report.
        """
        if (before := await self._kept_before(keep_as)) is not None:
            return before
        stored = await self.reader.maps.open(report_id, person)
        playlist, options = _once_more(stored.report, measured_only=measured_only, by=by)
        if by is not None:
            await self._remember(person, by)
        earlier = await self.reader.maps.of_list(person, playlist)
        return await self._draw_and_keep(person, playlist, options, say, earlier, keep_as=keep_as)

    async def _kept_before(self, keep_as: Keeping) -> StoredReport | None:
        """Return what the same work has kept already, if it came so far before a crash."""
        return await self.reader.maps.find(keep_as.report_id) if keep_as.begun_before else None

    async def _draw_and_keep(
        self,
        person: int,
        playlist: Playlist,
        options: AnalysisOptions,
        say: OnProgress,
        earlier: Sequence[StoredReport],
        *,
        keep_as: Keeping,
        draw: Sequence[ChartKind] = (ChartKind.CARD,),
    ) -> StoredReport:
        """Analyse a list that was read, beside how it sounded before, and keep its map."""
        options = replace(options, last_sound=await last_sound(playlist, earlier))
        analysis = await self.run(playlist, options, user_id=person, draw=draw, say=say)
        return await self.reader.maps.keep(
            person, analysis, private=keep_as.private, report_id=keep_as.report_id
        )

    async def _grouping(
        self, person: int, playlist: Playlist, wanted: Grouping | None, *, for_lists: bool
    ) -> tuple[Grouping, bool]:
        """Say how a playlist is to be grouped, and whether because the person chose that before.

        What is asked for in words is remembered.
        """
        if wanted is not None:
            await self._remember(person, wanted)
            return wanted, False
        if for_lists:
            return Grouping.STYLE if year_share(playlist.tracks) >= ENOUGH_YEARS else Grouping.SOUND, False
        chosen = await self.preferences.grouping(person) if self.preferences else None
        return chosen or Grouping.SOUND, chosen is not None

    async def _remember(self, person: int, by: Grouping) -> None:
        if self.preferences is not None:
            await self.preferences.set_grouping(person, by, now=self.reader.clock())

    async def enrich(
        self, playlist: Playlist, *, user_id: int | None = None, offline: bool = False
    ) -> tuple[EnrichedTrack, ...]:
        """Find out how the tracks of a playlist sound, with a person's own sources and tempo corrections.

        What nobody knows is estimated, where that is possible.
        """
        playlist = await self.names.named(playlist, offline=offline)
        tracks = (await self._look_up(playlist, user_id, offline, quiet)).tracks
        try:
            tracks = await self.related_tracks.estimate(tracks)
        except TastemapError as error:
            _log.warning("the estimate failed: %s", error)
        self.enricher.note(await asyncio.to_thread(compute_coverage, tracks))
        await self.related_tracks.remember(tracks)
        factors = await self._tempo_factors(playlist, user_id)
        return corrected(tracks, factors) if factors else tracks

    async def run(
        self,
        playlist: Playlist,
        options: AnalysisOptions,
        *,
        user_id: int | None = None,
        offline: bool = False,
        draw: Sequence[ChartKind] = (),
        say: OnProgress = quiet,
    ) -> Analysis:
        """Look up how a playlist sounds, and have a worker do the rest in one trip.

        Parameters
        ----------
        user_id
            Whose tempo corrections and own sources count.
        offline
            Ask no service.
        draw
            The pictures that are wanted at once.
        say
            Receives progress.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        """
        playlist = await self.names.named(playlist, offline=offline)
        found = await self._look_up(playlist, user_id, offline, say)
        if not options.measured_only and any(map(is_lacking, found.tracks)):
            found = await self._with_relatives(found)
        await self.related_tracks.remember(found.tracks)
        found = await self._with_genres(found, user_id)
        found = replace(found, tempo_factors=await self._tempo_factors(playlist, user_id))
        await say(Progress(Activity.GROUPING, total=len(playlist.tracks)))
        try:
            analysis = await self._analyze(playlist, found, options, draw)
        except (DeadlineExceededError, WorkerLostError):
            if found.relatives is None:
                raise
            # Perhaps the estimate was what broke it: a map without estimates is better than none.
            analysis = await self._analyze(playlist, _not_estimated(found), options, draw)
        self.enricher.note(analysis.report.coverage)
        return analysis

    async def _with_relatives(self, found: LookedUp) -> LookedUp:
        try:
            return replace(found, relatives=await self.related_tracks.load_relatives(found.tracks))
        except (DeadlineExceededError, WorkerLostError):
            return _not_estimated(found)

    async def learn_genres(self, playlist: Playlist, person: int | None = None) -> None:
        """Remember what a file that somebody brought says about the genres of artists.

        To be called once for each file that is read, and not for maps that are drawn again: somebody else who
        looks at a map has brought no file.
        """
        if self.genres is not None and playlist.source is PlaylistSource.UPLOAD:
            await self.genres.learn(playlist.tracks, person)

    async def _with_genres(self, found: LookedUp, person: int | None) -> LookedUp:
        """Recall the genres of artists, and remember those that came with the names of this list."""
        if self.genres is None:
            return found
        earlier = await self.genres.recall([entry.track for entry in found.tracks], person)
        await self.genres.keep(found.genre_claims)
        return replace(found, earlier_genres=earlier)

    async def _analyze(
        self, playlist: Playlist, found: LookedUp, options: AnalysisOptions, draw: Sequence[ChartKind]
    ) -> Analysis:
        answer = await self.compute.run(
            "analysis",
            tasks.answer_analysis,
            playlist,
            found,
            options,
            tuple(draw),
            deadline_s=ANALYSIS_DEADLINE_S,
        )
        return answer.whole(playlist, found)

    async def _look_up(
        self, playlist: Playlist, user_id: int | None, offline: bool, say: OnProgress
    ) -> LookedUp:
        await say(Progress(Activity.LOOKING_UP, total=len(playlist.tracks)))
        return await self.enricher.look_up(
            playlist.tracks,
            also=() if offline or user_id is None else await self.personal_sources(user_id),
            source=playlist.format,
            offline=offline,
            deadline_s=DEADLINE_S if self.enricher.filling is None else FIRST_MAP_S,
            say=say,
            answers=await self.names.answers(user_id),
        )

    async def _tempo_factors(self, playlist: Playlist, user_id: int | None) -> Mapping[TrackId, float]:
        if self.corrections is None or user_id is None:
            return {}
        return await self.corrections.factors(user_id, playlist.tracks)


def _is_grouped_so(report: AnalysisReport, options: AnalysisOptions) -> bool:
    """Whether a report has the groups that are wanted: their number and the way, where it was asked for."""
    as_many = options.groups in {None, report.structure.asked, len(report.clusters)}
    return as_many and options.by in {None, report.basis.grouping}


def _not_estimated(found: LookedUp) -> LookedUp:
    return replace(found, relatives=None, notices=(*found.notices, Note(NoteKind.NOT_ESTIMATED)))


def _once_more(
    report: AnalysisReport, *, measured_only: bool, by: Grouping | None = None
) -> tuple[Playlist, AnalysisOptions]:
    """Return what it takes to analyse the playlist of a report again, perhaps grouped another way."""
    before, asked = report.basis.grouping, report.structure.asked
    if asked is None and report.structure.forced:
        asked = report.structure.k
    starts_afresh = measured_only or by not in {None, before}
    return report.playlist, AnalysisOptions(
        groups=asked if by in {None, before} else None,
        by=by or before,
        by_is_remembered=by is None and report.basis.remembered,
        last_groups=LastGroups() if starts_afresh else LastGroups.of(report),
        measured_only=measured_only,
    )
