"""How a playlist is grouped: by what, what that rests on, and what its groups are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.domain.features import Feature
from services.domain.music import Track

ENOUGH_YEARS = 0.7
"""Share of the tracks that has a year, from which a list can be grouped by style and era."""


class Grouping(StrEnum):
    """By what tracks are put together."""

    SOUND = "sound"
    """By how they sound, and nothing else."""
    STYLE = "style"
    """By sound, year of the edition and artist, and by genre words where they are known."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the groups of a report rest on."""

    grouping: Grouping = Grouping.SOUND
    years: float | None = None
    """Share of the tracks that have the year of their edition; None in reports of older versions."""
    genres: float | None = None
    """Share of the tracks that came with genre words."""
    remembered_genres: float = 0.0
    """Share of the tracks whose genre words are those that are known of their artist."""
    earlier_genres: float = 0.0
    """Share of the tracks for which earlier files, data sets and answers gave those."""
    earlier_artists: int = 0
    """Artists for whom they did."""
    common_genres: float = 0.0
    """Share of the tracks for which only what artists are commonly known for gave those."""
    common_artists: int = 0
    """Artists for whom it did."""
    stability: float | None = None
    """By style and era: how well groups of parts of the list agree with these, 0..1."""
    refused: bool = False
    """Whether style and era were asked for, and too few years are known."""
    remembered: bool = False
    """Whether style and era were not asked for this time, but the last time that the person chose a way."""

    @property
    def has_enough_years(self) -> bool:
        """Whether the list can be grouped by style and era; unknown is for the analysis to find out."""
        return self.years is None or self.years >= ENOUGH_YEARS


def year_share(tracks: Sequence[Track]) -> float:
    """Return the share of the tracks that have a year."""
    return sum(track.release_year is not None for track in tracks) / len(tracks) if tracks else 0.0


class SoundName(StrEnum):
    """Names for a sound. Reports are stored with these values: none is ever removed or renamed."""

    CALM_INSTRUMENTALS = "calm_instrumentals"
    INSTRUMENTAL_FOCUS = "instrumental_focus"
    ACOUSTIC_INSTRUMENTALS = "acoustic_instrumentals"
    INSTRUMENTAL_GROOVES = "instrumental_grooves"
    DRIVING_INSTRUMENTALS = "driving_instrumentals"
    EPIC_INSTRUMENTALS = "epic_instrumentals"
    DARK_INSTRUMENTALS = "dark_instrumentals"
    FEEL_GOOD_DANCE = "feel_good_dance"
    HIGH_ENERGY_DANCE = "high_energy_dance"
    DARK_CLUB = "dark_club"
    LAID_BACK_GROOVES = "laid_back_grooves"
    SUNNY_EASY_GOING = "sunny_easy_going"
    BRIGHT_UPBEAT = "bright_upbeat"
    HIGH_SPIRITED_LOUD = "high_spirited_loud"
    FULL_THROTTLE_ENERGY = "full_throttle_energy"
    LOUD_INTENSE = "loud_intense"
    BIG_ANTHEMIC = "big_anthemic"
    BROODING_MOODY = "brooding_moody"
    MELLOW_ACOUSTIC = "mellow_acoustic"
    WISTFUL_ACOUSTIC = "wistful_acoustic"
    SUNNY_ACOUSTIC = "sunny_acoustic"
    QUIET_SPARSE = "quiet_sparse"
    SLOW_TENDER = "slow_tender"
    SOFT_TENDER = "soft_tender"
    RAP_SPOKEN_WORD = "rap_spoken_word"
    WORDY_RHYTHMIC = "wordy_rhythmic"
    PUNCHY_WORDPLAY = "punchy_wordplay"
    WORDY_LOW_KEY = "wordy_low_key"
    LIVE_RECORDINGS = "live_recordings"
    WARM_MID_TEMPO = "warm_mid_tempo"
    POLISHED_PUNCHY = "polished_punchy"
    RAW_ROOMY = "raw_roomy"
    DREAMY_HAZY = "dreamy_hazy"
    HYPNOTIC_GROOVES = "hypnotic_grooves"
    DARK_DRIVING = "dark_driving"
    ELECTRIC_DRIVING = "electric_driving"
    BIG_ACOUSTIC_SOUND = "big_acoustic_sound"
    BITTERSWEET_SONGS = "bittersweet_songs"
    EVEN_TEMPERED_SONGS = "even_tempered_songs"
    FAST_RESTLESS = "fast_restless"
    SLOW_HEAVY = "slow_heavy"
    MOSTLY_SPOKEN = "mostly_spoken"
    ALL_ROUNDERS = "all_rounders"


@dataclass(frozen=True, slots=True)
class Lean:
    """One end of a feature."""

    feature: Feature
    high: bool


_MELLOWER = frozenset(
    {
        Lean(Feature.ENERGY, high=False),
        Lean(Feature.LOUDNESS, high=False),
        Lean(Feature.ACOUSTICNESS, high=True),
    }
)
"""Two of these beside the rest are said in one word."""

