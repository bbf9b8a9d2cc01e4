"""The card of one sound file, and the offer to have clips of sound measured."""

from __future__ import annotations

from itertools import islice
from typing import Any

from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, text
from cogs.words import sound as words
from cogs.words.controls import Label
from cogs.words.messages import note_lines
from cogs.words.text import escape, small
from services.domain.messages import NoteKind
from services.domain.report import AnalysisReport
from services.domain.sound import PlacedSound, clip_starts
from services.workflows.sounds import wanting_clips


def sound_card(
    report: AnalysisReport, report_id: str, placed: PlacedSound, *, private: bool, offers_clips: bool
) -> Reply:
    """Show one file: tempo, key, loudness, and where it stands on the person's last map."""
    entry = report.tracks[0]
    if entry.track.sound is None:
        raise ValueError("this track came without sound")
    reading = entry.track.sound.reading
    lines = (
        words.tempo_line(reading),
        words.key_line(reading),
        words.loudness_line(reading, placed.louder_than),
        words.length_line(reading),
    )
    blocks: list[ui.Item[Any]] = [text(f"## {escape(entry.track.label, 120)}", *lines)]
    attached: tuple[Attached, ...] = ()
    if placed.place is not None:
        blocks.append(text(words.place_line(placed.place)))
    else:
        blocks.append(text(small(words.NO_PLACE_YET)))
    if placed.chart is not None:
        pictures, attached = gallery([placed.chart])
        blocks.append(pictures)
    about_it = (each for each in report.notices if each.kind is not NoteKind.FOUND_BY_NAME)
    notes = note_lines((*report.playlist.notes[:3], *islice(about_it, 2)))
    said = (words.known_line(entry), *(escape(line, 220) for line in notes))
    blocks.append(text(*map(small, said)))
    blocks.append(ui.ActionRow(*_buttons(report_id, private=private)))
    if offers_clips:
        blocks += clips_offer(report, report_id)
    return Reply(tuple(blocks), attached)


def _buttons(report_id: str, *, private: bool) -> list[ui.Button[Any]]:
    row = [
        button(Label.QUALITY, ComponentRef(Action.QUALITY, report_id)),
        button(Label.EXPORT, ComponentRef(Action.EXPORT, report_id)),
    ]
    if private:
        share = ComponentRef(Action.SHARE, report_id).button()
        row.append(button(Label.SHARE, share, style=ButtonStyle.primary))
    return row


def clips_offer(report: AnalysisReport, report_id: str) -> list[ui.Item[Any]]:
    """Ask whether clips may be sent: what leaves, to whom, and the one button that does it."""
    sounds = list(wanting_clips(report).values())
    if not sounds:
        return []
    clips = len(clip_starts(sounds[0].length_s))
    press = button(
        words.press_label(clips, len(sounds)),
        ComponentRef(Action.CLIPS, report_id),
        style=ButtonStyle.primary,
    )
    return [text(small(words.clips_sentence(clips, len(sounds)))), ui.ActionRow(press)]
