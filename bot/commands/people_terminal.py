"""A comparison and a blend as readable text in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cogs.words.comparison import comparison_sentence, meaning_words, score_words
from cogs.words.messages import note_lines
from services.domain.blend import Blend
from services.domain.comparison import Comparison, Pair, Participant, PersonKey

_PAIRS_SHOWN = 12
_NAMES_SHOWN = 10


def print_comparison(found: Comparison, console: Console, *, charts: Path | None) -> None:
    """Print the sentence, the matrix, each pair with its reasons, and the awards."""
    console.print(f"\n[bold]{escape(comparison_sentence(found))}[/bold]\n")
    console.print(_matrix(found))
    roles = (("Centre", found.centre), ("Lone wolf", found.lone_wolf), ("Bridge", found.bridge))
    for role, top in roles:
        if top is not None:
            tie = " (a tie)" if top.only is None else ""
            console.print(f"{role}: {escape(_names(found, top.keys))}{tie}")
    ranked = found.ranked(found.pairs)
    for pair in ranked[:_PAIRS_SHOWN]:
        _print_pair(found, pair, console)
    if len(ranked) > _PAIRS_SHOWN:
        console.print(f"\n… and {len(ranked) - _PAIRS_SHOWN:,} more pairs; --json has them all")
    if found.awards:
        console.print("\n[bold]Awards[/bold]")
    for award in found.awards:
        console.print(f"  {award.title}: {escape(_names(found, award.keys))} ({award.words})")
    if charts:
        console.print(f"\nCharts are in {escape(str(charts))}")


def print_blend(found: Blend, console: Console) -> None:
    """Print the tracks with whom each serves, and how satisfied everybody is."""
    names = {person.key: person.name for person in found.people}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "Track", "From", "Serves"):
        table.add_column(heading, justify="right" if not heading else "left", overflow="fold")
    for number, track in enumerate(found.tracks, 1):
        table.add_row(
            str(number),
            escape(track.entry.track.label),
            escape(", ".join(names[key] for key in track.owners)),
            escape(", ".join(names[key] for key in track.serves)),
        )
    console.print(f"\n[bold]A {found.mode.value} blend for {escape(', '.join(names.values()))}[/bold]\n")
    if found.tracks:
        console.print(table)
        console.print()
        for person in found.people:
            console.print(
                f"{escape(person.name)}: satisfied {100 * person.satisfaction:.0f} %,"
                f" {person.turns} turns, {person.owned} of their own songs, {person.foreign} foreign ones"
            )
    for note in note_lines(found.notes):
        console.print(f"[dim]{escape(note)}[/dim]")


def _matrix(found: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for number in range(1, len(found.people) + 1):
        table.add_column(str(number), justify="right")
    for number, person in enumerate(found.people, 1):
        scores = [_cell(found, person, other) for other in found.people]
        table.add_row(f"{number} {escape(person.name)}", *scores)
    return table


def _cell(found: Comparison, one: Participant, other: Participant) -> str:
    """Say a score in the few letters of a table: a number, from few tracks a range."""
    if one is other:
        return "100" if one.is_scored else "–"
    pair = found.pair(one.key, other.key)
    if pair.score is None:
        return "–"
    return f"{pair.low:.0f}–{pair.high:.0f}" if found.is_rough(pair) else f"{pair.score:.0f}"


def _print_pair(found: Comparison, pair: Pair, console: Console) -> None:
    names = f"{found.name(pair.a)} and {found.name(pair.b)}"
    console.print(f"\n[bold]{escape(names)}: {score_words(found, pair)}[/bold]")
    if words := meaning_words(pair):
        console.print(f"  {escape(words[:1].upper() + words[1:])}.")
    for reason in pair.reasons:
        console.print(f"  {escape(reason)}")
    if len(pair.shared_tracks) > 1:
        shown = [track.label for track in pair.shared_tracks[:_NAMES_SHOWN]]
        more = len(pair.shared_tracks) - len(shown)
        console.print(f"  [dim]{escape('; '.join(shown))}{f' … and {more:,} more' if more else ''}[/dim]")


def _names(found: Comparison, keys: Iterable[PersonKey]) -> str:
    return ", ".join(found.name(key) for key in keys)
