"""Say what a comparison found: in one sentence, and why two people score as they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cogs.words.text import join_words, plural
from services.domain.comparison import (
    FEWEST_ARTISTS,
    FEWEST_MEASURED,
    Comparison,
    FeatureDifference,
    Pair,
    Participant,
    PersonKey,
)
from services.domain.features import Feature
from services.domain.scoring import ARTIST_DRAW, Band
from services.domain.vocabulary import COMPARATIVES, bpm_words, share_words

_MOST_FEATURES, _MOST_NAMES = 3, 3
_WORTH_WARNING = 0.2
"""Part of somebody's tracks that are estimated, from which it is said."""
_WORTH_SAYING = 0.1
"""Gap between the shares of explicit tracks from which it is said."""

_MOSTLY_ONE = 2.0
"""Artists of equal weight below which one of them has more than half of the tracks; below 3 two have."""

_LESS_MORE = {
    Feature.ACOUSTICNESS: ("less acoustic", "more acoustic"),
    Feature.INSTRUMENTALNESS: ("less instrumental", "more instrumental"),
}
"""Where figures of the feature stand beside, the other end is not named."""
_DIFFERENCES = {
    Feature.INSTRUMENTALNESS: "{word} ({own:.0%} against {other:.0%} of the tracks)",
    Feature.LOUDNESS: "{amount:.1f} dB {word} ({own:.1f} against {other:.1f} dB)",
    Feature.TEMPO: "{amount:.0f} BPM {word} ({own:.0f} against {other:.0f})",
}

_BANDS = {
    Band.FAR: "far apart, less alike than three of four pairs of strangers",
    Band.APART: "rather apart, less alike than most pairs of strangers",
    Band.USUAL: "about as near as strangers often are",
    Band.NEAR: "rather close, more alike than most pairs of strangers",
    Band.CLOSE: "close, more alike than three of four pairs of strangers",
    Band.ONE: "as alike as two lists of one person",
}
"""A percentile would say more than is known: a score has an error, and the curve is drawn from 55 pairs."""


def comparison_sentence(found: Comparison) -> str:
    """Say what matters most: for two people their score, for more who is close and who is not."""
    known = [pair for pair in found.pairs if pair.score is not None]
    if not known:
        if sum(person.measured >= FEWEST_MEASURED for person in found.people) > 1:
            return (
                "One or two artists are too few to say how alike people are: "
                f"a score takes lists by {FEWEST_ARTISTS} or more."
            )
        return (
            f"Not enough data to compare anybody: a score takes {FEWEST_MEASURED} measured tracks from each."
        )
    numbers = [pair for pair in known if not found.is_rough(pair)]
    if len(numbers) > 1:
        return f"{_alike(found, numbers)}{_wolf(found)}{_unranked(found)}."
    if len(numbers or known) == 1:
        (pair,) = numbers or known
        said = f"{found.name(pair.a)} and {found.name(pair.b)} score {_fit(found, pair)}"
        return f"{said}{_meaning(found, pair)}{_unranked(found)}."
    return (
        "Too few tracks or artists to say who is most alike: from so few, a score is only known as a range."
    )


def _unranked(found: Comparison) -> str:
    """Say of how many people it is not known where they stand; nothing of two."""
    unknown = [person for person in found.people if person.is_rough or not person.is_scored]
    if len(found.people) == 2 or not unknown:
        return ""
    who = unknown[0].name if len(unknown) == 1 else f"{len(unknown)} of {len(found.people)} people"
    return f"; too little is known of {who} to rank them"


def _fit(found: Comparison, pair: Pair) -> str:
    if found.is_rough(pair):
        return f"{pair.low:.0f} to {pair.high:.0f} of 100, as far as so few tracks or artists can tell"
    return f"{pair.score:.0f} of 100 ({pair.low:.0f}–{pair.high:.0f} with other tracks of theirs)"


def score_words(found: Comparison, pair: Pair) -> str:
    """Say a score with how sure it is; where little is known the range alone."""
    if pair.score is None:
        return "not enough data"
    if pair.low is None or pair.high is None:
        return f"{pair.score:.0f} of 100"
    if found.is_rough(pair):
        return f"{pair.low:.0f} to {pair.high:.0f} of 100, from few tracks or artists"
    return f"{pair.score:.0f} of 100, likely {pair.low:.0f} to {pair.high:.0f}"


