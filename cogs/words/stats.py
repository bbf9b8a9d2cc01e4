"""Say the numbers of a playlist, and of each how many tracks stand behind it."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.portrait import habits_line, standings_line
from cogs.words.text import escape, in_words, join_words, percent, plain, plural, small, track_line, unbroken
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import genre_words
from services.domain.music import PlaylistSource
from services.domain.report import FEWEST_TO_STAND_OUT, AnalysisReport, Duplicate, DuplicateKind
from services.domain.stats import FeatureStats, Known, PlaylistStats
from services.domain.vocabulary import FEATURE_WORDS, bpm_words, major_words, share_words

NO_DUPLICATES = "No duplicates."
DUPLICATES = "**Duplicates**"
STANDS_OUT = "**Stands out most**"
_DUPLICATE_WORDS = {
    DuplicateKind.SAME_ID: "the same track {times}",
    DuplicateKind.SAME_RECORDING: "the same recording under several ids",
    DuplicateKind.SAME_SONG: "the same song, by title and artist",
    DuplicateKind.OTHER_VERSION: "another version (live, remix, …): maybe you want both",
}

_MOST_NAMES, _MOST_DECADES, _MOST_KEYS = 3, 4, 2
_LONGEST = 40
"""Letters of a name."""
_ONE_TEMPO = 0.03
"""Share of a tempo by which another number has to differ before it is worth a word."""
_UPLOADED = "not in this file"
_ELSEWHERE = "not known"


def finding(stats: PlaylistStats) -> str:
    """Say first what is least like typical music."""
    known = [FEATURE_WORDS[each.feature].name.lower() for each in stats.features if each.own is not None]
    if not known:
        return "Nothing real is known about how these tracks sound, so only the list itself is counted."
    far = stats.standing_out()
    if not far:
        where = "every feature" if len(known) == len(stats.features) else join_words(known)
        return f"In {where} the median of this playlist lies in the middle half of typical music."
    return f"Least like typical music: {join_words(map(_beside_typical, far))}."


def _beside_typical(each: FeatureStats) -> str:
    if each.own is None:
        return ""
    words = FEATURE_WORDS[each.feature]
    said = words.number.format(name=words.name.lower(), value=each.own.median, typical=each.typical.median)
    return unbroken(said.replace("-", "−"))


def number_lines(
    stats: PlaylistStats, source: PlaylistSource, *, brief: bool = False
) -> list[tuple[str, str]]:
    """Say what the playlist is made of: pairs of a heading and its line, each of which `brief` cuts short."""
    lacking = _UPLOADED if source is PlaylistSource.UPLOAD else _ELSEWHERE
    names, decades = (1, 2) if brief else (_MOST_NAMES, _MOST_DECADES)
    lines = [
        ("Length", _length(stats, lacking)),
        ("Artists", _artists(stats, lacking, names)),
        ("Decades", _decades(stats, lacking, decades)),
        ("Genres", _genres(stats, lacking, names)),
        ("Explicit", _explicit(stats, lacking)),
        ("Tempo", _tempo(stats, brief=brief)),
        ("Keys", _keys(stats, 1 if brief else _MOST_KEYS)),
        ("Beside playlists", standings_line(stats.portrait)),
        ("In this list", habits_line(stats.portrait)),
    ]
    return [(head, line) for head, line in lines if line]


def sound_line(stats: PlaylistStats) -> str:
    """Say how much of the sound is real; nothing where all or none is, as other words say so."""
    known = stats.with_sound
    if known is not None and known.real in {0, known.total}:
        return ""
    if known is not None:
        return f"Medians of real values alone: known for {known.real:,} of {known.total:,}{_rest(known)}."
    least = min((each.known for each in stats.features), key=lambda each: each.real)
    return f"Medians of real values alone: known for {least.real:,} of {least.total:,} or more, by feature."


def _length(stats: PlaylistStats, lacking: str) -> str:
    if not stats.with_length.real:
        return f"{plural(stats.tracks, 'track')}; lengths: {lacking}"
    minutes = round(stats.length_ms / 60_000)
    hours, minutes = divmod(minutes, 60)
    length = f"{hours:,} h {minutes} min" if hours else f"{minutes} min" if minutes else "under a minute"
    return f"{plural(stats.tracks, 'track')}, {length}{_known_of(stats.with_length)}"


def _artists(stats: PlaylistStats, lacking: str, most: int) -> str:
    if not stats.artists:
        return lacking
    shares = _shares(stats.artists[:most], stats.with_artist.real)
    return f"{len(stats.artists):,}; {shares}{_known_of(stats.with_artist)}"


def _decades(stats: PlaylistStats, lacking: str, most: int) -> str:
    if not stats.decades:
        return lacking
    largest = sorted(stats.decades, key=lambda counted: -counted[1])[:most]
    shown = [(f"{decade}s", count) for decade, count in sorted(largest)]
    left = len(stats.decades) - len(shown)
    more = f", {left} more" if left else ""
    return f"{_shares(shown, stats.with_year.real)}{more}{_known_of(stats.with_year)}"


def _genres(stats: PlaylistStats, lacking: str, most: int) -> str:
    if not stats.genres:
        share = stats.genres_of_artists
        return f"only of artists, for {share_words(share)} of the tracks" if share else lacking
    written = [(genre_words(genre), count) for genre, count in stats.genres[:most]]
    shares = _shares(written, stats.with_genres.real)
    return f"{len(stats.genres):,}; {shares}{_known_of(stats.with_genres)}"


def _explicit(stats: PlaylistStats, lacking: str) -> str:
    known = stats.with_explicit
    if not known.real:
        return lacking
    return f"{plural(stats.explicit, 'track')}, {percent(stats.explicit, known.real)}{_known_of(known)}"


def _tempo(stats: PlaylistStats, *, brief: bool) -> str:
    known = stats.with_tempo
    if not known.real:
        return f"not known{_rest(known)}"
    words = unbroken(bpm_words(stats.tempo.range_bpm)) if stats.tempo else "of many kinds"
    common = stats.tempo.bpm if stats.tempo is not None else None
    own = stats.features[SOUND_FEATURES.index(Feature.TEMPO)].own
    if common is not None and own is not None:
        differs = abs(own.median - common) > _ONE_TEMPO * common  # the picture beside it shows that number
        if stats.tempo_takes_octaves and (differs or not brief):
            words = f"{words}, halves and doubles counted in"
        elif (differs or not brief) and known.real > 1:
            words = f"{words} for more than half of the tracks"
        if differs and brief:
            words = f"{words} (median {own.median:.0f})"
    return f"{words}{_known_of(known)}"


def _keys(stats: PlaylistStats, most: int) -> str:
    known = stats.with_key
    if not known.real:
        return f"not known{_rest(known)}"
    keys = stats.keys
    names = [f"{keys.name_of(key)} ({keys.code_of(key)}) {count:,}" for key, count in keys.most_common(most)]
    major = major_words(keys.major_share, keys.modes_known, keys.known)
    return "; ".join(filter(None, [", ".join(names), major])) + _known_of(known)


def _shares(counted: Sequence[tuple[str, int]], total: int) -> str:
    return ", ".join(f"{plain(name, _LONGEST)} {percent(count, total)}" for name, count in counted)


def _known_of(known: Known) -> str:
    """Say of how many tracks a number is known, where it is not all of them."""
    if known.real == known.total:
        return ""
    return f"; known for {known.real:,} of {known.total:,}{_rest(known)}"


def _rest(known: Known) -> str:
    said = f", {known.estimated:,} only estimated" if known.estimated else ""
    return f"{said}, {known.unknown:,} unknown" if known.estimated and known.unknown else said


def none_stands_out(report: AnalysisReport) -> str:
    """Say that no track stands out, or that nobody could tell."""
    if report.looked_for_outliers:
        heard = sum(cluster.size for cluster in report.clusters)
        if heard < len(report.tracks):
            return f"Nothing stands out among the {heard:,} tracks whose sound is known: each has company."
        return "Nothing stands out: every track has company."
    return f"Too few tracks have a known sound to say what stands out (I need {FEWEST_TO_STAND_OUT})."


def duplicate_line(report: AnalysisReport, duplicate: Duplicate) -> str:
    """Say where a song stands more than once."""
    places = ", ".join(f"#{track + 1}" for track in duplicate.tracks)
    name = track_line(report.tracks[duplicate.keep].track)
    return f"- {name} at {places}\n  {small(duplicate_words(duplicate))}"


def duplicate_words(duplicate: Duplicate) -> str:
    """Say in what way rows are one song; what they sound like was not compared."""
    times = "twice" if len(duplicate.tracks) == 2 else f"{in_words(len(duplicate.tracks))} times"
    return _DUPLICATE_WORDS[duplicate.kind].format(times=times)


def in_words_title(report: AnalysisReport) -> str:
    """Say whose facts are in words."""
    return f"## {escape(report.playlist.name)}, in words"


def numbers_title(report: AnalysisReport) -> str:
    """Say whose numbers they are."""
    return f"## {escape(report.playlist.name, 60)} in numbers"


def findings_title(report: AnalysisReport) -> str:
    """Say where something stands out or twice."""
    return f"## Outliers and duplicates in {escape(report.playlist.name)}"


def more_outliers(more: int) -> str:
    """Say how many tracks more stand out."""
    return f"… and {more:,} more; `/tidy` goes through all"


def files_title(report: AnalysisReport) -> str:
    """Say whose files they are."""
    return f"## {escape(report.playlist.name, 60)} as files"
