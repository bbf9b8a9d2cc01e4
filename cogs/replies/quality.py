"""The quality card: where the numbers come from, what is missing, and what that may change."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, small, text
from cogs.words.grouping import basis_line
from cogs.words.report import estimated_line, partly_line, quality
from cogs.words.text import escape, fit, percent, plural, skipped_line, track_line
from services.domain.features import SOUND_FEATURES, Coverage, Feature, Origin
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, EnrichedTrack, Verdict
from services.domain.sound import CLIP_SOURCE, NOTE_NAMES, SOUND_SOURCE
from services.domain.sources import Opinions, second_opinions

HALVED, DOUBLED, AS_MEASURED = "half", "double", "asis"
MEASURED_ONLY = "measured"
_SOURCES = {
    SOUND_SOURCE: "its sound, measured here",
    CLIP_SOURCE: "ReccoBeats, from clips of its sound",
    "acousticbrainz": "AcousticBrainz, of the same recording",
    "imputation": "estimates from related tracks",
    "loudness, tempo and key": "estimates from loudness, tempo, key and tags",
}
_STEADY, _MOSTLY, _SHAKY = 0.8, 0.65, 0.5
_LISTED = 420
"""Characters of a list of tracks; the export has all."""
_NAMED = 3
"""Features of a track that are named; of more it says how many."""
_KINDS = (
    ("measured", "measured for exactly this track"),
    ("heard", "measured from the sound of a file, here or by ReccoBeats"),
    ("uploaded", "taken from the file"),
    ("borrowed", "borrowed from the same recording under another id"),
    ("imputed", "estimated: drawn hollow, they decide nothing"),
    ("unknown", "unknown"),
)


def quality_card(report: AnalysisReport, report_id: str) -> Reply:
    """Say how much is known, from whom, and how far the estimates could move the groups."""
    coverage = report.coverage
    blocks: list[ui.Item[Any]] = [
        text(f"## Data quality of {escape(report.playlist.name, 60)}", _verdict(coverage), *_in_all(report)),
        text(*_kinds(coverage)),
        text("**Sources**", *_sources(coverage)),
        text("**Real values by feature**", small(_by_feature(coverage))),
        text("**The groups**", basis_line(report.basis) if report.clusters else "", *_groups(report)),
    ]
    if opinions := [each for entry in report.tracks for each in second_opinions(entry)]:
        blocks.append(text("**Two sources of one track**", *_opinions(report, opinions)))
    missing = [f"- {track_line(entry.track)}{_gap(entry)}" for entry in report.tracks if _gap(entry)]
    if missing:
        blocks += [rule(), text("**Tracks without full data**", fit(missing, _LISTED))]
    if left_out := skipped_line(report.playlist.skipped):
        blocks.append(text(small(left_out)))
    buttons = [button("Redraw the map", ComponentRef(Action.AGAIN, report_id).button())]
    if coverage.imputed or coverage.borrowed:
        again = ComponentRef(Action.AGAIN, report_id, MEASURED_ONLY).button()
        buttons.insert(0, button("Measured only", again, style=discord.ButtonStyle.primary))
    blocks.append(ui.ActionRow(*buttons))
    blocks.append(
        text(small("A tempo is wrong? Open the track's group and correct it there."), credit(report.playlist))
    )
    return Reply(tuple(blocks))


def _in_all(report: AnalysisReport) -> list[str]:
    """Say how much is known in one sentence, unless the list below has it as its only line."""
    partly = report.coverage.partly
    return [] if partly is not None and partly.tracks == report.coverage.total else [quality(report)]


def _verdict(coverage: Coverage) -> str:
    share = coverage.real_share
    if share >= 0.95:
        return "**Solid:** nearly all values are real."
    if share >= 0.7:
        return "**Good:** most values are real; the picture is right, details may be missing."
    if share >= 0.4:
        return "**Patchy:** trust the large shapes, not the details."
    return "**Thin:** too little is really known to trust this map."


def _kinds(coverage: Coverage) -> list[str]:
    partly = coverage.partly
    in_part = {"imputed": partly.estimated, "unknown": partly.unknown} if partly else {}
    counts = [(getattr(coverage, name) - in_part.get(name, 0), words) for name, words in _KINDS]
    if partly:
        counts.append((partly.tracks, f"known in part: {partly_line(partly)}"))
    return [f"- {count:,} {words} ({percent(count, coverage.total)})" for count, words in counts if count]


def _sources(coverage: Coverage) -> list[str]:
    lines = [f"- {_source(name)}: {plural(count, 'track')}" for name, count in coverage.by_source.items()]
    return lines or ["- none gave a value"]


def _source(name: str) -> str:
    """Call a source as people do: values that came with a file are those of the person's own file."""
    if name in _SOURCES:
        return _SOURCES[name]
    kind, _, rest = name.partition(":")
    if kind == "file":
        format_name = rest.replace("-", " ").capitalize()
        return f"your {escape(format_name)} file" if format_name else "your file"
    return f"the data set {escape(rest)}" if kind == "dataset" else escape(name)


def _opinions(report: AnalysisReport, opinions: list[Opinions]) -> list[str]:
    """Count where two sources differ, and show both values of a few tracks."""
    apart = [each for each in opinions if each.differ]
    octaves = sum(each.are_octaves for each in apart)
    said = f"{len(apart):,} of {plural(len(opinions), 'value')} that two sources know differ"
    said += f", {octaves:,} of them by an octave of the tempo." if octaves else "."
    lines = []
    for entry in report.tracks:
        pairs = [_pair(each) for each in second_opinions(entry) if each.feature is not Feature.MODE]
        if pairs:
            lines.append(f"- {escape(entry.track.label, 60)}: {'; '.join(pairs)}")
    return [said, fit(lines, _LISTED)]


