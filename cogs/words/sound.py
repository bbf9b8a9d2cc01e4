"""Say what was measured from a sound file, and what would leave if clips of it were sent."""

from __future__ import annotations

from cogs.words.text import CLUSTER_LETTERS, escape, join_words, plural, unbroken
from services.domain.features import SOUND_FEATURES, Feature, Origin
from services.domain.report import EnrichedTrack
from services.domain.sound import KeyReading, SoundPlace, SoundReading, TempoReading

NO_PLACE_YET = "Once you have a map of a playlist, I show where a file stands on it."
_FAINT = 0.1
"""Below this share of the onsets repeats with the beat: there is hardly one."""
_SURE = 0.8
_NEAREST = 1
_LEVELLED_LUFS = -14.0
"""What most streaming services turn music to."""


def tempo_line(reading: SoundReading) -> str:
    """Say the tempo, both octaves where either may be meant."""
    tempo = reading.tempo
    if tempo is None:
        return "**Tempo** none: nothing begins in it"
    said = f"**Tempo** {tempo_words(tempo)}"
    if tempo.salience < _FAINT:
        return f"{said}, but hardly a beat can be heard"
    return said


def tempo_words(tempo: TempoReading) -> str:
    """Say "131 or 65 BPM" where the octave is open, else "131 BPM"."""
    if tempo.is_ambiguous:
        return unbroken(f"{tempo.bpm:.0f} or {tempo.other_bpm:.0f} BPM")
    return unbroken(f"{tempo.bpm:.1f} BPM")


def key_line(reading: SoundReading) -> str:
    """Say the key together with its relative, which has the same notes."""
    if reading.key is None:
        return "**Key** none: there is no tone in it"
    return f"**Key** {key_words(reading.key)}"


def key_words(key: KeyReading) -> str:
    """Say both keys: the notes are heard, which of the two is home hardly."""
    return f"{key.name} or {key.relative.name}"


def loudness_line(reading: SoundReading, louder_than: float | None) -> str:
    """Say how loud it is, beside what streaming services level to and beside the reference."""
    apart = reading.loudness_lufs - _LEVELLED_LUFS
    level = "as loud as" if abs(apart) < 0.5 else f"{abs(apart):.0f} LU {'above' if apart > 0 else 'below'}"
    said = (
        f"**Loudness** {_minus(reading.loudness_lufs)} LUFS, {level} streaming; "
        f"true peak {_minus(reading.true_peak_db)} dBTP"
    )
    if louder_than is None:
        return unbroken(said)
    share = round(100 * min(max(louder_than, 0.01), 0.99))
    return unbroken(f"{said}; louder than about {share}% of music")


def length_line(reading: SoundReading) -> str:
    """Say how long it is and how it was recorded."""
    minutes, seconds = divmod(round(reading.length_s), 60)
    channels = {1: "mono", 2: "stereo"}.get(reading.channels, f"{reading.channels} channels")
    cut = " and more" if reading.is_cut else ""
    return f"**Length** {minutes}:{seconds:02d}{cut}, {channels}, {reading.rate_hz / 1000:g} kHz"


def place_line(place: SoundPlace) -> str:
    """Say which group of the last map it sounds most like, and beside which tracks it would stand."""
    home = f"your map of **{escape(place.playlist)}**"
    nearest = join_words(escape(label, 60) for label in place.nearest[:_NEAREST])
    if place.letter is None:
        return f"On {home} it would stand beside {nearest}."
    group = f"group {CLUSTER_LETTERS[place.letter % len(CLUSTER_LETTERS)]} · {escape(place.cluster_name)}"
    sure = ""
    if place.probability is not None and place.probability < _SURE:
        sure = f" ({100 * place.probability:.0f}% likely, because much is estimated)"
    return f"On {home} it sounds most like **{group}**{sure}. Nearest: {nearest}."


def known_line(entry: EnrichedTrack) -> str:
    """Say which of the nine features come from where, so that no estimate passes for a measurement."""
    parts = []
    for origins, words in (
        ((Origin.SOUND,), "measured from the sound"),
        ((Origin.CLIP,), "measured by ReccoBeats from clips"),
        ((Origin.MEASURED, Origin.CORRECTED, Origin.BORROWED), "from the catalogue"),
        ((Origin.UPLOADED,), "from the file's tags"),
        ((Origin.IMPUTED,), "estimated"),
    ):
        named = [each for each in SOUND_FEATURES if _origin(entry, each) in origins]
        if named:
            parts.append(f"{_named(named)} {words}")
    unknown = [each for each in SOUND_FEATURES if _origin(entry, each) is None]
    if unknown:
        parts.append(f"{_named(unknown)} unknown")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def _origin(entry: EnrichedTrack, feature: Feature) -> Origin | None:
    known = entry.provenance.get(feature)
    return None if known is None else known.origin


def _named(features: list[Feature]) -> str:
    if len(features) == len(SOUND_FEATURES):
        return "all nine features"
    if len(features) > 3:
        return f"{len(features)} of {len(SOUND_FEATURES)} features"
    return join_words(feature.value for feature in features)


def press_label(clips: int, files: int) -> str:
    """Write on the button what it sends, and to whom."""
    if files == 1:
        return f"Send {clips} x 30 seconds to ReccoBeats?"
    return f"Send clips of {files} files to ReccoBeats?"


def clips_sentence(clips: int, files: int) -> str:
    """Say before the press what leaves, to whom, and that nothing has left."""
    what = (
        f"{plural(clips, 'mono clip')} of at most 30 seconds"
        if files == 1
        else "up to three mono clips of 30 seconds of each"
    )
    return (
        f"ReccoBeats (reccobeats.com) can measure what is estimated. It gets {what}, no name, no tags, "
        "nothing about you. Nothing of it has been sent."
    )


def _minus(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