def _meaning(found: Comparison, pair: Pair) -> str:
    words = meaning_words(found, pair)
    return f": {words}" if words else ""


def meaning_words(found: Comparison, pair: Pair) -> str:
    """Say a score in a word and beside strangers, or nothing where that is not known.

    Examples
    --------
    "rather close, more alike than most pairs of strangers"
    """
    return "" if pair.band is None or found.is_rough(pair) else _BANDS[pair.band]


def pair_reasons(found: Comparison, pair: Pair, to: PersonKey | None = None) -> tuple[str, ...]:
    """Say why two people score as they do, in sentences with the numbers in them, the most telling first.

    Parameters
    ----------
    to
        Who reads it: one of the two is addressed as "you".
    """
    if pair.reasons:  # as an older version had stored it
        return pair.reasons_to_a if to == pair.a else pair.reasons_to_b if to == pair.b else pair.reasons
    two = _Two.of(found, pair, to)
    scored = pair.score is not None
    return (
        *(_lacking(person, two) for person in (two.one, two.other) if not person.is_scored),
        *([_sound_line(two)] if pair.differences else []),
        *([_genres_line(pair), *_explicit_lines(two)] if scored else []),
        _artists_line(two),
        _songs_line(two),
        *([_groups_line(two)] if scored else []),
        *_estimates_lines(two),
    )


def difference_words(entry: FeatureDifference) -> str:
    """Say what the first of two people is beside the other: "14 BPM faster (134 against 120)"."""
    if entry.a_words or entry.a is None or entry.b is None:
        return entry.a_words  # as an older version had stored it
    word = _LESS_MORE.get(entry.feature, COMPARATIVES[entry.feature])[entry.amount > 0]
    (own, own_high), (other, other_high) = entry.a, entry.b
    if own < own_high or other < other_high:
        return f"{word} ({bpm_words(entry.a)} against {bpm_words(entry.b)})"
    said = _DIFFERENCES.get(entry.feature, "{word} ({own:.2f} against {other:.2f})")
    said = said.format(amount=abs(entry.amount), word=word, own=own, other=other)
    return said.replace("-", "−") if entry.feature is Feature.LOUDNESS else said


@dataclass(frozen=True, slots=True)
class _Two:
    """The two of a pair, from the view of whoever reads about them."""

    pair: Pair
    one: Participant
    """Who reads it, if one of the two does; else the first."""
    other: Participant
    is_you: bool
    turned: bool
    """Whether `one` is `Pair.b`."""

    @staticmethod
    def of(found: Comparison, pair: Pair, to: PersonKey | None) -> _Two:
        turned = to == pair.b
        keys = (pair.b, pair.a) if turned else (pair.a, pair.b)
        one, other = map(found.person, keys)
        return _Two(pair, one, other, is_you=to in keys, turned=turned)

    @property
    def together(self) -> str:
        return "You" if self.is_you else "They"

    def whose(self, person: Participant) -> str:
        """Say whose something is."""
        return "your" if self.is_you and person is self.one else f"{person.name}'s"


def _lacking(person: Participant, two: _Two) -> str:
    """Say what of somebody's data is not enough for a score."""
    is_you = two.is_you and person is two.one
    if person.measured < FEWEST_MEASURED:
        name, has = ("you", "have") if is_you else (person.name, "has")
        tracks = plural(person.measured, "measured track")
        return f"Not enough data: {name} {has} {tracks}; a score takes {FEWEST_MEASURED}."
    whom = "you" if two.is_you else "the"
    few = few_artists(person)
    return f"Most of {two.whose(person)} tracks are by {few}, too few to say how alike {whom} two are."


def few_artists(person: Participant) -> str:
    """Say by how many artists most tracks are of somebody who has too few for a score."""
    return "one artist" if (person.artists or 0.0) < _MOSTLY_ONE else "two artists"


def _sound_line(two: _Two) -> str:
    """Name the features that set the two apart."""
    telling = [entry for entry in two.pair.differences if entry.telling][:_MOST_FEATURES]
    # the tempo comes first, where it is said at all: it is the number that everybody can picture
    telling.sort(key=lambda entry: entry.feature is not Feature.TEMPO)
    words = [difference_words(entry.turned() if two.turned else entry) for entry in telling]
    if not words:
        whom = "you" if two.is_you else two.one.name
        return f"I hear no clear difference between {whom} and {two.other.name}."
    subject, verb = ("You", "are") if two.is_you else (two.one.name, "is")
    return f"{subject} {verb} {join_words(words)} than {two.other.name}."