def _pair(both: Opinions) -> str:
    value, other = (_value(both.feature, each) for each in (both.value, both.other))
    sign = "≠" if both.differ else "≈"
    sources = [_source(each.source) for each in (both.source, both.other_source)]
    return f"{both.feature.value} {value} ({sources[0]}) {sign} {other} ({sources[1]})"


def _value(feature: Feature, value: float) -> str:
    if feature is Feature.KEY:
        return NOTE_NAMES[round(value)]
    return f"{value:.1f}" if feature in {Feature.TEMPO, Feature.LOUDNESS} else f"{value:.2f}"


def _by_feature(coverage: Coverage) -> str:
    shares = {
        feature: percent(coverage.by_feature.get(feature, 0), coverage.total)
        for feature in (*SOUND_FEATURES, Feature.KEY)
    }
    if len(set(shares.values())) == 1:
        return f"{next(iter(shares.values()))} for each feature"
    return ", ".join(f"{feature.value} {share}" for feature, share in shares.items())


def _groups(report: AnalysisReport) -> list[str]:
    structure, basis = report.structure, report.basis
    # By style and era the structure is about the sound, and the groups are others.
    stability = basis.stability if basis.grouping is Grouping.STYLE else structure.stability
    if structure.verdict is Verdict.TOO_FEW or stability is None:
        return ["Too few tracks have enough real values to look for groups."]
    lines = [_steadiness(stability)] if structure.k > 1 else []
    if structure.verdict is Verdict.UNTESTABLE:
        lines.append("Below about 75 tracks nobody can tell real groups from chance.")
    if structure.estimated:
        lines.append(f"{estimated_line(structure)} Groups that lean on an estimate are never called clear.")
    agreement = report.estimate_agreement
    if agreement is not None:
        effect = (
            "would hardly change the groups"
            if agreement >= _STEADY
            else "would move the borders of the groups"
            if agreement >= _SHAKY
            else "would redraw the groups"
        )
        lines.append(
            f"Counting the estimated tracks {effect} (agreement {agreement:.2f}). I don't count them."
        )
    return lines


def _steadiness(agreement: float) -> str:
    """Say whether groups stay in parts of the list, by an adjusted Rand index: no percentage."""
    figure = f"(agreement {agreement:.2f}, where 1 is identical)"
    if agreement < _MOSTLY:
        return f"They shift in parts of the list: take them loosely {figure}."
    same = "nearly the same ones" if agreement >= _STEADY else "mostly the same ones"
    return f"These groups hold up: in random parts of the list I find {same} {figure}."


def _gap(entry: EnrichedTrack) -> str:
    if any(entry.features.get(feature) is None for feature in SOUND_FEATURES):
        return " · unknown"
    guessed = [feature for feature in SOUND_FEATURES if entry.is_imputed(feature)]
    if not guessed:
        return ""
    if len(guessed) == len(SOUND_FEATURES):
        return " · estimated"
    named = ", ".join(guessed) if len(guessed) <= _NAMED else f"{len(guessed)} of {len(SOUND_FEATURES)}"
    return f" · {named} estimated"


def tempo_select(report: AnalysisReport, report_id: str, tracks: list[int]) -> ui.Select[Any] | None:
    """Offer the tracks of a page whose tempo may be corrected."""
    options = [
        discord.SelectOption(
            label=report.tracks[track].track.label[:100],
            value=str(track),
            description=f"about {tempo:.0f} BPM{_whose(report.tracks[track])}",
        )
        for track in tracks
        if report.tracks[track].track.id
        and (tempo := report.tracks[track].features.tempo) is not None
        and not report.tracks[track].is_imputed(Feature.TEMPO)
    ]
    if not options:
        return None
    return ui.Select(
        custom_id=ComponentRef(Action.TEMPO, report_id).select(), placeholder="Wrong tempo?…", options=options
    )


def _whose(entry: EnrichedTrack) -> str:
    provenance = entry.provenance.get(Feature.TEMPO)
    return ", corrected by you" if provenance and provenance.origin is Origin.CORRECTED else ""


def tempo_card(entry: EnrichedTrack, report_id: str, index: int) -> Reply:
    """Ask what the tempo of a track really is."""
    tempo = entry.features.tempo or 0.0
    source = entry.provenance[Feature.TEMPO].source

    def choice(label: str, factor: str) -> ui.Button[Any]:
        return button(label, ComponentRef(Action.TEMPO, report_id, f"{index}.{factor}").button())

    return Reply(
        (
            text(
                f"### {escape(entry.track.label)}",
                f"About {tempo:.0f} BPM, according to {_source(source)}. Programs often hear half or double "
                "the tempo that people tap.",
                small("Your correction counts for you alone and is marked as yours."),
            ),
            ui.ActionRow(
                choice(f"Halve to {tempo / 2:.0f}", HALVED),
                choice(f"Double to {tempo * 2:.0f}", DOUBLED),
                choice("As it was measured", AS_MEASURED),
            ),
        )
    )


def corrected_card(entry: EnrichedTrack, report_id: str, factor: str) -> Reply:
    """Confirm a correction and offer the map that follows from it."""
    done = {HALVED: "halved", DOUBLED: "doubled", AS_MEASURED: "as it was measured again"}[factor]
    confirmed = note(f"The tempo of {escape(entry.track.label)} is {done} for you.")
    again = button(
        "Redraw the map", ComponentRef(Action.AGAIN, report_id).button(), style=discord.ButtonStyle.primary
    )
    return Reply((*confirmed.blocks, ui.ActionRow(again)))
