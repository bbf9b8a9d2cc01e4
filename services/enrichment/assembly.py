"""Choose the best value of each feature of a track, with its source, while sources are asked and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from services.analysis.genres import claims_of
from services.analysis.matching import name_key
from services.analysis.titles import lead_artist
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance, accepted
from services.domain.known_tracks import MUSICBRAINZ, GenreClaim
from services.domain.messages import Note, NoteKind
from services.domain.music import Track, TrackId, valid_isrc, valid_track_id
from services.domain.recordings import Certainty, NameKey, NameMatch, Pair, pair_of
from services.domain.report import EnrichedTrack
from services.domain.sound import CLIP_SOURCE
from services.domain.sources import FetchedFeatures
from services.enrichment.ports import FeatureSource

FULL_ROW = 5
"""A file's row with so many values or more comes before what a provider says about the same track."""

Layer = tuple[AudioFeatures, Provenance]
_NOTHING = AudioFeatures()


def from_upload(tracks: Sequence[Track], source: str) -> tuple[EnrichedTrack, ...]:
    """Take the values that the uploaded files themselves carried, and nothing else.

    Parameters
    ----------
    tracks
        As an importer read them.
    source
        The name that values written in a file carry from now on, such as `file:exportify`; what was
        measured from its sound has a name already.
    """
    whose = _provenance(Origin.UPLOADED, source)
    return tuple(_from_upload(track, whose) for track in tracks)


def _from_upload(track: Track, provenance: Provenance) -> EnrichedTrack:
    features = _NOTHING if track.uploaded is None else track.uploaded.accepted()
    written = _all_from(features.known, provenance)
    from_file = EnrichedTrack(track=track, features=features, provenance=written)
    if track.sound is None:
        return from_file
    heard, clips = _heard(track)
    file = [(features, provenance)] if track.uploaded else []
    return _merge(from_file, [*heard, *file, *clips] if _is_full(track) else [*heard, *clips, *file])


def _heard(track: Track) -> tuple[list[Layer], list[Layer]]:
    """List what was measured from the sound of a track here, and elsewhere from clips of it."""
    sound = track.sound
    if sound is None:
        return [], []
    here = (sound.reading.features.accepted(), Provenance(Origin.SOUND, sound.reading.source))
    if sound.clips is None:
        return [here], []
    return [here], [(sound.clips.features.accepted(), Provenance(Origin.CLIP, CLIP_SOURCE))]


def _is_full(track: Track) -> bool:
    return track.uploaded is not None and len(track.uploaded.accepted().known) >= FULL_ROW


def assemble(
    uploaded: EnrichedTrack, rows: Sequence[FetchedFeatures], providers: Sequence[str]
) -> EnrichedTrack:
    """Lay the known values of one track over each other; the first layer that has a value gives it.

    The order: what was measured here from the sound of this very file; a full row of a file; what was
    measured on this very id, provider by provider; what was measured from clips; what is left of a poor
    row of the file; what was measured on the same recording under another id.

    Parameters
    ----------
    uploaded
        The track with the values of the file, if any: see `from_upload`.
    rows
        What any provider knows about the track's id or ISRC.
    providers
        Whose values come first; those not named come after, by name.
    """
    if not rows:
        return uploaded
    ranks = {provider: rank for rank, provider in enumerate(dict.fromkeys(providers))}
    ordered = sorted(rows, key=lambda row: (ranks.get(row.source, len(ranks)), row.source, row.track_id))
    own_id = uploaded.track.id
    exact = [_layer(row, Origin.MEASURED) for row in ordered if row.track_id == own_id]
    borrowed = [_layer(row, Origin.BORROWED) for row in ordered if row.track_id != own_id]
    heard, clips = _heard(uploaded.track)
    written = [each for each in uploaded.provenance.values() if each.origin is Origin.UPLOADED]
    file = [(uploaded.features, written[0])] if written else []
    if file and (heard or clips):
        own = uploaded.provenance
        kept = {feature: uploaded.features.get(feature) for feature in own if own[feature] == written[0]}
        file = [(AudioFeatures.of(kept), written[0])]
    if _is_full(uploaded.track):
        layers = [*heard, *file, *exact, *clips, *borrowed]
    else:
        layers = [*heard, *exact, *clips, *file, *borrowed]
    return _merge(uploaded, layers)


def _layer(row: FetchedFeatures, origin: Origin) -> Layer:
    return row.features, _provenance(origin, row.source)


@lru_cache(maxsize=256)
def _provenance(origin: Origin, source: str) -> Provenance:
    """Return one object for all values of a source: ten thousand tracks are counted and stored by it."""
    return Provenance(origin, source)


@lru_cache(maxsize=1024)
def _all_from(known: tuple[Feature, ...], whose: Provenance) -> Mapping[Feature, Provenance]:
    """Return the same mapping for all tracks of which the same is known from the same source."""
    return dict.fromkeys(known, whose)