MORE_SUNG = Lean(Feature.INSTRUMENTALNESS, high=False)
"""Said of what is songs, beside what is not."""


OTHERS, MORE = "others", "more"
"""Who, and what, else there is beside artists and genres that are a good part of a group."""


LONGEST_SPAN = 20
"""Years from the first to the last of several decades of which both are named: "70s–90s", "Before 2010"."""


class SceneKind(StrEnum):
    """What came with the tracks of a group and joins its name."""

    GENRE = "genre"
    DECADE = "decade"
    ARTIST = "artist"
    RECORDING = "recording"
    LANGUAGE = "language"


class Recording(StrEnum):
    """Kinds of recording that titles and albums tell. Reports are stored with these values."""

    CHRISTMAS = "christmas"
    MUSICALS = "musicals"
    SOUNDTRACKS = "soundtracks"
    CLASSICAL = "classical"
    LULLABIES = "lullabies"
    LIVE = "live"
    REMIXES = "remixes"
    KARAOKE = "karaoke"
    INSTRUMENTAL = "instrumental"
    ACOUSTIC = "acoustic"
    SPED_UP = "sped_up"
    SLOWED = "slowed"
    COVERS = "covers"


class Language(StrEnum):
    """Languages and scripts of titles. Reports are stored with these values."""

    FRENCH = "french"
    SPANISH = "spanish"
    PORTUGUESE = "portuguese"
    ITALIAN = "italian"
    GERMAN = "german"
    DUTCH = "dutch"
    SWEDISH = "swedish"
    POLISH = "polish"
    TURKISH = "turkish"
    KOREAN = "korean"
    JAPANESE = "japanese"
    CHINESE = "chinese"
    CYRILLIC = "cyrillic"
    ARABIC = "arabic"
    HEBREW = "hebrew"
    THAI = "thai"
    GREEK = "greek"


_RECORDINGS = {
    "soundtrack": Recording.SOUNDTRACKS,
    "christmas": Recording.CHRISTMAS,
    "musicals": Recording.MUSICALS,
    "lullabies": Recording.LULLABIES,
    "classical": Recording.CLASSICAL,
    "karaoke": Recording.KARAOKE,
}
"""Genres that are a kind of recording."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What most tracks of a group have in common beside their sound; quoted, never inferred."""

    kind: SceneKind
    words: str
    """A genre or an artist as the list spells it, the first year of a decade, a `Recording`, a `Language`."""
    also: str = ""
    """A second one of the kind, where only both together are most of a group; the last decade of several."""
    third: str = ""
    """A third one, where it takes three."""
    era: tuple[str, ...] = ()
    """Of a genre: the first year of the decade that it is of, or those of two decades in a row."""

    @property
    def as_titles_tell(self) -> Scene:
        """The same as titles tell it: genre words may tell the kind of recording as well."""
        if self.kind is SceneKind.GENRE and not self.also and self.words in _RECORDINGS:
            return Scene(SceneKind.RECORDING, _RECORDINGS[self.words])
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupName:
    """What a group is called. Either `sound` or `leans` says how it sounds."""

    sound: SoundName | None = None
    leans: tuple[Lean, ...] = ()
    """Where no name for a sound is true of the group: its most telling features, the strongest first."""
    compared: bool = False
    """Whether `leans` are those beside the rest of the list; else beside typical music."""
    scene: Scene | None = None
    differs: Lean | None = None
    """How the group differs from the one that carries the same name without this; of a name of one word,
    from the rest of the list."""
    number: int = 1
    """For groups of one name that sound the same."""

    @property
    def is_one_word(self) -> bool:
        """Whether the sound is said in a single plain word, which a comparison may join."""
        return self.sound is None and len(self.leans) == 1

    @property
    def beside(self) -> tuple[Lean, ...]:
        """How the group differs from the rest of the list."""
        joined = (self.differs,) if self.differs is not None and self.is_one_word else ()
        return (*self.leans, *joined) if self.compared else joined

    @property
    def are_songs(self) -> bool:
        """Whether it says that the group is more sung than the rest."""
        return MORE_SUNG in self.beside

    @property
    def are_mellower(self) -> bool:
        """Whether it says nothing of the sound but what "mellower" says."""
        return self.compared and len(self.beside) > 1 and _MELLOWER.issuperset(self.beside)

    @property
    def of_the_sound(self) -> tuple[object, ...]:
        """What it says of the sound, in whatever order: two names that are alike in it are worded alike."""
        plain = frozenset() if self.compared else frozenset(self.leans)
        beside = frozenset() if self.are_mellower else frozenset(self.beside)
        return self.sound, plain, beside, None if self.is_one_word else self.differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How a whole list sounds, in words that are the name of no group and contradict no large one."""

    sound: SoundName | None = None
    leans: tuple[Lean, ...] = ()
    between: Feature | None = None
    """Where nothing is true of all groups: the feature in which they lie farthest apart."""
