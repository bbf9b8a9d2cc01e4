"""Letters beyond ASCII of the languages that files are written in, and the code pages that hold them."""

from __future__ import annotations

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
