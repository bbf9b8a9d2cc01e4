"""Which song a title names, and which version of it.

A catalogue writes one song in many ways: "Song", "Song - Remastered 2011", "SONG (feat. Somebody)".
Titles are cut into the part before the first bracket or spaced dash and the segments after it; each
segment is release wording (dropped), a version (kept as a tag) or a real part of the title (kept).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from services.domain.recordings import dollars_as_s

_UNSPLIT_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Latin letters that Unicode does not take apart into a base letter and a mark."""

READ_AT_ONCE = 16_384
"""Titles and names that are remembered once read: more than the longest list has."""

_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
"""Accents of Latin, Greek and Cyrillic. Marks of other scripts carry meaning (か/が, क/कि) and stay."""

_SEGMENT = re.compile(
    r"\(([^()]*)\)?|\[([^\[\]]*)\]?|【([^】]*)】?|\s[-–—]\s+([^(\[【]*?)(?=\s[-–—]\s|[(\[【]|$)"
)
_VERSION_WORDS = (
    r"(?:[\w' ]+ )?(?:remix|remaster(?:ed)?(?: \d{4})?|live|acoustic|instrumental|karaoke|demo|sped up|slowed"
    r"|(?:radio |club |extended |original )?(?:edit|mix))"
)
_APART = re.compile(r"[(\[【\-–—~]")
"""Without one of these a title has a single part: most have, and need not be cut."""

_TIGHT_HYPHENS = (
    # "Title -Japanese ver.-"
    (re.compile(r"\s*[-–—~]\s*([^-–—~()\[\]]*\bver(?:sion)?\.?)\s*[-–—~]\s*$"), r" (\1)"),
    # "Title-Remix", and not "Pre-Live" or "Re-Edit"
    (re.compile(rf"(?<=[^\W\d_]{{4}})[-–—]({_VERSION_WORDS})$"), r" (\1)"),
)
"""Hyphens without blanks that set a version off."""

_LATIN = re.compile(r"[a-z]")
_ASCII_GAP = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile("['’‘`´]")
_EXCLAIMED = re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])")
"""An i in the middle of an artist's name."""

_FEATURING_TAIL = re.compile(r"\s(?:feat|ft|featuring)\b\.?\s.*$")
_RELEASE = re.compile(
    r"^(?:feat|ft|featuring|with|con|avec|prod|produced by)\b"
    r"|\bre-?master|\bremaste?ri[sz]|リマスター"
    r"|^(?:\d{4}\s)?(?:digital\s)?(?:mono|stereo)\b"
    r"|^\d{4} mix$|^\d{4} stereo mix$"
    r"|\b(?:deluxe|expanded|anniversary|bonus track|hidden track|bonus)\b"
    r"|^(?:(?:the|original|us|uk|main|short|video|album|single|radio|clean|explicit|lp|ep|studio|"
    r"full[- ]length|full|7|7 inch|soundtrack|official|edited|itunes|digital|commercial)\s)*"
    r"(?:edit|version|ver|mix|album|single|radio|clean|explicit|video|audio|lp|ep|edited|official|original|studio)$"
    r"|^(?:music |lyric |official )*(?:video|audio)$"
    r"|^from\s|\bsoundtrack\b|\bmotion picture\b|\boriginal cast\b"
)
"""Words about the release that leave the recording the same, or nearly: durations decide the rest."""

