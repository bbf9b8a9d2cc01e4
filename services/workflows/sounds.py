"""Measure the sound files that somebody gave, one after the other, and make a playlist of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath

from services.analysis.genres import has_genre
from services.analysis.titles import core_title, lead_artist
from services.compute import ComputePool, Limits
from services.domain.errors.jobs import TooCostlyError, WorkerLostError
from services.domain.errors.playlists import (
    ClipsOffError,
    CostlySoundError,
    DamagedSoundError,
    NotSoundError,
    SilentSoundError,
    SoundError,
    SoundFormatOffError,
    SoundOfferGoneError,
    TooManySoundsError,
    TooShortSoundError,
    UnusualSoundError,
)
from services.domain.errors.storage import NotYourReportError
from services.domain.features import SOUND_FEATURES
from services.domain.inputs import PlaylistInput, UploadedFile, UploadedFiles
from services.domain.messages import Activity, Note, NoteKind, OnProgress, Progress, quiet
from services.domain.music import Playlist, Skipped, SkipReason, Track
from services.domain.report import AnalysisReport
from services.domain.sound import (
    MOST_SOUND_FILES,
    ClipReading,
    SoundProblem,
    SoundReading,
    may_hold_sound,
    sound_kind,
)
from services.sources.reccobeats_clips import NAME as CLIPS_NAME
from services.sources.reccobeats_clips import ReccoBeatsClips
from services.storage.failures import forgiven
from services.storage.uploads import SoundOffer, SoundStore
from services.workflows import tasks
from services.workflows.costly_files import CostlyFiles

SOUND_LIMITS = Limits(cpu_s=45.0, memory_mb=500)
"""Three minutes of stereo MP3 take a second; twelve minutes of eight channels at 192 kHz half a minute."""
SOUND_DEADLINE_S = 240.0
OFFERED_FOR = timedelta(hours=1)
"""How long clips may be sent after an answer; then nobody knows any more where the files are."""
FORMAT = "Sound files"
_NAMED = 3
_LIST_NAMES = (".csv", ".tsv", ".txt", ".json", ".xml", ".xspf", ".m3u", ".m3u8", ".pls", ".nml")
"""What lists of tracks are called in an archive beside sound; covers and notes lie there as well."""
_HAS_TAGS = (TooShortSoundError, SilentSoundError, UnusualSoundError, SoundFormatOffError)
"""What is wrong with the sound alone: the tags of such a file can be read all the same."""
_PROBLEMS: dict[type[SoundError], SoundProblem] = {
    NotSoundError: SoundProblem.DAMAGED,
    DamagedSoundError: SoundProblem.DAMAGED,
    SoundFormatOffError: SoundProblem.NOT_READ_HERE,
    UnusualSoundError: SoundProblem.UNUSUAL,
    TooShortSoundError: SoundProblem.TOO_SHORT,
    SilentSoundError: SoundProblem.SILENT,
    CostlySoundError: SoundProblem.TOO_COSTLY,
}


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file and what it is called."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsWorkflow:
    """Measures sound files, and has clips of them measured."""

    compute: ComputePool
    costly: CostlyFiles
    store: SoundStore | None = None
    clips: ReccoBeatsClips | None = None
    """None where no clips are sent."""
    clock: Callable[[], datetime]

    async def told_apart(self, files: Sequence[UploadedFile]) -> tuple[list[NamedFile], list[UploadedFile]]:
        """Tell sound files from lists of tracks by what is in them; archives with sound are unpacked.

        Raises
        ------
        UploadError
            An archive can't be unpacked.
        """
        sounds: list[NamedFile] = []
        lists: list[UploadedFile] = []
        for file in files:
            content = file.content or b""
            if sound_kind(content) is not None:
                sounds.append(NamedFile(file.filename, content))
                continue
            packed: list[NamedFile] = []
            others: list[UploadedFile] = []
            if may_hold_sound(content):
                packed, others = await self._unpack(content, file.wanted)
            sounds += packed
            lists += others if packed else [file]
        return sounds, lists

    async def _unpack(self, archive: bytes, wanted: str | None) -> tuple[list[NamedFile], list[UploadedFile]]:
        sounds, others = await self.compute.run(
            "unpack sounds", tasks.unpack_sounds, archive, limits=SOUND_LIMITS, deadline_s=SOUND_DEADLINE_S
        )
        lists = [
            UploadedFile("", name, wanted, content)
            for name, content in others
            if name.lower().endswith(_LIST_NAMES)
        ]
        return [NamedFile(*each) for each in sounds], lists

    async def read(
        self, owner_id: int, files: Sequence[NamedFile], say: OnProgress = quiet
    ) -> tuple[tuple[Track, ...], tuple[Note, ...]]:
        """Measure files, each in a worker; what can't be measured costs that file only.

        Returns
        -------
        tracks
            In the order of the files, without those that can't be measured, unless their tags say which
            recordings they are.
        notes
            Which those are, and why.

        Raises
        ------
        TooManySoundsError
            There are more files than are measured at once.
        SoundError
            None of them can be measured: why the first one can't.
        """
        if len(files) > MOST_SOUND_FILES:
            raise TooManySoundsError(len(files), MOST_SOUND_FILES)
        tracks: list[Track] = []
        refused: dict[SoundProblem, list[str]] = defaultdict(list)
        first_error: SoundError | None = None
        for number, file in enumerate(files):
            await say(Progress(Activity.LISTENING, number, len(files), file.filename))
            try:
                tracks.append(await self._measure(file))
            except SoundError as error:
                refused[_PROBLEMS[type(error)]].append(file.filename)
                first_error = first_error or error
                if isinstance(error, _HAS_TAGS) and (told := await self._told(file)) is not None:
                    tracks.append(told)
        if first_error is not None and not tracks:
            raise first_error
        return tuple(await self._recalled(owner_id, tracks)), _notes(tracks, refused)

    async def offer(self, owner_id: int, report: AnalysisReport, report_id: str, what: PlaylistInput) -> None:
        """Remember for `OFFERED_FOR` where the files of a map are, if something in it is not measured."""
        files = what.files if isinstance(what, UploadedFiles) else (what,)
        given = tuple((each.url, each.filename) for each in files if isinstance(each, UploadedFile))
        if self.clips is None or self.store is None or not given or not wanting_clips(report):
            return
        with forgiven("clips can't be offered"):
            await self.store.offer(SoundOffer(report_id, owner_id, given, self.clock() + OFFERED_FOR))

    async def is_offered(self, report: AnalysisReport, report_id: str) -> bool:
        """Whether clips of the sound of a map can be sent."""
        offered = False
        if self.clips is not None and self.store is not None and wanting_clips(report):
            with forgiven("offers can't be looked up"):
                offered = await self.store.load_offer(report_id, self.clock()) is not None
        return offered

    async def offered(self, report_id: str, owner_id: int) -> PlaylistInput:
        """Return the files of a map, for its owner.

        Raises
        ------
        ClipsOffError
            No clips are sent by this installation.
        SoundOfferGoneError
            The offer has expired.
        NotYourReportError
            Somebody else asks.
        """
        if self.clips is None or self.store is None:
            raise ClipsOffError
        offer = await self.store.load_offer(report_id, self.clock())
        if offer is None:
            raise SoundOfferGoneError
        if offer.owner_id != owner_id:
            raise NotYourReportError(offer.owner_id)
        files = tuple(UploadedFile(url, name) for url, name in offer.files)
        return files[0] if len(files) == 1 else UploadedFiles(files)

    async def with_clips(
        self, owner_id: int, report: AnalysisReport, what: PlaylistInput, say: OnProgress
    ) -> Playlist:
        """Have ReccoBeats measure clips of the sound of a map, one after the other.

        Returns the playlist with what was measured, and says what was not.

        Raises
        ------
        ClipsOffError
            No clips are sent by this installation.
        """
        if self.clips is None:
            raise ClipsOffError
        files = what.files if isinstance(what, UploadedFiles) else (what,)
        sounds, _ = await self.told_apart([each for each in files if isinstance(each, UploadedFile)])
        found, notes = await self._send_clips(self.clips, owner_id, sounds, wanting_clips(report), say)
        if answered := sum(each.answered for each in found.values()):
            total = sum(each.sent for each in found.values())
            notes = [Note(NoteKind.CLIPS_MEASURED, count=answered, total=total), *notes]
        tracks = tuple(_with_clips(track, found) for track in report.playlist.tracks)
        said = tuple(dict.fromkeys((*notes, *report.playlist.notes)))
        return replace(report.playlist, tracks=tracks, notes=said)

    async def _send_clips(
        self,
        client: ReccoBeatsClips,
        owner_id: int,
        sounds: Sequence[NamedFile],
        wanted: Mapping[str, SoundReading],
        say: OnProgress,
    ) -> tuple[dict[str, ClipReading], list[Note]]:
        """Send clips of those of the files that are `wanted`; return what came back, and the trouble met."""
        found: dict[str, ClipReading] = {}
        notes: list[Note] = []
        uncut = 0
        for number, file in enumerate(sounds):
            await say(Progress(Activity.SENDING_CLIPS, number, len(sounds), CLIPS_NAME))
            try:
                cut = await self._cut(file, {digest: each.length_s for digest, each in wanted.items()})
            except (SoundError, TooCostlyError, WorkerLostError):
                uncut += 1
                continue
            if cut is None or cut[0] in found:
                continue
            digest, clips = cut
            tempo = wanted[digest].tempo
            outcome = await client.measure(clips, shrink=self._shrink, tempo_bpm=tempo.bpm if tempo else None)
            if outcome.notice is not None:
                notes.append(outcome.notice)
            if outcome.reading is not None:
                found[digest] = outcome.reading
                await self._keep(owner_id, digest, outcome.reading)
        if uncut:
            notes.append(Note(NoteKind.CLIPS_NOT_CUT, count=uncut))
        return found, notes

    async def _cut(
        self, file: NamedFile, lengths_s: Mapping[str, float]
    ) -> tuple[str, tuple[bytes, ...]] | None:
        return await self.compute.run(
            "cut clips",
            tasks.cut_clips,
            file.content,
            lengths_s,
            deadline_s=SOUND_DEADLINE_S,
            limits=SOUND_LIMITS,
        )

    async def _shrink(self, clip: bytes) -> bytes:
        return await self.compute.run("shrink clip", tasks.shrink_clip, clip, limits=SOUND_LIMITS)

    async def _keep(self, owner_id: int, digest: str, clips: ClipReading) -> None:
        if self.store is not None:
            with forgiven("what was measured from clips can't be kept"):
                await self.store.save(owner_id, digest, clips, self.clock())

    async def _recalled(self, owner_id: int, tracks: Sequence[Track]) -> list[Track]:
        """Add what ReccoBeats measured from clips of the same sound before, for this person."""
        digests = {track.sound.reading.digest for track in tracks if track.sound}
        known: Mapping[str, ClipReading] = {}
        if self.store is not None and digests:
            with forgiven("what was measured before can't be read"):
                known = await self.store.load(owner_id, digests)
        return [_with_clips(track, known) for track in tracks]

    async def _told(self, file: NamedFile) -> Track | None:
        """Return the track that the tags of a file name, which was not measured."""
        return await self.compute.run(
            "read sound tags", tasks.read_sound_tags, file.filename, file.content, limits=SOUND_LIMITS
        )

    async def _measure(self, file: NamedFile) -> Track:
        async with self.costly.refusing(file.content, CostlySoundError):
            return await self.compute.run(
                "measure sound",
                tasks.measure_sound,
                file.filename,
                file.content,
                deadline_s=SOUND_DEADLINE_S,
                limits=SOUND_LIMITS,
            )


def wanting_clips(report: AnalysisReport) -> dict[str, SoundReading]:
    """List the sounds of a map of which something is estimated or unknown, by their digest."""
    return {
        entry.track.sound.reading.digest: entry.track.sound.reading
        for entry in report.tracks
        if entry.track.sound is not None
        and entry.track.sound.clips is None
        and any(entry.features.get(each) is None or entry.is_imputed(each) for each in SOUND_FEATURES)
    }


def _with_clips(track: Track, found: Mapping[str, ClipReading]) -> Track:
    if track.sound is None or track.sound.reading.digest not in found:
        return track
    return replace(track, sound=replace(track.sound, clips=found[track.sound.reading.digest]))


def _notes(tracks: Sequence[Track], refused: dict[SoundProblem, list[str]]) -> tuple[Note, ...]:
    notes = [
        Note(NoteKind.SOUND_REFUSED, count=len(names), names=(problem.value, *names[:_NAMED]))
        for problem, names in refused.items()
    ]
    cut = sum(track.sound is not None and track.sound.reading.is_cut for track in tracks)
    return (*notes, *([Note(NoteKind.SOUND_CUT, count=cut)] if cut else []))


def playlist_of(tracks: Sequence[Track], files: Sequence[UploadedFile], notes: tuple[Note, ...]) -> Playlist:
    """Make a playlist of sound files alone, named after the one track or the one archive."""
    name = PurePath(files[0].filename).stem if len(files) == 1 else FORMAT
    name = tracks[0].label if len(tracks) == 1 else name
    return Playlist(name=name, tracks=tuple(tracks), format=FORMAT, notes=notes)


def joined(playlist: Playlist, sounds: Sequence[Track], notes: tuple[Note, ...]) -> Playlist:
    """Give the tracks of a list the sound files that are theirs; files of no track stand at its end.

    A file belongs to a track with its ISRC, else with its title and first artist.
    """
    rows = list(playlist.tracks)
    places: dict[object, int] = {}
    for row in reversed(range(len(rows))):
        for key in _keys(rows[row]):
            places[key] = row
    strangers: list[Track] = []
    found = 0
    for sound in sounds:
        place = next((places[key] for key in _keys(sound) if key in places), None)
        if place is None or rows[place].sound is not None:
            strangers.append(sound)
            continue
        found += 1
        rows[place] = _with_sound(rows[place], sound)
    skipped = _without_found(playlist.skipped, strangers)
    if found or strangers:
        notes = (Note(NoteKind.SOUNDS_JOINED, count=found, total=len(strangers)), *notes)
    return replace(playlist, tracks=(*rows, *strangers), skipped=skipped, notes=(*notes, *playlist.notes))


def _with_sound(track: Track, sound: Track) -> Track:
    return replace(
        track,
        sound=sound.sound,
        isrc=track.isrc or sound.isrc,
        album=track.album or sound.album,
        duration_ms=track.duration_ms or sound.duration_ms,
        release_year=track.release_year or sound.release_year,
        genres=track.genres if has_genre(track) else sound.genres or track.genres,
        uploaded=track.uploaded or sound.uploaded,
        recording_id=track.recording_id or sound.recording_id,
    )


def _keys(track: Track) -> tuple[object, ...]:
    words = (core_title(track.title), lead_artist(track.artists))
    return (*((track.isrc.upper(),) if track.isrc else ()), *((words,) if all(words) else ()))


def _without_found(skipped: Sequence[Skipped], strangers: Sequence[Track]) -> tuple[Skipped, ...]:
    """Take the local files that came as sound out of the count of what was left out."""
    labels = {track.label.casefold() for track in strangers}
    kept = []
    for entry in skipped:
        if entry.reason is SkipReason.LOCAL_FILE:
            left = tuple(each for each in entry.examples if each.casefold() not in labels)
            kept.append(replace(entry, count=entry.count - len(entry.examples) + len(left), examples=left))
        else:
            kept.append(entry)
    return tuple(entry for entry in kept if entry.count)
