"""Say by what a playlist was grouped, and how its groups sound."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import (
    artist_ids,
    artist_link,
    escape,
    in_words,
    is_spotifys,
    join_words,
    letter_of,
    percent,
    plural,
    small,
    track_line,
)
from services.domain.comparison import UnionGroup
from services.domain.group_words import genre_words
from services.domain.grouping import ENOUGH_YEARS, Basis, Grouping
from services.domain.messages import GroupWords
from services.domain.report import AnalysisReport, Cluster, Level, Structure, Subtitle, Trait, Verdict
from services.domain.vocabulary import COMPARATIVES, FEATURE_WORDS, bpm_words, major_words, share_words

WAY = {Grouping.SOUND: "by sound", Grouping.STYLE: "by style and era"}

_BY_SOUND = {
    Verdict.CLEAR: "By sound alone they fall into clear groups.",
    Verdict.LOOSE: "By sound alone they fall into loose groups.",
    Verdict.NONE: "The sound alone does not separate them.",
}
_BY_UNIT = {
    Verdict.CLEAR: "By sound alone they fall into their {}s.",
    Verdict.LOOSE: "By sound alone they fall into their {}s, loosely.",
    Verdict.NONE: "The sound alone separates no more than their {}s.",
}
NEARLY_SAME, MOSTLY_SAME = 0.8, 0.65
"""Adjusted Rand indices from which groups of parts of a list are called so."""
MOSTLY = 0.5
"""Share of the tagged tracks from which a group is mostly of its genres."""

_BETWEEN = " · "


def way_label(way: Grouping) -> str:
    """Say a way of grouping as its button does: "By sound"."""
    return WAY[way][:1].upper() + WAY[way][1:]


def basis_line(basis: Basis, *, brief: bool = False) -> str:
    """Say which way of grouping a card shows, and what it rests on; not that in general where `brief`."""
    whose = " Genres by artist." if basis.remembered_genres > (basis.genres or 0) else ""
    if basis.grouping is Grouping.STYLE:
        said = "Grouped by sound, year and artist"
        if brief:
            return f"{said}{', as chosen last time' if basis.remembered else ''}.{whose}"
        chosen = " This way was chosen last time." if basis.remembered else ""
        return f"{said}{_by_words(basis)}.{chosen} Years are those of the edition.{_known_of_artists(basis)}"
    line = "Grouped by sound."
    line += whose if brief else f" Genres and years are named but decide no group.{_known_of_artists(basis)}"
    return line if basis.has_enough_years else f"{line} {too_few_years(basis)}"


def too_few_years(basis: Basis) -> str:
    """Say why a list can't be grouped by style and era."""
    known = f"{share_words(basis.years or 0.0)} have one" if basis.years else "none has one"
    return f"Style and era need the year of {share_words(ENOUGH_YEARS)} of the tracks; here {known}."


def style_sentence(
    structure: Structure, basis: Basis, names: Sequence[str], mood: str, *, names_them: bool = True
) -> str:
    """Word what a grouping by style and era found: never that groups are clear, for no test can say that."""
    heard = (_BY_UNIT if structure.of_albums else _BY_SOUND).get(structure.verdict, "").format(structure.unit)
    if len(names) < 2:
        sounds = "" if not mood or mood.startswith("from ") else f" On average they sound {mood}."
        opening = f"By style and era these tracks stay together.{sounds}"
        return f"{opening} {heard}".strip()
    listed = "; ".join(names) if any("," in name for name in names) else join_words(names)
    asked = as_asked(structure, len(names))
    opening = f"By style and era, {in_words(len(names))} groups{asked}{f': {listed}' if names_them else ''}."
    steady = "" if basis.stability is None else _steady(basis.stability)
    return " ".join(part for part in (opening, steady, heard) if part)


def _steady(agreement: float) -> str:
    if agreement < MOSTLY_SAME:
        return "They shift in parts of the list: take them loosely."
    return f"In random parts of the list I find {same_words(agreement)}."


def same_words(agreement: float) -> str:
    """Say how many of the groups come back, by an adjusted Rand index from `MOSTLY_SAME` on."""
    return "nearly the same ones" if agreement >= NEARLY_SAME else "mostly the same ones"


def as_asked(structure: Structure, count: int) -> str:
    """Say behind a number of groups that a person asked for it, or for more than the tracks allow."""
    if not structure.forced:
        return ""
    asked = structure.asked or count
    return f" of the {in_words(asked)} asked for" if count < asked else ", as many as asked for"


def _by_words(basis: Basis) -> str:
    own, remembered = basis.genres or 0.0, basis.remembered_genres
    if own and remembered:
        return (
            f", and by genre words: the list's own for {share_words(own)} of the tracks, "
            f"those {_of_artists(basis)} for {share_words(remembered)} more"
        )
    if own:
        return f", and by genre words where the list has them ({share_words(own)} of the tracks)"
    if remembered:
        return f", and by genre words {_of_artists(basis)} ({share_words(remembered)} of the tracks)"
    return "; no genre words are known"


def _of_artists(basis: Basis) -> str:
    """Say who knows genres of artists: MusicBrainz, where it answered about the names of this very list."""
    is_theirs = basis.earlier_genres or basis.common_genres
    return "known of the artist" if is_theirs else "that MusicBrainz has of the artist"


def _known_of_artists(basis: Basis) -> str:
    """Say which genres did not come with the tracks, and for how many artists and tracks."""
    told = [
        (basis.earlier_artists, basis.earlier_genres, "that earlier lists agree on"),
        (basis.common_artists, basis.common_genres, "commonly known of them"),
    ]
    return "".join(
        f" The genres of {'one artist' if artists == 1 else f'{artists:,} artists'} "
        f"({share_words(share)} of the tracks) are those {whose}."
        for artists, share, whose in told
        if artists
    )