_LIVE = (
    r"\blive(?=$|[ ,./@-]*(?:at|in|from|on|version|ver|session|sessions|acoustic|edit|mix|bonus|remaster\w*"
    r"|recording|performance|\d+|for|with|lounge|studio)\b|[ ]?[/@,:;])|\blive$|^live\b.*\d|\bliveversion\b"
    r"|\ben vivo\b|\bao vivo\b|\ben directo\b|\ben concert\b|\bin concert\b|\bdal vivo\b|ライブ|現場|现场"
    r"|演唱会|演唱會|(?<!드)라이브|\b(?:концерт\w*|живои|живое|живая|вживую|лайв)\b"
)
"""A bare "live" is also a verb: it counts at the end, or before a place, a date or another version word."""
_STYLE = (
    r"^(?:hard ?style|hard techno|hyper ?techno|tekkno|techno|drum (?:and|&|n) bass|dnb|phonk|jersey club"
    r"|amapiano|hard ?core|psytrance|bounce)$"
)
"""A style alone in brackets is a remix in that style."""
_REMIX = (
    rf"{_STYLE}|"
    r"\bremix\b|\bremixed\b|\brmx\b|\bmix$|\bmix\b(?= \d{4}$)|\bre-?work(?:ed)?\b|\bbootleg\b|\bflip$"
    r"|\bre-?fix\b|\bvip\b|\bdub$|\bre-?edit\b|リミックス|리믹스|\bремикс\b|\bremezcla\b"
)
_COVER = (
    r"(?<!under )(?<!take )(?<!for )\bcover(?: version)?$|^cover (?:of|by)\b|^originally (?:performed )?by\b"
    r"|(?<![スリ])カバー|カヴァー|(?<!스)커버|翻唱|\bкавер\b"
)
_KARAOKE = (
    r"\bkaraoke\b|\bbacking track\b|\bsing[- ]?along\b|カラオケ|노래방|卡拉ok"
    r"|\bкараоке\b|\bминус(?:овка)?\b"
)
_INSTRUMENTAL = (
    r"\binstrumentale?\b|\boff vocal\b|インスト(?:ゥルメンタル)?(?![ァ-ヶー])|伴奏|纯音乐|純音樂"
    r"|\b반주\b|\bинструментал"
)
_ACOUSTIC = (
    r"\bacoustic\b|\bacustic[oa]\b|\bakustisk?\b|\bacoustique\b|\bunplugged\b|\bstripped\b"
    r"|アコースティック|弾き語り|어쿠스틱|不插电|不插電|\bакустик\w+\b|\bакустическ\w+"
)
_DEMO = (
    r"\bdemos?\b|\brehearsal\b|\brough mix\b|\bouttake\b|\bearly version\b|\bfrom the vaults?\b"
    r"|デモ(?![ァ-ヶー])|\b데모\b|\bдемо\b"
)
_VERSION = (
    r"\bversions?$|\bver$|\bversion[eo]?\b|\b8d\b|\blo-?fi\b|\bверсия\b|バージョン|\bver\.?$|버전"
    r"|(?<!豪华)(?<!豪華)(?<!限定)(?<!完全)(?<!初回)(?<!通常)(?<!纪念)(?<!紀念)版$"
)
_VERSIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (tag, re.compile(pattern))
    for tag, pattern in (
        ("sped up", r"\bsped[- ]?up\b|\bspeed[- ]up\b|\bnightcore\b|\bsuper sped\b"),
        ("slowed", r"\bslowed\b|\bslow[- ]down\b|\breverb\b"),
        ("karaoke", _KARAOKE),
        ("instrumental", _INSTRUMENTAL),
        ("a cappella", r"\ba ?cappella\b|\bacapp?ella\b"),
        ("acoustic", _ACOUSTIC),
        ("live", _LIVE),
        ("session", r"\bsessions?\b|\brecorded at\b|\bspotify singles?\b"),
        ("demo", _DEMO),
        ("take", r"\btake \d+|\b(?:alternate|alternative|alt|first) (?:take|version|mix)\b"),
        ("mashup", r"\bmash-?up\b"),
        ("mixed", r"^mixed$"),
        ("extended", r"\bextended\b|\b12( inch)?( version| mix)?$|\blong version\b"),
        ("remix", _REMIX),
        ("edit", r"\bedit$|\bedit\b(?= \d{4}$)"),
        (
            "re-recorded",
            r"\bre-?record(?:s|ed|ing)?\b|\b(?:taylors version|re-?imagined|revisited|new recording)\b",
        ),
        ("orchestral", r"\borchestral\b|\bsymphonic\b"),
        ("cover", _COVER),
        ("commentary", r"\bcommentary\b"),
        ("version", _VERSION),
    )
)
"""Versions that are another recording. A segment may be several at once ("Live Acoustic")."""

