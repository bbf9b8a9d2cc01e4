"""Tell by which code page and language words of one byte a letter are most probably written.

Each page reads all words by the letters of as few of its languages as read them well. Western wins wherever
nothing speaks clearly for another one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

LETTERS = {
    "fr": "éèàêçîôâûùœïëüæÿ",
    "de": "üäößé",
    "es": "óíáéñúü",
    "pt": "ãçáéíóêõâúôàü",
    "it": "àèùòìéí",
    "nl": "ëéïöüèêó",
    "sv": "äöåéü",
    "da": "åøæéöü",
    "fi": "äöåéšž",
    "is": "áíðéóöæþúý",
    "fo": "áíðøóýúæé",
    "ca": "àéèóíçòïúü",
    "et": "äõüöšž",
    "ga": "áíéóú",
    "en": "éïöüñèçáó",
    "sq": "ëç",
    "pl": "łęąóżśćńź",
    "cs": "íáéěřščžýůúňťďó",
    "sk": "áíéýčšžľúťôňäďóĺŕ",
    "hu": "áéöőóüíúű",
    "hr": "šžčćđ",
    "ro": "ăâîşţ",
    "tr": "ışüğöçİâîû",
    "lt": "ėšžųįūčąę",
    "lv": "āīēšūņļžčķģ",
    "ru": "оеаинтслвркмдпуяыьгзбчйхжшюцщэфъё",
    "uk": "оанивітерлксдмупязьбгчйхжшцюєїщґф",
    "be": "аіноеыялсктрдўмупзьбэгчцхжйюшфё",
    "bg": "аоиетнрсвлкдпмзъгябучцжшщфхюйь",
    "sr": "аоиенрстјудквмлпгзбшћчжцљхњџфђ",
    "mk": "аоиетнрсвдлкмпугјзбшчцжхќљњѓџф",
    "el": "αοιετσνηυρπκμλςήίόάγέδύθώχφβξζψϊϋ",
    "he": "יוהלארתבשמנםחקעדפכסזטגצןךףץ",
    "ar": "اليمنورتبةعدسفهكقأحجشطصخإىذضئزثغءظؤآ",
    "th": "านรอกเัี่้งมยลวิดทสต์บปคุหแจะพชูขใไึำโผซ็ถฟธศณืษญฮภฐฉฬฝ",
}
"""Small letters, the most frequent first."""

MISPLACED = {
    "it": r"[àèìòùé](?=\w)",
    "fr": r"ç(?![aoâôu])|(?<!o)ù|ù(?=\w)|è(?![bcdfgjlmnpqrstvz])|[âêîôûëïœ]$|(?<![aoiu])ë|(?<![aoéu])ï",
    "pt": r"õ(?!e)|ã(?![eosi]|$)|ç(?![aoãõáóâu])",
    "es": r"ñ(?![aeiouáéíóú])|(?<!g)ü",
    "en": r"(?<![aou])ï|ï$|^è|ç$",
    "is": r"\Bþ|^ð",
    "fo": r"^ð",
    "et": r"[aeiouäöü]\w*?õ",
    "de": r"(?<![aeiouyäöü])ß",
    "nl": r"(?<![aeiou])[ëï]|[ëï]$",
    "ca": r"ç(?![aoeu]|$)",
    "cs": r"(?<![bcdfhmnptv])ě|^ů",
    "pl": r"^[ąęń]",
    "lt": r"(?<![b-df-hj-np-tv-zšžč])ė|[ųįė](?=[aeiouyąę])",
    "lv": r"ņ(?=[bcdfghjklmnpqrtv])",
    "tr": r"^ğ",
    "ru": r"^[ьъы]",
    "uk": r"^ь",
}
"""Where in a word a language has one of its letters never, or hardly ever."""

FOREIGN = {
    **dict.fromkeys(("es", "ca"), "kw"),
    "pt": "kwy",
    "it": "jkwxy",
    "fr": "kw",
    "ga": "jkqvwxyz",
    "is": "cqwz",
    "fo": "cqwxz",
    "et": "cqwxyz",
    "fi": "bcfqwxz",
    "sv": "qwz",
    "da": "qwz",
    "sq": "w",
    "pl": "qvx",
    "ro": "kqwy",
    "hr": "qwxy",
    "lv": "qwxy",
    **dict.fromkeys(("cs", "sk", "hu", "tr", "lt"), "qwx"),
}
"""Letters of ASCII that a language has in foreign words alone."""

RARE = {"fo": 4.0, "et": 3.0, "sq": 4.0, "ga": 3.0, "is": 1.0, "ca": 1.0, "en": 0.5}
"""What speaks against languages before a word is read, as logarithms of odds."""


class CodePage(NamedTuple):
    """A code page of one byte a letter."""

    name: str
    """As Python calls it."""
    languages: tuple[str, ...]
    rarity: float
    """What speaks against it before a word is read."""


_WEST = ("fr", "de", "es", "pt", "it", "nl", "sv", "da", "fi", "is", "fo", "ca", "et", "ga", "en", "sq")
_WEST_ELSEWHERE = ("fr", "de", "es", "pt", "it", "sv", "da", "en")
_CENTRAL = ("pl", "cs", "sk", "hu", "hr", "ro", "de")

WESTERN = CodePage("cp1252", _WEST, 0.0)
OTHERS = (
    CodePage("cp1250", (*_CENTRAL, "en"), 3.0),
    CodePage("cp1251", ("ru", "uk", "be", "bg", "sr", "mk"), 3.0),
    CodePage("cp1253", ("el",), 3.0),
    CodePage("cp1254", ("tr", "de", "fr", "en"), 3.5),
    CodePage("cp1255", ("he",), 3.5),
    CodePage("cp1256", ("ar",), 3.5),
    CodePage("cp874", ("th",), 3.5),
    CodePage("iso8859_2", _CENTRAL, 4.0),
    CodePage("iso8859_7", ("el",), 4.0),
    CodePage("cp1257", ("lt", "lv", "et", "de"), 5.0),
    CodePage("mac_roman", _WEST_ELSEWHERE, 5.0),
    CodePage("koi8_r", ("ru",), 5.0),
    CodePage("koi8_u", ("uk", "ru"), 5.5),
    CodePage("cp850", _WEST_ELSEWHERE, 6.0),
    CodePage("cp866", ("ru", "uk"), 6.0),
    CodePage("mac_cyrillic", ("ru", "uk"), 6.5),
    CodePage("cp852", _CENTRAL, 7.0),
    CodePage("iso8859_5", ("ru", "uk", "sr", "bg"), 7.0),
    CodePage("mac_latin2", ("pl", "cs", "sk", "hu", "hr", "de"), 8.0),
)
LATIN = frozenset((*_WEST, *_CENTRAL, "tr", "lt", "lv"))
"""Languages whose words have letters of ASCII as well."""

FREQUENT = {
    "hangul": (
        "이가는을의에하고지다나사기도아시자리대로인정부어라니한서은그들스수보전여장주너내를해게요와만우안날밤길꽃꿈비봄별물말눈마오"
    ),
    "kanji": (
        "日人一大年中出会本国上時分事者生前後行女男子手心空月花海風雨夜夢星光愛恋君僕私桜青白赤黒春夏秋冬朝夕街道歌声世界東京涙"
        "気今何思見言話友永遠明天使神火水木金土山川鳥雪虹涼少未来希望旅音色楽新名無物語曲友達好物"
    ),
    "simplified": (
        "的一是不我你他她人爱在有了来心天大上中下年月日夜风雨花雪海水火山光星空梦歌曲情我们你们没说话时间世界美丽好朋友最后来等走远回"
        "家路想念忘记快乐悲伤手眼泪笑声老少女男孩子生命永恒真假如果因为相信自由温柔寂寞幸福千万里外听见看到去过能会要这那个给就多小红"
        "黑白青蓝甜蜜东西南北春夏秋冬今明昨再开可以不得起做爱只亮代表晴"
    ),
    "traditional": (
        "的一是不我你他她人愛在有了來心天大上中下年月日夜風雨花雪海水火山光星空夢歌曲情我們你們沒說話時間世界美麗好朋友最後來等走遠回"
        "家路想念忘記快樂悲傷手眼淚笑聲老少女男孩子生命永恆真假如果因為相信自由溫柔寂寞幸福千萬里外聽見看到去過能會要這那個給就多小紅"
        "黑白青藍甜蜜東西南北春夏秋冬今明昨再開可以不得起做愛只亮代表晴嗎裡"
    ),
}
"""Characters that names are mostly made of; bytes read in a wrong page make rare ones."""


_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_LATIN = re.compile(r"[A-Za-z]")
_MOST_WORDS, _LONGEST_WORD = 400, 40

# Costs are logarithms of odds, as if each word were drawn from its language.
_OTHER_LETTER, _OTHER_SIGN, _UNDEFINED = 8.0, 11.0, 12.0
_CAPITAL_INSIDE, _ALL_CAPITALS, _MISPLACED, _MIXED_SCRIPTS = 3.0, 12.0, 5.0, 6.0
_FOREIGN_LETTER = 3.0
_SIGN, _RARE_SIGN, _DASH_INSIDE = 2.5, 4.0, 5.0
_SHARE_BEYOND_ASCII = 0.13
"""Of the letters of a Latin word that has some."""
_EVEN = 0.25
"""So much of a language's letters is taken as equally frequent: lists of names are short."""
_ANOTHER_LANGUAGE, _EACH_LANGUAGE = 5.0, 2.5
"""What has to speak for one more language, and against a page that needs one more."""
_BETTER, _CLEARLY_BETTER = 2.5, 4.0
"""From the first on Western is doubted, from the second on another page is believed."""
_READABLE, _HARDLY_READABLE = 5.9, 6.5
"""Cost of one byte beyond ASCII up to which another page reads a file, and from which on Western does not."""
_FEWEST_BYTES = 3