def level_words(level: Level) -> str:
    """Say how far to which side a group lies: "very calm", "calmer than the rest", "average energy"."""
    if not level.degree:
        return f"average {level.feature.value}"
    if level.compared:
        return f"{COMPARATIVES[level.feature][level.degree > 0]} than the rest"
    low, high = FEATURE_WORDS[level.feature].grades
    return (high if level.degree > 0 else low)[abs(level.degree) - 1]


def trait_words(trait: Trait) -> str:
    """Say a trait: "very calm"."""
    return trait.words or level_words(trait.level)


def trait_numbers(trait: Trait) -> str:
    """Say the numbers behind a trait: "energy 0.21 (typical 0.65)"."""
    if trait.numbers:
        return trait.numbers
    if trait.range_bpm is not None:
        return f"{trait.feature.value} {bpm_words(trait.range_bpm)} (typical {trait.typical:.0f})"
    if trait.without_singing is not None:
        some, whole = trait.without_singing
        return f"{some:,} of {whole:,} without singing"
    said = FEATURE_WORDS[trait.feature].number
    return said.format(name=trait.feature.value, value=trait.value, typical=trait.typical).replace("-", "−")


def sound_words(group: Cluster | UnionGroup) -> str:
    """Say how a group sounds: "very calm, acoustic, quiet"."""
    if group.blurb:  # as an older version had stored it
        return group.blurb.partition(_BETWEEN)[0]
    return ", ".join(map(level_words, group.levels)) or "close to average in everything"


def measures(group: Cluster | UnionGroup, *, with_tempo: bool = True) -> str:
    """Say tempo and mode, where they are known: "about 92 BPM · 70% major (of 12)"."""
    tempo = "" if group.tempo_range_bpm is None or not with_tempo else bpm_words(group.tempo_range_bpm)
    mode = major_words(group.major_share, group.modes_known, group.size)
    return _BETWEEN.join(filter(None, (tempo, mode)))


def group_line(group: Cluster | UnionGroup) -> str:
    """Say a group in one line: "very calm, acoustic, quiet · about 92 BPM · 70% major"."""
    return group.blurb or _BETWEEN.join(filter(None, (sound_words(group), measures(group))))


def group_words(cluster: Cluster) -> GroupWords:
    """Say all that a file tells of a group."""
    traits = tuple((trait_words(trait), trait_numbers(trait)) for trait in cluster.traits)
    return GroupWords(group_line(cluster), traits)


def portrait(report: AnalysisReport, cluster: Cluster) -> list[str]:
    """Say what sets a group apart, and who is in it."""
    ids = artist_ids(track.track for track in report.tracks) if is_spotifys(report.playlist) else {}
    artists = join_words(
        artist_link(name, ids.get(name, "")) + (f" ({count})" if count > 1 else "")
        for name, count in cluster.top_artists
    )
    lines = [
        f"**{escape(trait_words(trait))}** — {escape(trait_numbers(trait), 120)}"
        for trait in cluster.traits[:2]
    ]
    lines += [small(escape(came_with, 200))] if (came_with := subtitle(cluster)) else []
    if not artists or (cluster.subtitle.artist and cluster.top_artists[0][1] == cluster.size):
        return lines  # that all are by one artist is said above
    often = "Most often" if any(count > 1 for _, count in cluster.top_artists) else "Among them"
    return [*lines, small(f"{often} {artists}")]


def track_row(report: AnalysisReport, track: int, likely: bool) -> str:
    """Say a track of a group, and how surely it belongs there."""
    placement = report.placements[track]
    mark = ""
    if likely:
        chance = "" if placement.probability is None else f", {share_words(placement.probability)} sure"
        mark = f" · *likely{chance}*"
    elif placement.confidence is not None and placement.confidence < 0.1:
        mark = " · *between groups*"
    return f"- {track_line(report.tracks[track].track)}{mark}"


def subtitle(cluster: Cluster) -> str:
    """Say what came with the tracks of a group, or nothing: "mostly country · 28% by Johnny Cash"."""
    known = cluster.subtitle
    parts = []
    if known.genres and known.genre_share is not None:
        whose = "known of the artists" if known.of_artists else "in the file"
        parts.append(f"{mostly_genres(known)}, by the genres {whose}")
    if known.decade is not None:
        parts.append(f"mostly {known.decade}s, by the year of this edition")
    if known.album is not None and known.album_share is not None:
        parts.append(f"{share_words(known.album_share)} from the album “{known.album}”")
    if known.artist is not None and known.artist_share is not None:
        parts.append(f"{share_words(known.artist_share)} by {known.artist}")
    return " · ".join(parts)


def mostly_genres(known: Subtitle) -> str:
    """Say of which genres a group is, and how much of it."""
    much = "mostly" if (known.genre_share or 0) >= MOSTLY else "a lot of"
    return f"{much} {join_words(map(genre_words, known.genres))}"


def cluster_lines(report: AnalysisReport, index: int) -> list[str]:
    """Say which group it is, and how large."""
    cluster = report.clusters[index]
    evidence = sum(each.size for each in report.clusters)
    likely = f" and {len(cluster.likely)} likely" if cluster.likely else ""
    return [
        f"## {letter_of(report.clusters, index)} · {escape(cluster.name)}",
        f"{plural(cluster.size, 'track')}{likely}, {percent(cluster.size, evidence)} of the grouped ones",
    ]
