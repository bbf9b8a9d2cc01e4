"""Tell what the genre words and keys of a group allow its name to say.

Sound alone cannot carry that something is rap, that one dances to it, or that nobody sings. Where enough
tracks came with genre words, these have to agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.facts import apart
from services.analysis.genres import normal_genre
from services.domain.features import SOUND_FEATURES, Feature

FEWEST_TAGGED = 8
"""Tracks with genre words below which these say nothing about a group."""

WORDS_SHARE, RAP_SHARE, DANCE_SHARE, DENIED_SHARE = 0.3, 0.5, 0.1, 0.5
"""Shares of the tagged tracks that have to be rap for a name that says wordy (so epic and dreamy music for
those) and for one that says rap, and dance music and no less than is rap; and share of what a genre denies
from which no name says it.
"""

PLAYED_SHARE = 0.5
"""Share of the tagged tracks that are of genres which are often played alone, from which a measured lack of
singing is believed.
"""

SURELY_INSTRUMENTAL = 0.8
"""Share of tracks measured without singing from which a group is instrumental where no genre words say so: of
shoegaze and slowcore, which are sung, it is two thirds, of ambient music and scores four fifths and more.
"""

FEWEST_MODES, MOSTLY_MINOR = 5, 0.4
"""Tracks of which the mode is known, and share of them in a major key below which music is not called
cheerful: of 22 marks that readers gave such names none was a nod, and of 230 others seven of ten were.
"""

SLACK = 0.2
"""By which part of each of these shares a name that a group had may miss it."""

_INSTRUMENTAL = SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)


class Claim(StrEnum):
    """What a name says beyond the sound; genre words decide whether it may."""

    RAP = "rap"
    """Speechiness is high in dancehall, hardstyle and afropop too: only genre words can tell."""
    WORDS = "words"
    """What was measured, where nobody can say whether it is rap; refused where genre words say it is not."""
    TALK = "talk"
    DANCE = "dance"
    INSTRUMENTAL = "instrumental"
    """Quiet singing to a guitar is measured as none: refused where genre words say that people sing."""
    PLAYED = "played"
    """What genre words bear out that is instrumental: where they do not, it has to be surely so."""
    DARK = "dark"
    """Low valence is measured in anthems too: nobody calls worship dark."""
    CHEERFUL = "cheerful"
    """High valence is measured in quick and regular music too: nobody calls gothic rock or rap sunny."""
    ACOUSTIC = "acoustic"
    """Old tape and soft synthesizers are measured as acoustic, whatever was plugged in."""
    QUIET = "quiet"
    """How loud a record is depends on who mastered it: nobody calls old rap or jungle quiet."""
    CALM = "calm"
    """Little energy is measured in what is played on few instruments: nobody calls sea shanties calm, or
    even-tempered."""
    TENDER = "tender"
    """Said of slow and soft songs, and of no slow rap or rock."""
    DREAMY = "dreamy"
    """Soft and blurred voices are measured in orchestras and on stages too: only genre words can tell."""
    EPIC = "epic"
    """Minimalism and drones are neither sung nor danced to either: only genre words can tell."""


GENRE_WORDS: Mapping[Claim, tuple[str, ...]] = MappingProxyType(
    {
        Claim.RAP: (
            "rap", "hip hop", "drill", "trap", "grime", "phonk", "boom bap", "spoken", "comedy",
        ),
        Claim.TALK: (
            "spoken", "comedy", "hoerspiel", "audiobook", "audiobooks", "poetry", "story",
            "stories", "standup", "podcast", "drama",
        ),
        Claim.DANCE: (
            "dance", "house", "techno", "disco", "edm", "electro", "club", "trance", "rave", "garage",
            "dancehall", "reggaeton", "funk", "eurodance", "dubstep", "hardstyle", "breakbeat", "jungle",
            "drum & bass", "afrobeats", "afrobeat", "amapiano", "salsa", "samba", "cumbia", "bachata",
            "merengue", "soca", "kizomba", "baile", "latin", "gqom", "kuduro", "eurobeat", "italo",
            "big beat",
        ),
        Claim.DREAMY: (
            "dream pop", "shoegaze", "ambient", "drone", "psychedelic", "psychedelia",
            "psychedelic rock", "neo psychedelic", "acid rock", "krautrock", "space rock", "indie",
            "bedroom pop", "art pop", "chillwave", "downtempo", "trip hop", "electronic",
            "electronica", "idm", "dub", "lo fi", "ethereal", "dark wave", "folktronica",
        ),
        Claim.EPIC: (
            "post rock", "post metal", "orchestral", "orchestra", "epic", "score", "soundtrack",
            "video game music", "metal", "symphonic", "cinematic",
        ),
        Claim.PLAYED: (
            "ambient", "drone", "new age", "meditation", "sleep", "space music", "post rock", "math rock",
            "krautrock", "space rock", "surf rock", "classical", "neoclassical", "minimalism", "piano",
            "orchestral", "orchestra", "chamber music", "baroque", "romantic era", "symphony", "concerto",
            "string quartet", "score", "soundtrack", "video game music", "epic", "jazz", "bebop",
            "hard bop", "big band", "swing music", "ragtime", "lo fi", "lo fi beats", "chillhop",
            "jazz beats", "instrumental hip hop", "instrumental", "guitar", "flamenco", "electronic",
            "electronica", "electro", "idm", "downtempo", "trip hop", "techno", "house", "trance",
            "psytrance", "dubstep", "drum & bass", "jungle", "breakbeat", "big beat", "breakcore", "glitch",
            "dub", "hardstyle", "frenchcore", "tekno", "synthwave", "vaporwave", "chillwave", "edm",
            "phonk", "exotica", "lounge", "acid jazz", "jazz funk", "experimental", "avant garde",
            "musique concrète",
        ),
    }
)  # fmt: skip
"""Words of a genre that bear a claim out."""

SUNG_WORDS = (
    "singer songwriter", "vocal", "vocals", "vocaloid", "a cappella", "acapella", "barbershop", "chanson",
    "crooner", "musicals", "worship", "gospel", "choral", "choir", "opera", "rap", "pop", "r&b", "country",
    "shoegaze", "grunge", "punk", "britpop", "new wave",
)  # fmt: skip
"""Words of a genre that is sung, or spoken, by its nature."""


_DENYING: Mapping[Claim, tuple[str, ...]] = MappingProxyType(
    {
        Claim.INSTRUMENTAL: SUNG_WORDS,
        Claim.CHEERFUL: (
            "gothic rock", "darkwave", "cold wave", "deathrock", "doom metal", "black metal", "death metal",
            "dark ambient", "horrorcore", "witch house", "metal", "grunge", "alternative rock", "indie rock",
            "art rock", "noise rock", "post punk", "shoegaze", "slowcore", "emo", "trip hop", "experimental",
            "rap", "hip hop", "drill", "trap", "southern gothic",
        ),
        Claim.DARK: (
            "worship", "christian", "ccm", "gospel", "praise", "hymns", "musicals", "disney", "k pop",
            "j pop", "children's music", "anime", "soft pop", "dance pop", "orchestral", "post rock",
            "math rock",
        ),
        Claim.CALM: ("musicals", "southern gothic", "bluegrass", "folk punk", "sea shanties", "noise rock"),
        Claim.TENDER: (
            "rap", "hip hop", "drill", "trap", "metal", "punk", "hard rock", "classic rock", "bluegrass",
            "southern gothic", "outlaw country", "house", "techno", "edm", "musicals", "anime",
            "sea shanties",
        ),
        Claim.ACOUSTIC: (
            "hard rock", "metal", "punk", "psychedelic rock", "acid rock", "garage rock", "noise rock",
            "grunge", "shoegaze", "industrial", "electronic", "electronica", "electro", "edm", "idm",
            "techno", "house", "trance", "dubstep", "drum & bass", "synthpop", "chillwave", "trip hop",
            "downtempo", "synthwave", "vaporwave", "hyperpop", "rap", "hip hop", "drill", "trap",
            "score", "soundtrack", "orchestral", "orchestra", "epic",
        ),
        Claim.QUIET: (
            "metal", "punk", "hard rock", "musicals", "rap", "hip hop", "drill", "trap", "phonk",
            "drum & bass", "jungle", "breakbeat", "big beat", "dubstep", "techno", "house", "trance",
            "psytrance", "hardstyle", "edm", "disco", "funk", "reggaeton", "ska", "grunge", "acid rock",
            "krautrock", "neo psychedelic", "noise rock", "psychedelic rock", "stoner rock", "sea shanties",
            "southern gothic",
        ),
    }
)  # fmt: skip
"""Words of a genre that speak against a claim."""

_ONLY_SHOWN = MappingProxyType({Feature.VALENCE: Claim.DARK, Feature.ACOUSTICNESS: Claim.ACOUSTIC})
"""Claims that readers nodded at in 4 of 24 marks where the line below the name did not say it too, and in 55
of 78 where it did; of others the difference was small.
"""

_CLAIMING = MappingProxyType({**GENRE_WORDS, **_DENYING})


@lru_cache(maxsize=8192)
def _claimed(genres: tuple[str, ...]) -> frozenset[Claim] | None:
    """Return what the words of some genres speak about; None where there are none."""
    said = list(filter(None, map(normal_genre, genres)))
    return frozenset[Claim]().union(*map(_claims_of, said)) if said else None


@lru_cache(maxsize=8192)
def _claims_of(genre: str) -> frozenset[Claim]:
    text = f" {genre} "
    return frozenset(
        claim for claim, words in _CLAIMING.items() if any(f" {word} " in text for word in words)
    )


def unshown(shown: Collection[Feature]) -> frozenset[Claim]:
    """Return what a name may not claim, as it is not among what is said of the sound beside it."""
    return frozenset(claim for feature, claim in _ONLY_SHOWN.items() if feature not in shown)


@dataclass(frozen=True, slots=True)
class Tags:
    """The genre words and modes that came with each group."""

    groups: Mapping[int, Mapping[frozenset[Claim], int]]
    """How many tagged tracks have words about the same claims."""
    modes: Mapping[int, Sequence[bool]]
    """Whether each track of a known mode is in a major key."""

    @staticmethod
    def of(
        genres: Sequence[Sequence[str]], labels: NDArray[np.intp], is_major: Sequence[bool | None] = ()
    ) -> Tags:
        """Collect the genres and modes of tracks, row by row, by their group."""
        groups: dict[int, Counter[frozenset[Claim]]] = {}
        different, numbers = apart(list(map(tuple, genres)))
        pairs, counts = np.unique(labels[: len(numbers)] * len(different) + numbers, return_counts=True)
        for pair, number in zip(pairs.tolist(), counts.tolist(), strict=True):
            label, which = divmod(pair, len(different))
            if (claims := _claimed(different[which])) is not None:
                groups.setdefault(label, Counter())[claims] += number
        modes: dict[int, list[bool]] = {}
        for label, major in zip(labels.tolist(), is_major, strict=False):
            if major is not None:
                modes.setdefault(label, []).append(major)
        return Tags(groups, modes)

    def refused(self, group: int, raw: NDArray[np.float64], *, slack: float = 0.0) -> frozenset[Claim]:
        """Return what a name of this group may not say.

        Parameters
        ----------
        raw
            The values of its tracks, shape (n, 9).
        slack
            By which part of it a share may miss its limit: names would come and go with single tracks.
        """
        tagged, modes = self.groups.get(group, {}), self.modes.get(group, ())
        less = 1 - slack
        is_minor = len(modes) >= FEWEST_MODES and sum(modes) < MOSTLY_MINOR * less * len(modes)
        refused = {Claim.CHEERFUL} if is_minor else set()
        are_surely = float(np.mean(raw[:, _INSTRUMENTAL] > 0.5)) >= SURELY_INSTRUMENTAL * less
        if sum(tagged.values()) < FEWEST_TAGGED:
            refused |= {Claim.RAP, Claim.DREAMY, Claim.EPIC}
            return frozenset(refused if are_surely else refused | {Claim.INSTRUMENTAL})
        rap, others = _share(tagged, Claim.RAP), self._others_than(group)
        is_everywhere = sum(others.values()) >= FEWEST_TAGGED and _share(others, Claim.RAP) >= RAP_SHARE
        if rap < RAP_SHARE * less or is_everywhere:
            refused.add(Claim.RAP)
        if rap < WORDS_SHARE * less:
            refused.add(Claim.WORDS)
        if max(rap, _share(tagged, Claim.TALK)) < WORDS_SHARE * less:
            refused.add(Claim.TALK)
        if _share(tagged, Claim.DANCE) < max(DANCE_SHARE, rap) * less:
            refused.add(Claim.DANCE)
        if not are_surely and _share(tagged, Claim.PLAYED) < PLAYED_SHARE * less:
            refused.add(Claim.INSTRUMENTAL)
        if Claim.INSTRUMENTAL in refused or _share(tagged, Claim.EPIC) < WORDS_SHARE * less:
            refused.add(Claim.EPIC)
        if _share(tagged, Claim.DREAMY) < WORDS_SHARE * less:
            refused.add(Claim.DREAMY)
        refused |= {claim for claim in _DENYING if _share(tagged, claim) >= DENIED_SHARE * (1 + slack)}
        return frozenset(refused)

    def _others_than(self, group: int) -> Counter[frozenset[Claim]]:
        others: Counter[frozenset[Claim]] = Counter()
        for each, tagged in self.groups.items():
            if each != group:
                others.update(tagged)
        return others


def _share(tagged: Mapping[frozenset[Claim], int], claim: Claim) -> float:
    return sum(number for claims, number in tagged.items() if claim in claims) / sum(tagged.values())