_PLAIN_TAIL = re.compile(
    r"\s(?:sped[- ]up|slowed(?: (?:and|\+|n) reverb| reverb)?|nightcore|remix"
    r"|(?:karaoke|instrumental|acoustic|live|demo|album|single|radio|extended) (?:version|edit|mix))$"
)
"""Versions that are plain enough to be read without bracket or dash."""

_DETAIL_NOISE = re.compile(
    r"\b(?:\d{4}\s(?:digital\s)?re-?master\w*|re-?master\w*\s\d{4})\b|\b(?:version|ver|at|in|from|on|the|by|of|re-?mix(?:ed)?|rmx|mix|edit|live|acoustic|demo|session|sessions|sped|up|slowed|"
    r"reverb|karaoke|instrumental|recorded|re-?master(?:ed)?|extended|and)\b"
)
_DETAILED = ("remix", "edit", "live", "session", "take", "version", "cover", "re-recorded", "mashup", "demo")
"""Tags where the other words matter: remixes by two people are two recordings, as are two concerts."""

_NEVER_RELEASE = frozenset({"live", "demo", "acoustic", "instrumental", "karaoke", "sped up", "slowed"})
"""Tags that win over release wording in one segment ("Live - Single Version", "Stereo Demo")."""

_VAGUE = frozenset(
    {
        "intro",
        "outro",
        "interlude",
        "untitled",
        "skit",
        "prelude",
        "overture",
        "unknown",
        "track",
        "title",
        "finale",
    }
)


def fold(text: str) -> str:
    """Return `text` caseless, with compatibility forms unified and accents removed."""
    text = text.casefold()
    if text.isascii():
        return text
    parts = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", parts.translate(_UNSPLIT_LATIN)).casefold()


def _words(folded: str) -> str:
    """Reduce folded text to letters, digits and single spaces, whatever the script."""
    text = _APOSTROPHES.sub("", folded).replace("&", " and ").replace("+", " and ")
    text = dollars_as_s(text)
    if text.isascii():
        return _ASCII_GAP.sub(" ", text).strip()
    kept = [char if unicodedata.category(char)[0] in "LNM" else " " for char in text]
    return " ".join("".join(kept).split())


@lru_cache(maxsize=4096)
def _tags_of(segment: str) -> frozenset[str]:
    """Read the version tags of one folded segment; empty where it names no version."""
    tags: set[str] = set()
    detail = segment
    for tag, pattern in _VERSIONS:
        if pattern.search(segment):
            tags.add(tag)
            detail = pattern.sub(" ", detail)
    if len(tags) > 1:
        tags.discard("version")
    if "remix" in tags:
        tags.discard("edit")
    detail = _words(_DETAIL_NOISE.sub(" ", detail)) if tags else ""
    if detail:
        tags.update({f"{tag}: {detail}" for tag in _DETAILED if tag in tags})
    return frozenset(tags)


@lru_cache(maxsize=READ_AT_ONCE)
def _read(title: str) -> tuple[str, frozenset[str]]:
    folded = fold(title).strip()
    if not _APART.search(folded):
        return _read_whole(title, folded, set())
    for pattern, apart in _TIGHT_HYPHENS:
        folded = pattern.sub(apart, folded)
    outside = _SEGMENT.sub(" ", folded)
    tags: set[str] = set()
    kept: list[str] = []
    position = 0
    for match in _SEGMENT.finditer(folded):
        kept.append(folded[position : match.start()])
        position = match.end()
        segment = next((group for group in match.groups() if group is not None), "").strip()
        found = _tags_of(_APOSTROPHES.sub("", segment).replace('"', " ").rstrip(" ."))
        release = _RELEASE.search(segment.replace('"', "").replace("'", "").rstrip(" ."))
        if release and (release.start() == 0 or "version" in found) and not found & _NEVER_RELEASE:
            continue
        if found:
            tags |= found
        elif not release and not _is_same_in_other_script(outside, segment):
            kept.append(f" {segment} ")
    kept.append(folded[position:])
    return _read_whole(title, "".join(kept).strip(), tags)