_INSIDE, _DASHES = frozenset("’‘'´`·\u00ad"), frozenset("–—")
_BEFORE, _BEHIND = frozenset("¿¡«\u00a0£€№•·"), frozenset("»”“’…™®©ºª°´²³\u00a0·")
_AT_EDGES = frozenset("„“‘’–—")
_SIGNS = _INSIDE | _DASHES | _BEFORE | _BEHIND | _AT_EDGES | frozenset("½¼×÷±")


def guess_page(content: bytes) -> str | None:
    """Return the code page of text with bytes beyond ASCII, or None where its names can't be read surely."""
    words = list(dict.fromkeys(word[:_LONGEST_WORD] for word in _WORD.findall(content)))
    words = words[:: 1 + len(words) // _MOST_WORDS]
    if not words:
        return WESTERN.name
    western = _read(words, WESTERN)
    readings = [western, *(_read(words, page) for page in OTHERS)]
    best = min(readings, key=lambda each: each.cost)
    beyond = sum(byte >= 0x80 for byte in chain.from_iterable(words))
    each_byte = sum(best.costs) / beyond
    lead = western.cost - best.cost
    if best.texts == western.texts or lead < _BETTER:
        return WESTERN.name if beyond < _FEWEST_BYTES or each_byte < _HARDLY_READABLE else None
    second = min(each.cost for each in readings if each.texts != best.texts) - best.cost
    return best.page.name if each_byte < _READABLE and second >= _CLEARLY_BETTER else None


class _Reading(NamedTuple):
    """How one page reads the words of a file."""

    page: CodePage
    texts: Sequence[str]
    costs: Sequence[float]
    languages: Collection[str]
    """By which the words are read."""

    @property
    def cost(self) -> float:
        """All that speaks against the reading."""
        rare = sum(RARE.get(language, 0.0) for language in self.languages)
        return sum(self.costs) + self.page.rarity + rare + _EACH_LANGUAGE * (len(self.languages) - 1)


def _read(words: Sequence[bytes], page: CodePage) -> _Reading:
    """Read words by as few of a page's languages as read them well."""
    texts = [word.decode(page.name, errors="replace") for word in words]
    costs = {language: [] for language in page.languages}  # type: dict[str, list[float]]
    for text in texts:
        signs, letters = _parted(text)
        small = text.lower()
        for language, column in costs.items():
            column.append(signs + _cost(small, letters, language))
    chosen: dict[str, list[float]] = {}
    best = [math.inf] * len(words)
    while len(chosen) < len(costs):
        joined = {
            language: list(map(min, best, column))
            for language, column in costs.items()
            if language not in chosen
        }
        totals = {language: sum(column) + RARE.get(language, 0.0) for language, column in joined.items()}
        language = min(totals, key=lambda each: totals[each])
        if chosen and totals[language] + _ANOTHER_LANGUAGE >= sum(best):
            break
        best, chosen[language] = joined[language], costs[language]
    by = {min(chosen, key=lambda each: chosen[each][at]) for at in range(len(words))}
    return _Reading(page, texts, best, by)


def _parted(text: str) -> tuple[float, str]:
    """Return what the signs and capitals of a word cost, and its letters beyond ASCII in small."""
    cost = _ALL_CAPITALS * (len(text) > 1 and text.isupper() and not _LATIN.search(text))
    letters: list[str] = []
    for at, character in enumerate(text):
        if character <= "\x7f":
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if character == "\ufffd" or character <= "\x9f":
            cost += _UNDEFINED
        elif character in _SIGNS:
            cost += _cost_of_sign(character, before=before.isalpha(), after=after.isalpha())
        else:
            cost += _CAPITAL_INSIDE * (character.isupper() and before.islower())
            letters.append(character.lower() if character != "İ" else character)
    return cost, "".join(letters)


def _cost_of_sign(sign: str, *, before: bool, after: bool) -> float:
    if before and after:
        return _SIGN if sign in _INSIDE else _DASH_INSIDE if sign in _DASHES else _OTHER_SIGN
    if not (before or after):
        return _SIGN
    if sign in (_BEFORE if after else _BEHIND):
        return _SIGN
    return _RARE_SIGN if sign in _AT_EDGES else _OTHER_SIGN


def _cost(small: str, letters: str, language: str) -> float:
    """Return what the letters of a word cost in a language."""
    known = _costs_of_letters(language)
    cost = sum(
        known.get(letter) or (_OTHER_LETTER if letter.isalpha() else _OTHER_SIGN) for letter in letters
    )
    if letters and language not in LATIN and _LATIN.search(small):
        cost += _MIXED_SCRIPTS
    if language in FOREIGN and not set(small).isdisjoint(FOREIGN[language]):
        cost += _FOREIGN_LETTER
    misplaced = _misplaced(language)
    return cost + _MISPLACED * len(misplaced.findall(small)) if misplaced else cost


@cache
def _costs_of_letters(language: str) -> Mapping[str, float]:
    """Return the letters with their costs: frequencies fall steadily, in Latin languages steeply."""
    letters = LETTERS[language]
    count = len(letters)
    steepness = 1.07 / math.sqrt(count) if language in LATIN else 3.5 / count
    weights = [math.exp(-steepness * rank) for rank in range(count)]
    shares = [(1 - _EVEN) * weight / sum(weights) + _EVEN / count for weight in weights]
    of_all = _SHARE_BEYOND_ASCII if language in LATIN else 1.0
    return {letter: -math.log(of_all * share) for letter, share in zip(letters, shares, strict=True)}


@cache
def _misplaced(language: str) -> re.Pattern[str] | None:
    return re.compile(MISPLACED[language]) if language in MISPLACED else None