def _genres_line(pair: Pair) -> str:
    if pair.affinity is None:
        return "Genre words are not in the score: none are known for somebody's tracks here."
    alike = f"Genre words: {share_words(pair.affinity)} alike"
    if pair.genres_counted < 1:
        return f"{alike}; they count less, as many of somebody's tracks here came without."
    return f"{alike}."


def _explicit_lines(two: _Two) -> list[str]:
    """Say how many tracks are explicit, where that takes something off the score."""
    if two.pair.explicit is None:
        return []
    own, other = two.pair.explicit[::-1] if two.turned else two.pair.explicit
    if abs(own - other) < _WORTH_SAYING:
        return []
    mine, theirs = two.whose(two.one), two.whose(two.other)
    return [f"{share_words(own)} of {mine} tracks are explicit, {share_words(other)} of {theirs}."]


def _artists_line(two: _Two) -> str:
    pair, count = two.pair, len(two.pair.shared_artists)
    if pair.overlap is None:
        return "Nothing is known about the artists of one side, so they are not in the score."
    if not count:
        return f"{two.together} share no artist."
    names = join_words([artist.name for artist in pair.shared_artists[:_MOST_NAMES]])
    # Longer lists are thinned, and share more artists than that.
    is_thinned = max(two.one.tracks, two.other.tracks) > ARTIST_DRAW
    share = (
        f"{share_words(pair.overlap)} of those in any {ARTIST_DRAW} tracks of each"
        if is_thinned
        else f"{share_words(pair.overlap)} of the smaller collection"
    )
    if count == 1:
        return f"{two.together} share one artist, {names} ({share})."
    first = "among them " if count > _MOST_NAMES else ""
    return f"{two.together} share {count:,} artists ({share}), {first}{names}."


def _songs_line(two: _Two) -> str:
    songs = two.pair.shared_tracks
    if not songs:
        return f"{two.together} share no song."
    if len(songs) == 1:
        return f"{two.together} share one song: {songs[0].label}."
    return f"{two.together} share {len(songs):,} songs."


def _groups_line(two: _Two) -> str:
    if not two.pair.shared_groups:
        return "No corner of music in common yet."
    own = "your tracks" if two.is_you else two.whose(two.one)
    said = []
    for group in two.pair.shared_groups[:2]:
        shares = (group.a_share, group.b_share)
        first, second = map(share_words, reversed(shares) if two.turned else shares)
        said.append(f"{group.name} ({first} of {own}, {second} of {two.whose(two.other)})")
    return f"{two.together} overlap in {join_words(said)}."


def _estimates_lines(two: _Two) -> list[str]:
    lines = []
    for person in (two.one, two.other):
        total = person.measured + person.imputed
        if person.is_scored and person.imputed > _WORTH_WARNING * total:
            tracks = f"{person.imputed:,} of {two.whose(person)} {total:,} tracks"
            lines.append(f"The sound of {tracks} is estimated and not in the score.")
    return lines


def _alike(found: Comparison, numbers: Sequence[Pair]) -> str:
    top = found.most_alike
    if top is None or not top.is_sure:
        scores = sorted(pair.score for pair in numbers if pair.score is not None)
        low, high = f"{scores[0]:.0f}", f"{scores[-1]:.0f}"
        reach = f"all score about {low}" if low == high else f"scores go from {low} to {high}"
        # An older version did not look how sure it was of the pair that it named.
        said = "Who is most alike is too close to tell," if top is None else "Between these people"
        return f"{said} {reach} of 100"
    pairs = [f"{found.name(one)} and {found.name(other)}" for one, other in top.pairs]
    if top.only is None:
        either = f"{', '.join(pairs[:-1])}, or {pairs[-1]}"
        return f"Most alike are {either}, which is too close to tell (about {top.score:.0f} of 100)"
    return f"{pairs[0]} are most alike ({top.score:.0f} of 100)"


def _wolf(found: Comparison) -> str:
    wolf = found.lone_wolf
    if wolf is None or wolf.only is None:
        return ""
    return f"; {found.name(wolf.only)} is the lone wolf (mean {wolf.value:.0f})"
