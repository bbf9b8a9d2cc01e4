"""The result of a comparison in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.comparison import FEWEST_MEASURED, Comparison, PersonKey, TopPairs, TopPeople


def comparison_sentence(found: Comparison) -> str:
    """Say what matters most: for two people their score, for more who is close and who is not."""
    known = [pair for pair in found.pairs if pair.score is not None]
    if not known:
        return (
            f"Not enough data to compare anybody: a score takes {FEWEST_MEASURED} measured tracks from each."
        )
    if len(known) == 1:
        pair = known[0]
        return (
            f"{found.name(pair.a)} and {found.name(pair.b)} fit {pair.score:.0f} of 100"
            f" ({pair.low:.0f}–{pair.high:.0f} with other tracks of theirs)."
        )
    alike = found.most_alike
    return f"{_alike(found, alike)}{_wolf(found, found.lone_wolf)}." if alike is not None else ""


def _alike(found: Comparison, top: TopPairs) -> str:
    if len(top.pairs) == 1:
        (one, other), *_ = top.pairs
        return f"{found.name(one)} and {found.name(other)} are most alike ({top.score:.0f} of 100)"
    if len(top.pairs) == 2:
        pairs = " as well as ".join(f"{found.name(one)} and {found.name(other)}" for one, other in top.pairs)
        return f"Most alike, in a tie, are {pairs} ({top.score:.0f} of 100)"
    return f"{len(top.pairs)} pairs tie for most alike ({top.score:.0f} of 100)"


def _wolf(found: Comparison, wolf: TopPeople | None) -> str:
    if wolf is None or len(wolf.keys) > 2:
        return "; nobody stands apart"
    names = _listed(found, wolf.keys)
    role = "is the lone wolf" if wolf.only else "tie for lone wolf"
    return f"; {names} {role} (mean {wolf.value:.0f})"


def _listed(found: Comparison, keys: Iterable[PersonKey]) -> str:
    return " and ".join(found.name(key) for key in keys)
