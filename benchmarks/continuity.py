"""Measure whether groups, letters, colours and names stay when a few tracks of a list go.

    python -m benchmarks.continuity [DATA_FOLDER] [--quick] [--afresh]

On the real files of 30 to 1,100 tracks: analyse one, take a share of its tracks away, and analyse again
with what the first report hands on, as the bot does; with `--afresh` without it, as for a list never seen.
A run counts where the groups are as many as before and each has letter, colour and name of the group with
which it shares most tracks. A name that was given up because it is no longer true counts as lost. Takes
about two minutes on one quiet core.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.listeners import SHARED_DATA
from benchmarks.rows import figure, head
from services.analysis.describe import describe
from services.domain.analysis import AnalysisOptions, LastGroups
from services.domain.grouping import Grouping
from services.domain.music import Playlist
from services.domain.report import AnalysisReport, EnrichedTrack
from services.enrichment.assembly import from_upload
from services.enrichment.coverage import compute_coverage
from services.imports.upload import read_upload

SIZES = (30, 1_100)
SHARES = (0.02, 0.10)
WANTED = {0.02: ("84 %", "98 %"), 0.10: ("70 %", "95 %")}
"""Of each share: what it was, and what it is to be."""
SEED = 603


@dataclass(slots=True)
class Tally:
    """How often things stayed."""

    runs: int = 0
    same_k: int = 0
    groups: int = 0
    found: int = 0
    letters: int = 0
    names: int = 0
    colours: int = 0
    whole: int = 0


def analyse(
    playlist: Playlist, entries: tuple[EnrichedTrack, ...], by: Grouping, last: LastGroups
) -> AnalysisReport:
    """Describe some tracks of a list, beginning with what its last report hands on."""
    options = AnalysisOptions(by=by, last_groups=last)
    some = Playlist(name=playlist.name, tracks=tuple(entry.track for entry in entries))
    return describe(some, entries, compute_coverage(entries), options=options)


def compare(before: AnalysisReport, after: AnalysisReport, tally: Tally) -> None:
    """Count what stayed from one report to the next."""
    tally.runs += 1
    tally.same_k += len(before.clusters) == len(after.clusters)
    tally.groups += len(before.clusters)
    if not after.clusters:
        return
    keys = [{after.tracks[row].track.key for row in cluster.members} for cluster in after.clusters]
    everything = set().union(*keys)
    stays = []
    for old in before.clusters:
        tracks = {before.tracks[row].track.key for row in old.members} & everything
        alike = [len(tracks & new) / max(len(tracks | new), 1) for new in keys]
        best = int(np.argmax(alike))
        if alike[best] < 0.5:
            continue
        new = after.clusters[best]
        kept = (new.letter == old.letter, new.name == old.name, new.colour == old.colour)
        tally.found += 1
        tally.letters += kept[0]
        tally.names += kept[1]
        tally.colours += kept[2]
        stays.append(all(kept))
    same = len(before.clusters) == len(after.clusters) == len(stays)
    tally.whole += same and all(stays)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="two draws of each file in place of six")
    parser.add_argument("--afresh", action="store_true", help="analyse again as if for the first time")
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    lists = []
    for path in sorted((options.folder / "playlists").glob("*.csv")):
        (playlist,) = read_upload(path.read_bytes(), filename=path.name)
        if SIZES[0] <= len(playlist.tracks) <= SIZES[1]:
            lists.append((playlist, from_upload(playlist.tracks, "file")))
    print(f"{len(lists)} files; shares of the runs, and of the groups that are found again")
    head("Groups that stay")
    with threadpool_limits(1):
        for by in Grouping:
            firsts = [(each, tracks, analyse(each, tracks, by, LastGroups())) for each, tracks in lists]
            for share in SHARES:
                tally = Tally()
                for playlist, tracks, first in firsts:
                    if not first.clusters:
                        continue
                    for _ in range(2 if options.quick else 6):
                        stay = rng.permutation(len(tracks))[round(share * len(tracks)) :]
                        some = tuple(tracks[row] for row in np.sort(stay))
                        last = LastGroups() if options.afresh else LastGroups.of(first)
                        compare(first, analyse(playlist, some, by, last), tally)
                found = max(tally.found, 1)
                parts = {"same k": tally.same_k / tally.runs, "groups found": tally.found / tally.groups}
                parts |= {"their names": tally.names / found, "letters": tally.letters / found}
                parts |= {"colours": tally.colours / found}
                told = ", ".join(f"{part} {value:.0%}" for part, value in parts.items())
                is_judged = by is Grouping.SOUND and not options.afresh
                before, goal = WANTED[share] if is_judged else ("", "")
                afresh = ", afresh" if options.afresh else ""
                figure(
                    f"by {by}, {share:.0%} of the tracks gone{afresh}, everything as before"
                    f" ({tally.runs} runs)",
                    f"{tally.whole / tally.runs:.0%}; {told}",
                    before=before,
                    goal=goal,
                )


if __name__ == "__main__":
    main()