def _merge(uploaded: EnrichedTrack, layers: Sequence[Layer]) -> EnrichedTrack:
    values: dict[Feature, float | None] = {}
    provenance: dict[Feature, Provenance] = {}
    for features, whose in layers:
        for feature, value in zip(Feature, features.values, strict=True):
            if value is not None and feature not in provenance:
                values[feature] = value
                provenance[feature] = whose
    whose_by_feature: Mapping[Feature, Provenance] = provenance
    if len(layers) == 1:
        whose_by_feature = _all_from(tuple(provenance), layers[0][1])
    # Side by side only where somebody measured: lists of ten thousand rows need no second column.
    others = tuple(each for each in layers if not each[0].is_empty) if uploaded.track.sound else ()
    return EnrichedTrack(
        track=uploaded.track,
        features=AudioFeatures.of(values),
        provenance=whose_by_feature,
        others=others if len(others) > 1 else (),
    )


def corrected(tracks: Sequence[EnrichedTrack], factors: Mapping[TrackId, float]) -> tuple[EnrichedTrack, ...]:
    """Multiply the tempo of the tracks that somebody corrected, and say so in its origin."""
    return tuple(_corrected(entry, factors) for entry in tracks)


def _corrected(entry: EnrichedTrack, factors: Mapping[TrackId, float]) -> EnrichedTrack:
    factor = factors.get(entry.track.id) if entry.track.id else None
    provenance = entry.provenance.get(Feature.TEMPO)
    tempo = entry.features.tempo
    if factor is None or tempo is None or provenance is None or provenance.origin is Origin.IMPUTED:
        return entry
    if accepted(Feature.TEMPO, tempo * factor) is None:
        return entry
    return replace(
        entry,
        features=replace(entry.features, tempo=tempo * factor),
        provenance={
            **entry.provenance,
            Feature.TEMPO: Provenance(Origin.CORRECTED, f"you, from {provenance.source}"),
        },
    )


