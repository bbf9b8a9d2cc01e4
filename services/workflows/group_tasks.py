"""What runs in the worker processes for several people, by the rules of `tasks.py`."""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Person
from services.domain.groups import Blend, BlendMode
from services.domain.messages import ComparisonWords
from services.domain.server_map import News, ServerMap, SoundSummary


def summarise_lists(payloads: Sequence[bytes]) -> tuple[SoundSummary | None, ...]:
    """Sum up how stored lists sound; None for one that has too few measured tracks or can't be read."""
    from services.analysis.server_map import summarise
    from services.storage.codec import UnreadableReportError, decode_report

    def sum_up(payload: bytes) -> SoundSummary | None:
        try:
            return summarise(decode_report(payload))
        except UnreadableReportError:
            return None

    return tuple(map(sum_up, payloads))


def draw_server_map(
    names: Sequence[str], sounds: Sequence[SoundSummary], you: int | None
) -> tuple[ServerMap, Chart] | None:
    """Place people on one map and draw it; None where all are in one place."""
    from services.analysis.server_map import arrange
    from services.charts.server_map import render_server_map

    found = arrange(names, sounds)
    return None if found is None else (found, render_server_map(found, you))


def find_news(now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]) -> tuple[News, ...]:
    """List what happened on the map of a server since its last digest."""
    from services.analysis.server_map import find_news as run

    return run(now, before)


def compare(people: Sequence[Person]) -> Comparison:
    """Compare people: every pair, everybody together, and who stands where."""
    from services.analysis.comparison.compare import compare as run

    return run(people)


def blend(people: Sequence[Person], size: int, mode: BlendMode) -> Blend:
    """Mix a playlist for several people."""
    from services.analysis.blend import blend as run

    return run(people, size=size, mode=mode)


def draw_blend(found: Comparison, said: ComparisonWords, blend: Blend) -> tuple[Chart, ...]:
    """Draw a mixed playlist as a poster, in both sizes."""
    from services.charts.render import render_blend_posters

    return render_blend_posters(found, said, blend)


def draw_comparison(
    kinds: Sequence[ChartKind], found: Comparison, said: ComparisonWords
) -> tuple[Chart, ...]:
    """Draw charts of a comparison."""
    from services.analysis.comparison.rules import load_rules
    from services.charts.render import render_comparison

    return tuple(render_comparison(kind, found, said, load_rules()) for kind in kinds)