def _read_whole(title: str, rest: str, tags: set[str]) -> tuple[str, frozenset[str]]:
    """Read what is left of a title where brackets and dashes are taken out, with the tags that were found."""
    core = _FEATURING_TAIL.sub("", rest)
    tail = _PLAIN_TAIL.search(core)
    if tail:
        core = core[: tail.start()]
        if not _RELEASE.search(tail[0].strip()):
            tags |= _tags_of(tail[0].strip())
    core = _words(core).removeprefix("the ")
    if core:
        return core, frozenset(tags)
    # Nothing but symbols or segments is left ("÷", "(Remix)", "4:44" survives): such a title names itself.
    # A lone accent ("´") even folds away to nothing.
    folded = fold(title).strip()
    return _words(folded) or folded or title.strip().casefold(), frozenset()


def _is_same_in_other_script(outside: str, segment: str) -> bool:
    """Whether a bracket writes the title once more in another script: "夜に駆ける (Yoru ni Kakeru)"."""
    scripts = [(bool(_LATIN.search(text)), _has_other_letters(text)) for text in (outside, segment)]
    return scripts in ([(True, False), (False, True)], [(False, True), (True, False)])


def _has_other_letters(text: str) -> bool:
    return any(ord(letter) > 0x24F and letter.isalpha() for letter in text)


def core_title(title: str) -> str:
    """Reduce a title to the song it names: caseless words without release and version wording.

    Letters of every script survive; a title of symbols alone stays as it is; an empty one stays empty.
    """
    return _read(title)[0]


def bare_title(title: str) -> str:
    """Return a title as it is written, without release wording: "(feat. B)", "- 2011 Remaster"."""

    def kept(match: re.Match[str]) -> str:
        segment = next((group for group in match.groups() if group is not None), "")
        folded = fold(segment).strip().replace('"', "").replace("'", "").rstrip(" .")
        is_release = _RELEASE.search(folded) and not _tags_of(folded) - {"version"}
        return "" if is_release else match[0]

    return " ".join(_SEGMENT.sub(kept, title).split()) or title.strip()


def version_tags(title: str) -> frozenset[str]:
    """Name the versions a title admits to: "live", "remix", "sped up", ...; empty for the song itself.

    Where other words stand beside the tag, a second tag carries them ("remix", "remix: some dj"), so that
    two remixes or two concerts do not pass for one recording.
    """
    return _read(title)[1]


@lru_cache(maxsize=READ_AT_ONCE)
def artist_words(name: str) -> str:
    """Return one artist's name as caseless words, without a leading "the" and without guests."""
    folded = _EXCLAIMED.sub("i", fold(name).strip())
    plain = _words(_FEATURING_TAIL.sub("", folded)).removeprefix("the ")
    return plain or folded or name.strip().casefold()


@lru_cache(maxsize=READ_AT_ONCE)
def lead_artist(artists: tuple[str, ...]) -> str:
    """Return the first credited artist as caseless words, or "" where nobody is credited.

    Names are never split at commas or ampersands: they are part of too many of them.
    """
    for name in artists:
        if words := artist_words(name):
            return words
    return ""


def joined_credits(artists: Sequence[str]) -> str:
    """Return all credits as one: "A & B", "A x B" and ("A", "B") are written alike."""
    words = " and ".join(filter(None, map(artist_words, artists)))
    return " and ".join(part for part in _JOINTS.split(words) if part)


_JOINTS = re.compile(r"\s(?:and|x|vs|with)\s")


def is_vague(core: str) -> bool:
    """Tell whether a core title is one that many different tracks carry ("Intro", "Track 4")."""
    return not core or core in _VAGUE or core.rstrip(" 0123456789ivx") in _VAGUE
