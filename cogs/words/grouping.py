"""Say by what a playlist was grouped, and what that rests on."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import in_words, join_words
from services.domain.grouping import ENOUGH_YEARS, Basis, Grouping
from services.domain.report import Structure, Verdict
from services.domain.vocabulary import share_words

WAY = {Grouping.SOUND: "by sound", Grouping.STYLE: "by style and era"}

_BY_SOUND = {
    Verdict.CLEAR: "By sound alone they fall into clear groups.",
    Verdict.LOOSE: "By sound alone they fall into loose groups.",
    Verdict.NONE: "The sound alone does not separate them.",
}


def basis_line(basis: Basis, *, brief: bool = False) -> str:
    """Say which way of grouping a card shows, and what it rests on; not that in general where `brief`."""
    if basis.grouping is Grouping.STYLE:
        whole = f"Grouped by sound, year and artist{_by_words(basis)}. Years are those of the edition."
        return "Grouped by sound, year and artist." if brief else f"{whole}{_earlier(basis)}"
    line = "Grouped by sound."
    if not brief:
        line += f" Genres and years are named but decide no group.{_earlier(basis)}"
    return line if basis.has_enough_years else f"{line} {too_few_years(basis)}"


def too_few_years(basis: Basis) -> str:
    """Say why a list can't be grouped by style and era."""
    known = f"{share_words(basis.years or 0.0)} have one" if basis.years else "none has one"
    return f"Style and era take the year of {share_words(ENOUGH_YEARS)} of the tracks; here {known}."


def style_sentence(
    structure: Structure, basis: Basis, names: Sequence[str], mood: str, *, names_them: bool = True
) -> str:
    """Word what a grouping by style and era found: never that groups are clear, for no test can say that."""
    heard = _BY_SOUND.get(structure.verdict, "")
    if len(names) < 2:
        sounds = "" if not mood or mood.startswith("from ") else f" On average they sound {mood}."
        opening = f"By style and era these tracks stay together.{sounds}"
        return f"{opening} {heard}".strip()
    listed = "; ".join(names) if any("," in name for name in names) else join_words(names)
    opening = f"By style and era, {in_words(len(names))} groups{f': {listed}' if names_them else ''}."
    steady = (
        f"Parts of the list, grouped again, agree with them by {share_words(max(basis.stability, 0.0))}."
        if basis.stability is not None
        else ""
    )
    return " ".join(part for part in (opening, steady, heard) if part)


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
    return "known of the artist" if basis.earlier_genres else "that MusicBrainz has of the artist"


def _earlier(basis: Basis) -> str:
    """Say that genres are known from earlier files, and of how many artists and tracks."""
    if not basis.earlier_artists:
        return ""
    whom = "one artist" if basis.earlier_artists == 1 else f"{basis.earlier_artists:,} artists"
    share = f"{share_words(basis.earlier_genres)} of the tracks"
    return f" The genres of {whom} ({share}) are those that earlier lists agree on."
