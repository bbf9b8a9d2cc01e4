"""Measure what is claimed of lists that changed, and of lists that did not.

    python -m benchmarks.drift [DATA_FOLDER] [--quick]

On playlists of 40 to 400 tracks of the first five listeners, compared with what they were as the bot does it,
groups and names included:

- *halves*: one half of a list, shuffled, and then the other, ten times each. Nothing changed; whatever is
  claimed is wrong. Without groups, since halves share no track by which a group could be the one of before.
- *churn*: a fifth of the tracks gone, and as many others of the same list new. Nothing changed either.
- *artists*: the same, but tracks go and come artist by artist.
- *other*: a fifth of the tracks gone, and as many of a playlist of another listener new. The mean that is
  expected then is known from both whole lists. A change is true where it is .15 spreads or more in some
  feature, which is what can be heard; it counts as found where any change is claimed, and a claim counts as
  wrong where the expected change has the other sign.

Takes about four minutes on one quiet core, `--quick` half a minute.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.listeners import FIRST, SHARED_DATA, Library, load_libraries, read_tables
from services.analysis.describe import describe
from services.analysis.drift import ERROR_RATE, FEWEST_TRACKS, changes_between, since_last
from services.analysis.name_rules import AUDIBLE
from services.analysis.reference import TYPICAL
from services.domain.analysis import AnalysisOptions, LastGroups
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Playlist, Track
from services.domain.portrait import Since
from services.domain.report import AnalysisReport, EnrichedTrack
from services.enrichment.coverage import compute_coverage
from services.workflows.reports import earlier_sound

SIZES = (40, 400)
SHARE = 0.2
HALVES = 10
SEED = 1703
_THEN = datetime(2026, 8, 3, tzinfo=UTC)
_FILE = Provenance(Origin.UPLOADED, "file")

_Rows = NDArray[np.intp]


@dataclass(slots=True)
class Tally:
    """Answers of one experiment."""

    answers: int = 0
    claims: int = 0
    true: int = 0
    found: int = 0
    said: int = 0
    wrong: int = 0


def entries(library: Library, rows: _Rows, artists: Sequence[str] = ()) -> tuple[EnrichedTrack, ...]:
    """Return the tracks of some rows as files bring them; `artists` is that of each row of the table."""
    return tuple(
        EnrichedTrack(
            track=Track(title=f"Track {row}", artists=(artists[row],) if artists else ()),
            features=AudioFeatures(**dict(zip(map(str, SOUND_FEATURES), library.features[row], strict=True))),
            provenance=dict.fromkeys(SOUND_FEATURES, _FILE),
        )
        for row in rows.tolist()
    )


def analyse(
    library: Library, rows: _Rows, last: AnalysisReport | None = None, artists: Sequence[str] = ()
) -> AnalysisReport:
    """Describe a list, beginning with what its last report hands on."""
    before = LastGroups() if last is None else LastGroups.of(last)
    tracks = entries(library, rows, artists)
    playlist = Playlist(name="A list", tracks=tuple(entry.track for entry in tracks))
    options = AnalysisOptions(last_groups=before)
    return describe(playlist, tracks, compute_coverage(tracks), options=options)


def compared(library: Library, before: _Rows, now: _Rows, artists: Sequence[str] = ()) -> Since:
    """Return what the card of the second list says of the first."""
    first = analyse(library, before, artists=artists)
    since = since_last(analyse(library, now, first, artists), earlier_sound(first, _THEN))
    assert since is not None
    return since


def by_artist(rows: _Rows, artists: Sequence[str], rng: np.random.Generator) -> tuple[_Rows, _Rows]:
    """Part a list so that artists are in one part: about `SHARE` of its tracks, and the others."""
    names = np.array([artists[row] for row in rows.tolist()])
    dealt = rng.permutation(np.unique(names))
    sizes = np.cumsum([int((names == name).sum()) for name in dealt])
    is_in = np.isin(names, dealt[: int(np.searchsorted(sizes, SHARE * len(rows))) + 1])
    return rows[is_in], rows[~is_in]


def count(tally: Tally, since: Since, expected: dict[Feature, float]) -> None:
    """Compare what is claimed with what is expected, in spreads."""
    tally.answers += 1
    is_claimed = bool(since.changes or since.shares)
    tally.claims += is_claimed
    is_true = max(map(abs, expected.values())) >= AUDIBLE
    tally.true += is_true
    tally.found += is_true and is_claimed
    tally.said += len(since.changes)
    tally.wrong += sum(change.spreads * expected[change.feature] <= 0 for change in since.changes)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="every eighth playlist")
    options = parser.parse_args()
    library = load_libraries(options.folder)
    scores = TYPICAL.normal_scores(library.features)
    lists = [(key[0], rows) for key, rows in library.playlists.items() if SIZES[0] <= len(rows) <= SIZES[1]]
    rng = np.random.default_rng(SEED)
    artists = [row["artists"].split(";")[0] for row in read_tables(options.folder, (FIRST,))[0]]
    halves, churn, by_artists = Tally(), Tally(), Tally()
    other = {"40-99": Tally(), "100-199": Tally(), "200-400": Tally()}
    nothing = dict.fromkeys(SOUND_FEATURES, 0.0)
    with threadpool_limits(1):
        for listener, rows in lists[:: 8 if options.quick else 1]:
            shuffled = rng.permutation(rows)
            for _ in range(HALVES):
                dealt, half = rng.permutation(rows), len(rows) // 2
                changes = changes_between(
                    entries(library, dealt[:half]), entries(library, dealt[half:]), error_rate=ERROR_RATE
                )
                halves.answers += 1
                halves.claims += bool(changes)
            kept, moved = round(len(rows) * (1 - SHARE)), round(len(rows) * SHARE * (1 - SHARE))
            now = np.concatenate([shuffled[moved:kept], shuffled[kept : kept + moved]])
            count(churn, compared(library, shuffled[:kept], now), nothing)
            out, rest = by_artist(rows, artists, rng)
            into, stayed = by_artist(rest, artists, rng)
            if len(stayed) >= FEWEST_TRACKS:
                before, after = np.concatenate([stayed, out]), np.concatenate([stayed, into])
                count(by_artists, compared(library, before, after, artists), nothing)
            strangers = [others for name, others in lists if name != listener]
            source = np.setdiff1d(strangers[rng.integers(len(strangers))], rows)
            new = rng.permutation(source)[: round(SHARE * len(rows))]
            now = np.concatenate([shuffled[len(new) :], new])
            difference = len(new) / len(rows) * (scores[source].mean(axis=0) - scores[rows].mean(axis=0))
            size = "40-99" if len(rows) < 100 else "100-199" if len(rows) < 200 else "200-400"
            expected = dict(zip(SOUND_FEATURES, difference.tolist(), strict=True))
            count(other[size], compared(library, shuffled, now), expected)
    for name, tally in (("halves", halves), ("churn", churn), ("artists", by_artists)):
        share = tally.claims / tally.answers
        print(f"{name}: a change is claimed in {tally.claims} of {tally.answers} ({share:.1%})")
    for size, tally in other.items():
        if tally.true:
            print(
                f"other, {size} tracks: {tally.found} of {tally.true} lists with a true change are told "
                f"({tally.found / tally.true:.0%}); {tally.wrong} of {tally.said} features the wrong way"
            )
    true, found = (sum(getattr(tally, name) for tally in other.values()) for name in ("true", "found"))
    print(f"other: {found} of {true} ({found / max(true, 1):.0%})")


if __name__ == "__main__":
    main()
