"""Tell from titles and albums which kind of recording a track is, and in which language it is called.

Both are quoted: a small vocabulary of what says so by itself. One title proves little, most of a group do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from services.analysis.titles import READ_AT_ONCE, core_title, fold, version_tags
from services.domain.grouping import Language, Recording

Words = frozenset[str]

NOTHING: Words = frozenset({""})
"""Of a title that tells neither."""

_SAID: Mapping[Recording, str] = MappingProxyType(
    {
        Recording.CHRISTMAS: (
            r"(?:christmas|xmas|noels?(?! gallagher)|navidad|navidena|natale|de natal|weihnacht\w*"
            r"|kerst(?!in)\w*|joulu\w*|julen|julsang\w*|god jul|bozego narodzenia|kolend\w+|vanoc\w+"
            r"|karacsony\w*|craciun\w*|jingle bells?|silent night|stille nacht|let it snow|santa claus"
            r"|santa baby|winter wonderland|o holy night|sleigh ride|deck the halls|carol of the bells"
            r"|drummer boy|mistletoe)\b"
        ),
        Recording.MUSICALS: (
            r"(?:(?:original|broadway|london|west end|film|movie|studio|premiere|revival) (?:\w+ )?cast"
            r"|cast recording|the musical|a new musical)\b"
        ),
        Recording.SOUNDTRACKS: (
            r"(?:soundtracks?|motion picture|original (?:\w+ )?score|ost|bande originale|banda sonora"
            r"|colonna sonora|trilha sonora|filmmusik"
            r"|music from (?:and inspired by )?the (?:\w+ ){0,3}(?:film|movie|series|show|game|picture))\b"
        ),
        Recording.CLASSICAL: (
            r"(?:op\.? ?\d|bwv\.? ?\d|k(?:v\.?|\.) ?\d{2,}|rv\.? \d|hob\. ?[xiv\d]"
            r"|in [a-g](?:[- ](?:flat|sharp))? (?:major|minor)"
            r"|(?:sonata|concerto|symphony|nocturnes?|etudes?|sinfonia|quartet) (?:no|nr|in|op)\b)"
        ),
        Recording.LULLABIES: r"(?:lullab(?:y|ies)|berceuses?|wiegenlied\w*|schlaflied\w*)\b",
        Recording.LIVE: (
            r"(?:live (?:at|from|version|sessions?|album)\b|(?<=\()live\)|(?<=\[)live\]"
            r"|(?:unplugged|in concert|en vivo|ao vivo|dal vivo)\b)"
        ),
    }
)
"""What titles and albums say of the kind, from the beginning of a word on, whatever the language."""

_SAID_ELSEWHERE: Mapping[Recording, str] = MappingProxyType(
    {
        Recording.CHRISTMAS: "рождеств|новогодн|クリスマス|크리스마스|圣诞|聖誕",
        Recording.SOUNDTRACKS: "саундтрек|サウンドトラック|电影原声|電影原聲",
        Recording.LULLABIES: "колыбельн|子守",
    }
)
"""The same in other letters, of which not all leave blanks between words."""


def _named(patterns: Mapping[Recording, str]) -> str:
    return "|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in patterns.items())


# One test for the beginning of a word, before all that may begin there.
_ANY_SAID = re.compile(rf"\b(?:{_named(_SAID)})")
_ANY_SAID_ELSEWHERE = re.compile(_named(_SAID_ELSEWHERE))

_TAGGED: Mapping[str, Recording] = MappingProxyType(
    {
        "live": Recording.LIVE,
        "remix": Recording.REMIXES,
        "karaoke": Recording.KARAOKE,
        "instrumental": Recording.INSTRUMENTAL,
        "acoustic": Recording.ACOUSTIC,
        "sped up": Recording.SPED_UP,
        "slowed": Recording.SLOWED,
        "cover": Recording.COVERS,
    }
)
"""Versions that a title admits to."""

_SCRIPTS: Mapping[str, Language] = MappingProxyType(
    {
        "HANGUL": Language.KOREAN, "HIRAGANA": Language.JAPANESE, "KATAKANA": Language.JAPANESE,
        "CJK": Language.CHINESE, "CYRILLIC": Language.CYRILLIC, "ARABIC": Language.ARABIC,
        "HEBREW": Language.HEBREW, "THAI": Language.THAI, "GREEK": Language.GREEK,
    }
)  # fmt: skip
"""What the letters of a title tell. In Japanese Chinese characters stand beside kana."""

_NOT_ARABIC = re.compile("[\u0672-\u06d3]")
"""Letters of that script that Arabic has not: those of Persian, Urdu and others."""

OTHER_LETTERS: frozenset[Language] = frozenset(_SCRIPTS.values())
"""Languages that every title in them tells."""

_LETTERS: Mapping[str, Language] = MappingProxyType(
    dict.fromkeys("ñ¿¡", Language.SPANISH)
    | dict.fromkeys("ãõ", Language.PORTUGUESE)
    | dict.fromkeys("ß", Language.GERMAN)
    | dict.fromkeys("łąężśźć", Language.POLISH)
    | dict.fromkeys("ğış", Language.TURKISH)
)
"""Latin letters of one language alone, among those that are told."""

_WORDS: Mapping[Language, str] = MappingProxyType(
    {
        Language.FRENCH: (
            "je jai tu il elle nous vous mon ma mes ton ta tes ses les des du de la le un une et "
            "est dans avec pour pas que qui quoi quand ou sur sans moi toi coeur vie amour nuit "
            "jour monde femme temps tout tous rien jamais toujours cest au aux ce cette comme"
        ),
        Language.SPANISH: (
            "el la los las un una de del y que mi tu te en con por para como cuando donde quien "
            "si amor vida noche corazon dia mujer quiero eres soy estoy esta este nada todo nunca "
            "siempre otra otro ella contigo conmigo bien mas"
        ),
        Language.PORTUGUESE: (
            "um uma de da dos das que meu minha seu sua eu voce com por pra para mais quando amor "
            "vida noite sem tudo nada sempre ela ele"
        ),
        Language.ITALIAN: (
            "il la le gli un una di da del della dei nel nella che non mi ti si ci per con sono "
            "sei ho hai piu amore notte vita cuore mio mia tuo sempre senza tutto ancora quando"
        ),
        Language.GERMAN: (
            "ich du wir ihr der das den dem des ein eine und nicht ist bin bist mein meine dein "
            "deine mich dich mir dir zu auf von mit fur wie wenn kein keine nur noch liebe nacht "
            "herz alles immer leben welt"
        ),
        Language.DUTCH: "ik jij je de het een van mijn jouw niet voor naar wij zijn geen liefde altijd",
        Language.SWEDISH: "jag du och det den ett som inte mig dig min ar pa av hon karlek natt vill ska",
        Language.POLISH: "nie na jest jak ty moja moj moje mnie dla ciebie gdy czy tylko bez ze po",
        Language.TURKISH: "bir ben sen beni seni gibi yok var icin ne bu daha",
    }
)
"""The commonest words of titles, without those that are English too; several languages share some."""

_LANGUAGES: Mapping[str, frozenset[Language]] = MappingProxyType(
    {
        word: frozenset(language for language, words in _WORDS.items() if word in words.split())
        for word in " ".join(_WORDS.values()).split()
    }
)
_ELIDED = re.compile(r"\b(?:[ldjnst]|qu|c)['’](?=[^\W\d_])(?!mon\b|mere\b)", re.IGNORECASE)


@lru_cache(maxsize=READ_AT_ONCE)
def told_by(title: str, album: str | None) -> Words:
    """Return the kinds of recording and the languages that a title and its album tell, else `NOTHING`.

    Empty only without a title.
    """
    if not title.strip():
        return frozenset()
    return _told_by_title(title) | _kinds(album or "") or NOTHING


def _told_by_title(title: str) -> Words:
    tagged = (_TAGGED[tag] for tag in version_tags(title) if tag in _TAGGED)
    return _kinds(title).union(tagged, _languages(title))


@lru_cache(maxsize=READ_AT_ONCE)
def _kinds(text: str) -> Words:
    folded = fold(text)
    found = [each.lastgroup for each in _ANY_SAID.finditer(folded)]
    if not folded.isascii():
        found += [each.lastgroup for each in _ANY_SAID_ELSEWHERE.finditer(folded)]
    return frozenset(filter(None, found))


def _languages(title: str) -> set[Language]:
    """Return the languages of which most words of a title are, version and place left out; mostly one."""
    votes: Counter[Language] = Counter()
    if not title.isascii():
        letters = title.casefold()
        if scripts := {_script_of(letter) for letter in letters if letter > "\u024f" and letter.isalpha()}:
            scripts -= {Language.CHINESE} if Language.JAPANESE in scripts else set()
            scripts -= {Language.ARABIC} if _NOT_ARABIC.search(letters) else set()
            return {script for script in scripts if script is not None}
        votes.update(_LETTERS[letter] for letter in letters if letter in _LETTERS)
    if _ELIDED.search(title):
        votes[Language.FRENCH] += 1
    for word in core_title(title).split():
        if word in _LANGUAGES:  # hardly any is
            votes.update(_LANGUAGES[word])
    most = max(votes.values(), default=0)
    return {language for language, count in votes.items() if count == most}


@cache
def _script_of(letter: str) -> Language | None:
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0])
