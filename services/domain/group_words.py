"""Word the names of groups, the mood of a list and what sets single tracks apart.

The one place that turns these values into English: pictures and files say them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType

from services.domain.grouping import (
    LONGEST_SPAN,
    MORE_SUNG,
    GroupName,
    Lean,
    Mood,
    Recording,
    Scene,
    SceneKind,
    SoundName,
)
from services.domain.portrait import OddGenres, Oddity, OddSound, OddYear, Outlier
from services.domain.vocabulary import COMPARATIVES, FEATURE_WORDS

SOUND_WORDS: Mapping[SoundName, tuple[str, str]] = MappingProxyType(
    {
        SoundName.CALM_INSTRUMENTALS: ("Calm instrumentals", "calm & instrumental"),
        SoundName.INSTRUMENTAL_FOCUS: ("Instrumental focus", "instrumental"),
        SoundName.ACOUSTIC_INSTRUMENTALS: ("Acoustic instrumentals", "acoustic & instrumental"),
        SoundName.INSTRUMENTAL_GROOVES: ("Instrumental grooves", "instrumental & danceable"),
        SoundName.DRIVING_INSTRUMENTALS: ("Driving instrumentals", "driving & instrumental"),
        SoundName.EPIC_INSTRUMENTALS: ("Epic instrumentals", "epic & instrumental"),
        SoundName.DARK_INSTRUMENTALS: ("Dark instrumentals", "dark & instrumental"),
        SoundName.FEEL_GOOD_DANCE: ("Feel-good dance", "feel-good & danceable"),
        SoundName.HIGH_ENERGY_DANCE: ("High-energy dance", "high-energy & danceable"),
        SoundName.DARK_CLUB: ("Dark club", "dark & danceable"),
        SoundName.LAID_BACK_GROOVES: ("Laid-back grooves", "laid-back"),
        SoundName.SUNNY_EASY_GOING: ("Sunny & easy-going", "sunny & easy-going"),
        SoundName.BRIGHT_UPBEAT: ("Bright & upbeat", "bright & upbeat"),
        SoundName.HIGH_SPIRITED_LOUD: ("High-spirited & loud", "high-spirited & loud"),
        SoundName.FULL_THROTTLE_ENERGY: ("Full-throttle energy", "full-throttle"),
        SoundName.LOUD_INTENSE: ("Loud & intense", "loud & intense"),
        SoundName.BIG_ANTHEMIC: ("Big & anthemic", "big & anthemic"),
        SoundName.BROODING_MOODY: ("Brooding & moody", "brooding & moody"),
        SoundName.MELLOW_ACOUSTIC: ("Mellow acoustic", "mellow & acoustic"),
        SoundName.WISTFUL_ACOUSTIC: ("Wistful acoustic", "wistful & acoustic"),
        SoundName.SUNNY_ACOUSTIC: ("Sunny acoustic", "sunny & acoustic"),
        SoundName.QUIET_SPARSE: ("Quiet & sparse", "quiet & sparse"),
        SoundName.SLOW_TENDER: ("Slow & tender", "slow & tender"),
        SoundName.SOFT_TENDER: ("Soft & tender", "soft & tender"),
        SoundName.RAP_SPOKEN_WORD: ("Rap", "wordy"),
        SoundName.WORDY_RHYTHMIC: ("Wordy & rhythmic", "wordy & rhythmic"),
        SoundName.PUNCHY_WORDPLAY: ("Punchy rap", "punchy & wordy"),
        SoundName.WORDY_LOW_KEY: ("Wordy & low-key", "wordy & low-key"),
        SoundName.LIVE_RECORDINGS: ("Live recordings", "live"),
        SoundName.WARM_MID_TEMPO: ("Warm mid-tempo", "warm & mid-tempo"),
        SoundName.POLISHED_PUNCHY: ("Polished & punchy", "polished & punchy"),
        SoundName.RAW_ROOMY: ("Raw & roomy", "raw & roomy"),
        SoundName.DREAMY_HAZY: ("Dreamy & hazy", "dreamy & hazy"),
        SoundName.HYPNOTIC_GROOVES: ("Hypnotic grooves", "hypnotic"),
        SoundName.DARK_DRIVING: ("Dark & driving", "dark & driving"),
        SoundName.ELECTRIC_DRIVING: ("Electric & driving", "electric & driving"),
        SoundName.BIG_ACOUSTIC_SOUND: ("Big acoustic sound", "big & acoustic"),
        SoundName.BITTERSWEET_SONGS: ("Bittersweet songs", "bittersweet"),
        SoundName.EVEN_TEMPERED_SONGS: ("Even-tempered songs", "even-tempered"),
        SoundName.FAST_RESTLESS: ("Fast & restless", "fast & restless"),
        SoundName.SLOW_HEAVY: ("Slow & heavy", "slow & heavy"),
        SoundName.MOSTLY_SPOKEN: ("Mostly spoken", "mostly spoken"),
        SoundName.ALL_ROUNDERS: ("A bit of everything", ""),
    }
)
"""Each name as it stands alone, and after a genre, a decade or an artist."""

_PLAIN = {
    word: Lean(feature, high)
    for feature, words in FEATURE_WORDS.items()
    for word, high in ((words.low, False), (words.high, True))
}
_SAID_PLAINLY: Mapping[SoundName, frozenset[Lean]] = MappingProxyType(
    {
        name: frozenset(_PLAIN[word] for word in words)
        for name, (_, after) in SOUND_WORDS.items()
        if _PLAIN.keys() >= (words := set(after.split(" & ")) - {""})
    }
)
"""Names that say after a genre what plain words say as well, and the one that says nothing there."""

RECORDING_WORDS: Mapping[Recording, str] = MappingProxyType(
    {
        Recording.CHRISTMAS: "Christmas",
        Recording.MUSICALS: "Musicals",
        Recording.SOUNDTRACKS: "Soundtracks",
        Recording.CLASSICAL: "Classical",
        Recording.LULLABIES: "Lullabies",
        Recording.LIVE: "Live",
        Recording.REMIXES: "Remixes",
        Recording.KARAOKE: "Karaoke",
        Recording.INSTRUMENTAL: "Instrumental versions",
        Recording.ACOUSTIC: "Acoustic versions",
        Recording.SPED_UP: "Sped up",
        Recording.SLOWED: "Slowed down",
        Recording.COVERS: "Covers",
    }
)
"""Kinds of recording as the first words of a name."""

_PROPER = (
    "african", "american", "anatolian", "arabic", "argentine", "australian", "belgian", "bollywood",
    "brazilian", "british", "brooklyn", "canadian", "celtic", "chicago", "chilean", "chinese", "christian",
    "christmas", "colombian", "cuban", "danish", "detroit", "dutch", "finnish", "french", "german", "greek",
    "hindi", "icelandic", "indian", "indonesian", "irish", "israeli", "italian", "jamaican", "japanese",
    "korean", "latin", "mexican", "midwest", "nigerian", "nordic", "norwegian", "persian", "polish",
    "portuguese", "punjabi", "russian", "scandinavian", "scottish", "spanish", "swedish", "swiss", "tamil",
    "telugu", "texas", "thai", "turkish", "ukrainian", "vietnamese", "welsh",
)  # fmt: skip
_SPELT: Mapping[str, str] = MappingProxyType(
    {word: word.upper() for word in ("r&b", "edm", "idm", "uk", "us", "aor", "ccm", "mpb", "nrg")}
    | {word: word.capitalize() for word in _PROPER}
)
"""Words of genres that are not written in small letters."""

_HYPHENATED = (
    (re.compile(r"\b([ckjtv]) (pop|rock|rap|ballad|indie)\b"), r"\1-\2"),
    (re.compile(r"\b(alt|anti|avant|lo|hi|nu|post|proto|sing|singer) (?=\w)"), r"\1-"),
    (re.compile(r"\bneo (?!soul\b)(?=\w)"), "neo-"),
    (re.compile(r"\b([gpz]) funk\b"), r"\1-funk"),
    (re.compile(r"\bnew york\b"), "New York"),
    (re.compile(r"\beast coast\b"), "East Coast"),
    (re.compile(r"\bwest coast\b"), "West Coast"),
)
"""Words of genres that belong together."""

_AS_ONE_WORD: Mapping[str, str] = MappingProxyType(
    {"drum & bass": "drum'n'bass", "rock & roll": "rock'n'roll"}
)
"""Genres with an ampersand, as they are written beside another one."""

_NO_HYPHEN = re.compile(r"\bnu-(?=jazz|metal|disco)")
_NO_END = ["hop"]
"""What two genres may end with without being kinds of it: hip hop and trip hop."""
_LETTER = re.compile(r"\b[a-z](?=-)")
_ADJECTIVES = frozenset((
    "acoustic", "african", "alternative", "arabic", "caribbean", "celtic", "christian", "christmas",
    "classical", "desi", "electronic", "hindi", "experimental", "instrumental", "latin", "persian",
    "punjabi", "religious", "seasonal", "spoken", "symphonic", "tamil", "telugu", "turkish",
    "middle eastern", "south asian",
))  # fmt: skip
"""Genres that say of which kind music is: "Christian music"."""

_NO_TITLES = _ADJECTIVES - {"acoustic", "classical", "electronic", "instrumental", "latin"}
"""Those of them that nobody would read alone as the name of a group: "African, hypnotic"."""


def name_words(name: GroupName) -> str:
    """Say a name: "Mellow acoustic", "Country, even-tempered", "Big & anthemic · faster".

    After a single word a comparison joins it: "Danceable & calmer".
    """
    said = _sound_words(name)
    if name.scene is not None:
        scene = scene_words(name.scene)
        said = f"{scene}, {said}" if said else scene
    if name.differs is not None and not name.is_one_word:
        said = f"{said} · {COMPARATIVES[name.differs.feature][name.differs.high]}"
    return f"{said} · {name.number}" if name.number > 1 else said


def wording_of(name: GroupName) -> tuple[object, ...]:
    """Return what a name says, in whatever order, and its number: "Pop & rock, dark", "Rock & pop, dark"."""
    sound, plain, *others = name.of_the_sound
    if name.scene and name.sound and name.sound in _SAID_PLAINLY:
        sound, plain = None, _SAID_PLAINLY[name.sound]
    # By what people read: an artist may be called as a genre is, and "R&B & soul" may be one family or two.
    told = name.scene and replace(name.scene.as_titles_tell, era=())
    scene = told and frozenset(_PARTS.split(scene_words(told).casefold()))
    return sound, plain, *others, scene, name.scene and name.scene.era, name.number


_PARTS = re.compile(r" & |, ")


def scene_words(scene: Scene) -> str:
    """Say a scene as the first words of a name: "Hip hop", "80s", "80s rock", "Johnny Cash", "Rock & pop"."""
    said = [each for each in (scene.words, scene.also, scene.third) if each]
    if scene.kind is SceneKind.DECADE:
        return _decade_words([int(year) for year in said])
    if scene.kind is SceneKind.ARTIST:
        # "Tyler, The Creator, Nas & others" would be three.
        return " & ".join(said) if any("," in artist for artist in said) else _joined(said)
    if scene.kind is SceneKind.RECORDING:
        return RECORDING_WORDS[Recording(scene.words)]
    if scene.kind is SceneKind.LANGUAGE:
        return f"{scene.words.capitalize()} titles"
    words = _with_one_end(list(map(genre_words, said)))
    if len(said) == 1 and said[0] in _NO_TITLES:
        words = [music_of(said[0])]
    if len(said) > 1:  # "Pop & R&B/soul": one of the families has two names itself
        words = [_AS_ONE_WORD.get(each, each.replace(" & ", "/")) for each in words]
    listed = _joined(words)
    if scene.era:
        # "60s & 70s folk & soul" would be three things.
        era = _decade_words([int(year) for year in scene.era], "–" if len(said) > 1 else " & ")
        return f"{era} {music_of(scene.words) if len(said) == 1 else listed}"
    return listed[:1].upper() + listed[1:]


def _with_one_end(genres: Sequence[str]) -> list[str]:
    """Say what two genres are both kinds of once: "melodic & rage rap", "jazz & East Coast hip hop"."""
    if len(genres) != 2 or "&" in "".join(genres):
        return list(genres)
    first, second = (genre.split() for genre in genres)
    pairs = zip(reversed(first), reversed(second), strict=False)
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    own, end = first[: len(first) - shared], second[len(second) - shared :]
    is_end = own and end not in (second, _NO_END)
    return [" ".join(own if is_end else first), genres[1]]


def _decade_words(years: Sequence[int], joiner: str = " & ") -> str:
    """Say the first years of the first and the last decade: "80s", "80s & 90s", "70s–90s", "Before 2010"."""
    if years[-1] - years[0] > LONGEST_SPAN:
        return f"Before {years[-1] + 10}"
    # "20s" may be this decade: only from 1930 on two figures say which.
    said = [f"{year % 100 if 1930 <= year < 2000 else year}s" for year in years]
    return (joiner if years[-1] - years[0] <= 10 else "–").join(said)


def genre_words(genre: str) -> str:
    """Write a genre as people do: "hip hop", "lo-fi beats", "K-pop", "Swedish pop", "R&B"."""
    words = " ".join(_SPELT.get(word, word) for word in genre.split())
    for pattern, spelling in _HYPHENATED:
        words = pattern.sub(spelling, words)
    return _LETTER.sub(lambda letter: letter[0].upper(), _NO_HYPHEN.sub("nu ", words))


def music_of(genre: str) -> str:
    """Say a genre as a noun: "folk", "Christian music"."""
    return f"{genre_words(genre)} music" if genre in _ADJECTIVES else genre_words(genre)


def mood_words(mood: Mood) -> str:
    """Say how a whole list sounds: "mellow & acoustic", "from calmer to livelier", or nothing."""
    if mood.sound is not None:
        return SOUND_WORDS[mood.sound][1]
    if mood.leans:
        return _joined(_ends_of(mood.leans))
    if mood.between is not None:
        less, more = COMPARATIVES[mood.between]
        return f"from {less} to {more}"
    return ""


def outlier_words(outlier: Outlier, names: Sequence[str]) -> str:
    """Say why a track stands out, beside groups of these names: "far louder than “Mellow acoustic”"."""
    if isinstance(outlier.reason, str):
        return outlier.reason
    return "; ".join(_oddity_words(each, names) for each in outlier.reason)


def _oddity_words(oddity: Oddity, names: Sequence[str]) -> str:
    match oddity:
        case OddSound(leans, far, group):
            beside = "the rest" if group is None else f"“{names[group]}”"
            words = " and ".join(COMPARATIVES[lean.feature][lean.high] for lean in leans)
            return f"{'far ' if far else ''}{words} than {beside}"
        case OddYear(year, (first, last), known):
            when = f"{first}" if first == last else f"{first} to {last}"
            return f"from {year}, most others{'' if known else ' of a known year'} from {when}"
        case OddGenres(genres, of_artist, elsewhere):
            tagged = f"{'by an artist ' if of_artist else ''}tagged {' and '.join(map(genre_words, genres))}"
            return f"{tagged} like {'few others' if elsewhere else 'no other artist'} here"


def _sound_words(name: GroupName) -> str:
    """Say the sound: as a title, or in lower case where a scene comes first.

    What is more sung than the rest are songs: "Livelier songs", "House, vocal".
    """
    if name.sound is not None:
        return SOUND_WORDS[name.sound][name.scene is not None]
    words = [] if name.compared else _ends_of(name.leans)
    words += [COMPARATIVES[lean.feature][lean.high] for lean in name.beside if lean != MORE_SUNG]
    if name.are_mellower:
        words = ["mellower"]
    if name.scene is not None:
        return _joined(["vocal", *words] if name.are_songs else words)
    said = _joined(words)
    if name.are_songs:
        said = f"{said} songs".lstrip()
    elif len(words) == 1 and " " not in said:
        said = f"{said} tracks"
    return said.capitalize()


def _ends_of(leans: Iterable[Lean]) -> list[str]:
    ends = ((FEATURE_WORDS[lean.feature], lean.high) for lean in leans)
    return [words.high if is_high else words.low for words, is_high in ends]


def _joined(words: Sequence[str]) -> str:
    """Join the words of a name: "dark, quiet & electric"."""
    return " & ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