def without_guesses(tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
    """Keep only values that were measured for exactly this track or came with the file."""
    return tuple(_own_values(entry) for entry in tracks)


def _own_values(entry: EnrichedTrack) -> EnrichedTrack:
    kept = {
        feature: provenance
        for feature, provenance in entry.provenance.items()
        if provenance.origin not in {Origin.IMPUTED, Origin.BORROWED}
    }
    if len(kept) == len(entry.provenance):
        return entry
    features = AudioFeatures.of({feature: entry.features.get(feature) for feature in kept})
    return EnrichedTrack(track=entry.track, features=features, provenance=kept, others=entry.others)


class Board:
    """What is known so far about each track of one playlist."""

    def __init__(self, uploaded: Sequence[EnrichedTrack], providers: Sequence[str]) -> None:
        self._uploaded = uploaded
        self._providers = providers
        self._rows: dict[str, dict[tuple[str, str], FetchedFeatures]] = {}
        self._keys: list[tuple[TrackId | None, ...]] = [keys_of(track.track) for track in uploaded]
        self._found: dict[int, Track] = {}
        self._named: dict[NameKey, list[int]] = {}
        self._recordings: dict[int, FetchedFeatures] = {}
        self.genres: dict[str, tuple[str, ...]] = {}
        """By lead artist, where looking for names brought them along."""
        self.genre_claims: tuple[GenreClaim, ...] = ()
        """The same, as far as they may be remembered."""
        self.unanswered: set[TrackId] = set()
        """Keys about which a source could not be asked."""

    @property
    def count(self) -> int:
        """Tracks of the playlist."""
        return len(self._uploaded)

    def ids(self) -> list[TrackId]:
        """List the Spotify ids, each once."""
        return list(dict.fromkeys(keys[0] for keys in self._keys if keys[0]))

    def isrcs_without_rows(self) -> list[TrackId]:
        """List the ISRCs of tracks about whose own id nothing is known."""
        return list(
            dict.fromkeys(
                isrc for track_id, isrc, *_ in self._keys if isrc and not self._rows.get(track_id or "")
            )
        )

    def known_and_unknown(self) -> tuple[int, int]:
        """Count the tracks that could be looked up: those with a row by now, and those without."""
        known = [bool(self._rows_of(index)) for index, keys in enumerate(self._keys) if any(keys)]
        return sum(known), len(known) - sum(known)

    def add(
        self, rows: Mapping[str, Sequence[FetchedFeatures]] | Mapping[TrackId, tuple[FetchedFeatures, ...]]
    ) -> None:
        """Take in rows by what was asked for."""
        for key, group in rows.items():
            self._rows.setdefault(key, {}).update(((row.track_id, row.source), row) for row in group)

    def wanted(self, link: FeatureSource) -> dict[TrackId, Track]:
        """List what `link` should be asked for, each key once with a track that it stands for."""
        wanted: dict[TrackId, Track] = {}
        for index, track in enumerate(self._uploaded):
            asked = self._found.get(index, track.track)
            key = link.key_of(asked)
            if key is None or key in wanted:
                continue
            known_to_provider = any(row.source == link.provider for row in self._rows_of(index))
            if not known_to_provider and not is_complete(self._assemble(index)):
                wanted[key] = asked
        return wanted

    def nameable(self, chain: Sequence[FeatureSource]) -> dict[NameKey, Track]:
        """List the names of incomplete tracks that no source knows under an id or an ISRC of their own."""
        self._named = {}
        wanted: dict[NameKey, Track] = {}
        for index, entry in enumerate(self._uploaded):
            asked = {key for link in chain if (key := link.key_of(entry.track)) is not None}
            if asked & self.unanswered or (asked and self._rows_of(index)):
                continue
            name = None if is_complete(self._assemble(index)) else name_key(entry.track)
            if name is not None:
                self._named.setdefault(name, []).append(index)
                wanted.setdefault(name, entry.track)
        return wanted

    def take_names(self, matches: Mapping[NameKey, NameMatch], answers: Mapping[Pair, bool]) -> Note:
        """Use what was found for names: what is sure, and what the person confirmed; count all three ends."""
        sure = doubtful = total = 0
        for key, rows in self._named.items():
            total += len(rows)
            match = matches.get(key)
            pair = pair_of(match) if match is not None else None
            if match is None or match.found is None or pair is None:
                continue
            said = answers.get(pair)
            if match.certainty is Certainty.SURE or said:
                sure += len(rows)
                for index in rows:
                    self._found[index] = match.found
                    self._keys[index] = (*self._keys[index], *keys_of(match.found))
            elif said is None:
                doubtful += len(rows)
        return Note(NoteKind.FOUND_BY_NAME, count=sure, total=total, number=doubtful)

    def note_unheard(self) -> tuple[Note, ...]:
        """Count the tracks that were found by name, and of which nobody has the sound all the same."""
        count = sum(not is_complete(self._assemble(index)) for index in self._found)
        return (Note(NoteKind.FOUND_UNHEARD, count=count, total=len(self._found)),) if count else ()

    def take_genres(self, matches: Mapping[NameKey, NameMatch]) -> None:
        """Take the genres that came with names, by lead artist, the commonest first."""
        voices: dict[str, Counter[str]] = {}
        tagged = []
        for key, rows in self._named.items():
            match = matches.get(key)
            if match is not None and match.genres:
                track = self._uploaded[rows[0]].track
                voices.setdefault(lead_artist(track.artists), Counter()).update(match.genres)
                # Named by what was found: a track without an id is a recording that is known there.
                tagged.append(replace(track, id=track.id or TrackId(key), genres=match.genres))
        self.genres = {lead: tuple(name for name, _ in each.most_common(3)) for lead, each in voices.items()}
        self.genre_claims = tuple(claims_of(tagged, MUSICBRAINZ))

    def found_keys(self) -> list[TrackId]:
        """List the ids and ISRCs that were found by name."""
        return [each for track in self._found.values() for each in keys_of(track) if each]

    def lacking_tempo_or_key(self) -> dict[int, Track]:
        """List the tracks of which nobody knows tempo or key, by their places."""
        lacking = {}
        for index, entry in enumerate(self._uploaded):
            known = self._assemble(index).features
            if known.tempo is None or known.key is None:
                lacking[index] = entry.track
        return lacking

    def add_recordings(self, rows: Mapping[int, FetchedFeatures]) -> None:
        """Take in what open dumps say; it fills gaps alone, and nobody is asked less because of it."""
        self._recordings = dict(rows)

    def assemble(self) -> tuple[EnrichedTrack, ...]:
        """Return all tracks with what is known now."""
        return tuple(self._assemble(index) for index in range(len(self._uploaded)))

    def _assemble(self, index: int) -> EnrichedTrack:
        rows = self._rows_of(index)
        if index in self._recordings:
            rows.append(self._recordings[index])
        return assemble(self._uploaded[index], rows, self._providers)

    def _rows_of(self, index: int) -> list[FetchedFeatures]:
        rows: dict[tuple[str, str], FetchedFeatures] = {}
        for key in self._keys[index]:
            rows.update(self._rows.get(key or "", {}))
        return list(rows.values())


def keys_of(track: Track) -> tuple[TrackId | None, TrackId | None]:
    """Return the Spotify id and the ISRC of a track, each where it is well-formed."""
    isrc = valid_isrc(track.isrc)
    return valid_track_id(track.id), None if isrc is None else TrackId(isrc)


def is_complete(track: EnrichedTrack) -> bool:
    """Whether all nine sound features are known."""
    return all(map(track.provenance.__contains__, SOUND_FEATURES))
